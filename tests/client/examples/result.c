/* What went wrong, for people and for programs: shmb_result_text, shmb_last_failure, shmb_version.
 */
#include <stdio.h>

#include "examples.h"
#include "shmb.h"

int example_result(void)
{
    shmb_segment *segment;
    char text[256];
    const char *call;
    uint32_t code;
    int32_t result = shmb_open("Nothing of that name", SHMB_READ, 0, &segment);

    shmb_result_text(result, text, sizeof(text));
    printf("    shmbclient %s: %s\n", shmb_version(), text);
    if (shmb_last_failure(&code, &call) != result)
        return 1;
    if (code != 0)
        printf("    %s failed with %u\n", call, (unsigned)code);
    return result == SHMB_NOT_FOUND ? 0 : 1;
}
