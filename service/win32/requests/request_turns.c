#include "request_turns.h"

#include <string.h>

static size_t count_of(const struct request_turn *turns, enum request_turn_step step,
                       uint32_t process)
{
    size_t i, count = 0;

    for (i = 0; i < REQUEST_TURNS; i++)
        count += turns[i].step == step && turns[i].process == process;
    return count;
}

enum request_turns_admission request_turns_admit(const struct request_turn turns[REQUEST_TURNS],
                                                 uint32_t process)
{
    size_t sending = count_of(turns, REQUEST_TURN_SENDING, process);

    if (sending + count_of(turns, REQUEST_TURN_ANSWERED, process) >= REQUEST_TURNS_PROCESS)
        return REQUEST_TURNS_DROP;
    return sending >= REQUEST_TURNS_SHARE ? REQUEST_TURNS_BUSY : REQUEST_TURNS_ADMIT;
}

bool request_turns_account_full(const struct request_turn turns[REQUEST_TURNS], const char *account)
{
    size_t i, count = 0;

    for (i = 0; i < REQUEST_TURNS; i++)
        count += turns[i].step == REQUEST_TURN_WAITING && strcmp(turns[i].account, account) == 0;
    return count >= REQUEST_TURNS_SHARE;
}

static bool is_pressed(const struct request_turn *turns)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++)
        if (turns[i].step == REQUEST_TURN_FREE)
            return false;
    return true;
}

/* When its time is over; UINT64_MAX: the broker, not the client, ends this step. */
static uint64_t end_of(const struct request_turn *turn, bool pressed)
{
    switch (turn->step) {
    case REQUEST_TURN_SENDING:
        return turn->since + (pressed ? REQUEST_TURNS_LEAST_MS : REQUEST_TURNS_SEND_MS);
    case REQUEST_TURN_ANSWERED:
        return turn->since + (pressed ? REQUEST_TURNS_LEAST_MS : REQUEST_TURNS_LEAVE_MS);
    case REQUEST_TURN_FREE:
    case REQUEST_TURN_WAITING:
    default:
        return UINT64_MAX;
    }
}

/* The one whose time is over first; REQUEST_TURNS: none. */
static size_t first_of(const struct request_turn *turns, uint64_t *end)
{
    const bool pressed = is_pressed(turns);
    size_t i, first = REQUEST_TURNS;

    *end = UINT64_MAX;
    for (i = 0; i < REQUEST_TURNS; i++)
        if (end_of(&turns[i], pressed) < *end) {
            *end = end_of(&turns[i], pressed);
            first = i;
        }
    return first;
}

size_t request_turns_expired(const struct request_turn turns[REQUEST_TURNS], uint64_t now)
{
    uint64_t end;
    size_t first = first_of(turns, &end);

    return end <= now ? first : REQUEST_TURNS;
}

uint32_t request_turns_delay(const struct request_turn turns[REQUEST_TURNS], uint64_t now)
{
    uint64_t end;

    (void)first_of(turns, &end);
    if (end == UINT64_MAX)
        return UINT32_MAX;
    return end > now ? (uint32_t)(end - now) : 0;
}
