/*
 * A queue: some lanes put messages that they number, the others get them. Each number comes once,
 * those of a producer in order, and none is missing but what a consumer took into its death, what
 * a producer had not put when it died, and what the queue has dropped. With ends for one thread,
 * the other lanes try until that one dies.
 */
#include "work.h"

#include <string.h>

#define LONGEST 56u /* bytes of a message */
#define PUT_MS  200u

struct message {
    uint32_t lane;
    uint32_t number;
    uint8_t rest[LONGEST - 2 * sizeof(uint32_t)];
};

static shmb_queue *queue;

static uint8_t rest_of(uint32_t lane, uint32_t number, uint32_t i)
{
    return (uint8_t)(number * 31u + lane * 7u + i);
}

static uint32_t length_of(uint32_t number)
{
    return (uint32_t)(2 * sizeof(uint32_t)) + number % (LONGEST - 7u);
}

static bool open_queue(void)
{
    const int32_t result = shmb_queue_open(STRESS_QUEUE, SHMB_WRITE, 0, &queue);

    return result == SHMB_OK || journal_fail("shmb_queue_open: %ld", (long)result);
}

static void close_queue(void)
{
    if (shmb_queue_close(queue) != SHMB_OK)
        journal_fail("shmb_queue_close");
    queue = NULL;
}

static bool put_one(struct life *life)
{
    volatile uint64_t *begun = &journal->begun[life->lane], *done = &journal->done[life->lane];
    const uint32_t number = (uint32_t)shmb_load64(begun) + 1;
    struct message message = {.lane = life->lane, .number = number};
    int32_t result;
    uint32_t i;

    if (number >= SEQUENCES) { /* the driver ends the lap */
        Sleep(1);
        return true;
    }
    for (i = 0; i < sizeof(message.rest); i++)
        message.rest[i] = rest_of(life->lane, number, i);
    /* A producer that was killed in between may have put that message, or not. */
    if (shmb_load64(done) != number - 1)
        journal_count(&journal->may_miss);
    shmb_store64(done, number - 1);
    shmb_store64(begun, number);
    life->put = false;
    result = shmb_queue_put(queue, &message, length_of(number), PUT_MS);
    if (result == SHMB_OK) {
        shmb_store64(done, number);
    } else {
        shmb_store64(begun, number - 1);
        if (result == SHMB_BUSY)
            Sleep(1);
        else if (result != SHMB_TIMEOUT)
            return journal_fail("shmb_queue_put: %ld", (long)result);
    }
    return true;
}

static bool note_message(const struct message *message, uint32_t length, uint64_t *last)
{
    const uint32_t number = message->number, bit = 1u << number % 32;
    bool sound =
        message->lane < LANES && number < SEQUENCES && number != 0 && length == length_of(number);
    uint32_t i;

    for (i = 0; sound && i + 2 * sizeof(uint32_t) < length; i++)
        sound = message->rest[i] == rest_of(message->lane, number, i);
    if (!sound)
        return journal_fail("a message is torn: lane %lu, number %lu, %lu bytes",
                            (unsigned long)message->lane, (unsigned long)number,
                            (unsigned long)length);
    if (InterlockedOr((volatile LONG *)&journal->received[message->lane][number / 32], (LONG)bit) &
        (LONG)bit)
        return journal_fail("message %lu of lane %lu came twice", (unsigned long)number,
                            (unsigned long)message->lane);
    if (number <= last[message->lane])
        return journal_fail("message %lu of lane %lu came after %llu", (unsigned long)number,
                            (unsigned long)message->lane, (unsigned long long)last[message->lane]);
    last[message->lane] = number;
    return true;
}

/* `*empty`: there was none in that time. */
static bool get_one(struct life *life, uint32_t timeout_ms, bool *empty)
{
    struct message message;
    uint32_t length;
    int32_t result;

    life->got = false;
    memset(&message, 0, sizeof(message));
    result = shmb_queue_get(queue, &message, sizeof(message), &length, timeout_ms);
    *empty = result == SHMB_TIMEOUT;
    if (result == SHMB_BUSY)
        Sleep(1);
    if (*empty || result == SHMB_BUSY)
        return true;
    if (result != SHMB_OK)
        return journal_fail("shmb_queue_get: %ld", (long)result);
    if (!note_message(&message, length, life->last))
        return false;
    life->got = false;
    return true;
}

static bool queue_round(struct life *life)
{
    const bool puts = work_is_first_kind(life->lane);
    bool empty = false;

    if (!(puts ? put_one(life) : get_one(life, WORK_SLICE_MS, &empty)))
        return false;
    if (!empty)
        journal_add(&journal->operations[life->lane]);
    return true;
}

static uint32_t missing(void)
{
    uint32_t lane, number, count = 0;

    for (lane = 0; lane < LANES; lane++)
        for (number = 1; number <= shmb_load64(&journal->begun[lane]); number++)
            if ((journal->received[lane][number / 32] & 1u << number % 32) == 0)
                count++;
    return count;
}

/* `deaths`: in the other ways, nobody knows more of a consumer than that it has died. */
static bool queue_check(uint32_t deaths)
{
    struct life life = {.lane = LANES - 1};
    shmb_queue_info level = {.size = sizeof(level)};
    uint32_t may_miss, lane, count;
    bool empty = false;

    while (!empty)
        if (!get_one(&life, 0, &empty))
            return false;
    if (shmb_queue_level(queue, &level) != SHMB_OK)
        return journal_fail("shmb_queue_level");
    may_miss =
        (uint32_t)level.dropped + journal->may_miss + (journal->way <= WAY_SELF ? 0 : deaths);
    for (lane = 0; lane < LANES; lane++)
        may_miss += journal->begun[lane] != journal->done[lane];
    count = missing();
    if (count <= may_miss)
        return true;
    journal->lost = count - may_miss;
    return journal_fail("%lu messages are missing, and %lu may be", (unsigned long)count,
                        (unsigned long)may_miss);
}

const struct work work_queue = {
    .name = "queue",
    .open = open_queue,
    .close = close_queue,
    .round = queue_round,
    .check = queue_check,
};
