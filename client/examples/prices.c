/*
 * A price that all programs on this machine share. C and C++; other compilers and build
 * systems are in client/link.md:
 *
 *     cl /I <ShmBroker>\include prices.c <ShmBroker>\lib\shmbclient.lib
 *
 *     prices 1.25     writes it
 *     prices          shows it
 */
#include <stdio.h>
#include <string.h>

#include "shmb.h"

static int failed(const char *what, int32_t result)
{
    char text[512];

    shmb_result_text(result, text, sizeof(text));
    printf("%s: %s\n", what, text);
    return 1;
}

int main(int argc, char **argv)
{
    char text[64] = "";
    shmb_segment *prices;
    uint64_t done;
    int32_t result = shmb_open("Prices", argc > 1 ? SHMB_WRITE : SHMB_READ, 0, &prices);

    if (result != SHMB_OK)
        return failed("Prices", result);
    /* Locks, writes the text with its terminator, unlocks. */
    if (argc > 1)
        result = shmb_update(prices, 0, argv[1], strlen(argv[1]) + 1, 5000, &done);
    /* Copies the bytes, never with half a write; waits for programs that write. */
    if (result >= SHMB_OK)
        result = shmb_snapshot_wait(prices, 0, text, sizeof(text) - 1, 5000, &done);
    shmb_close(prices);
    if (result < SHMB_OK)
        return failed("Prices", result);
    printf("%s\n", text);
    return 0;
}
