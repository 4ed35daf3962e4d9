/*
 * busy_client NAME STOP: opens the segment when it is there, and adds to it under its lock until
 * the file STOP exists or the segment is gone. All 64-bit numbers of the segment are one number at
 * any time, and the last one that any client has seen is the sum of what all have added.
 *
 * Prints "opened", and at the end "ADDED LAST RESULT": how often it has added, the number it saw
 * last, and the result that ended it (0: STOP). 1: the numbers differed, or it could not begin.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shmb.h"

#define NUMBERS   512u
#define PATIENCE  300000u
#define STOP_EACH 64u /* turns */

static uint64_t numbers[NUMBERS];

static int is_there(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file != NULL)
        fclose(file);
    return file != NULL;
}

/* True: all are the same. */
static int check(void)
{
    size_t i;

    for (i = 1; i < NUMBERS; i++)
        if (numbers[i] != numbers[0])
            return 0;
    return 1;
}

/* One turn. `*faulty`: the numbers differed. */
static int32_t add(shmb_segment *segment, uint64_t *last, int *faulty)
{
    int32_t result = shmb_lock(segment, PATIENCE), unlocked;
    size_t i;

    if (result != SHMB_OK)
        return result;
    result = shmb_read(segment, 0, numbers, sizeof(numbers), NULL);
    if (result == SHMB_OK) {
        *faulty = !check();
        for (i = 0; i < NUMBERS; i++)
            numbers[i]++;
        result = shmb_write(segment, 0, numbers, sizeof(numbers), NULL);
    }
    if (result == SHMB_OK)
        *last = numbers[0];
    unlocked = shmb_unlock(segment);
    return result != SHMB_OK ? result : unlocked;
}

int main(int argc, char **argv)
{
    uint64_t added = 0, last = 0, size = 0;
    shmb_segment *segment;
    int32_t result;
    int faulty = 0;

    if (argc != 3 || shmb_open(argv[1], SHMB_WRITE, PATIENCE, &segment) != SHMB_OK ||
        shmb_size(segment, &size) != SHMB_OK || size < sizeof(numbers))
        return 1;
    printf("opened\n");
    fflush(stdout);
    for (;;) {
        const uint64_t before = last;

        result = added % STOP_EACH == 0 && is_there(argv[2]) ? 1 : add(segment, &last, &faulty);
        added += last != before;
        if (result != SHMB_OK || faulty)
            break;
    }
    printf("%" PRIu64 " %" PRIu64 " %d\n", added, last, result == 1 ? 0 : (int)result);
    (void)shmb_close(segment);
    return faulty;
}
