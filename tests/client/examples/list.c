/*
 * What the broker holds, and which version it has: shmb_list_open, shmb_list_next,
 * shmb_list_close, shmb_describe, shmb_describe_broker.
 */
#include <stdio.h>

#include "examples.h"
#include "shmb.h"

int example_list(void)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_broker_info broker = {.size = sizeof(broker)};
    shmb_list *list;
    uint32_t count, seen = 0;

    if (shmb_list_open(&list, &count) != SHMB_OK)
        return 1;
    while (shmb_list_next(list, &info) == SHMB_OK) {
        printf("    %s, %u bytes\n", info.name, (unsigned)info.bytes);
        seen++;
    }
    shmb_list_close(list);
    if (shmb_describe_broker(&broker) != SHMB_OK)
        return 1;
    printf("    of the broker %s, process %u\n", broker.version, (unsigned)broker.process);
    if (seen != count || shmb_describe("Prices", &info) != SHMB_OK)
        return 1;
    return info.kind == SHMB_KIND_SEGMENT && info.state == SHMB_STATE_HELD ? 0 : 1;
}
