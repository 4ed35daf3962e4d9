/*
 * The order of the checks is part of what is promised: what exists comes before the rules, and who
 * may not ask learns nothing of quotas.
 */
#include "request_decide.h"

#include <string.h>

#define RETRY_MS 1000u

/* Results of shmb.h, which only clients include; test_request_decide.c compares them. */
enum {
    RESULT_OK = 0,
    RESULT_NOT_FOUND = -1,
    RESULT_NO_BROKER = -2,
    RESULT_ACCESS_DENIED = -3,
    RESULT_WRONG_KIND = -4,
    RESULT_NOT_OURS = -5,
    RESULT_BAD_NAME = -6,
    RESULT_RANGE = -8,
    RESULT_BUSY = -12,
    RESULT_VERSION_MISMATCH = -15,
    RESULT_SYSTEM = -18,
    RESULT_NOT_ALLOWED = -19,
    RESULT_QUOTA = -20
};

struct shmb_request_answer request_answer(enum shmb_request_reason reason)
{
    static const struct {
        int32_t result;
        uint32_t retry_ms;
    } of[SHMB_WHY_COUNT] = {
        [SHMB_WHY_NONE] = {RESULT_OK, 0},
        [SHMB_WHY_NO_RULE] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_WHO] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_KIND] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_SIZE] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_EACH_OBJECTS] = {RESULT_QUOTA, 0},
        [SHMB_WHY_EACH_MEMORY] = {RESULT_QUOTA, 0},
        [SHMB_WHY_TOTAL_OBJECTS] = {RESULT_QUOTA, 0},
        [SHMB_WHY_TOTAL_MEMORY] = {RESULT_QUOTA, 0},
        [SHMB_WHY_LIMITS] = {RESULT_QUOTA, 0},
        [SHMB_WHY_RATE] = {RESULT_BUSY, 0},
        [SHMB_WHY_TAKEN] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_FOREIGN] = {RESULT_NOT_OURS, 0},
        [SHMB_WHY_OTHER] = {RESULT_WRONG_KIND, 0},
        [SHMB_WHY_NO_ACCESS] = {RESULT_ACCESS_DENIED, 0},
        [SHMB_WHY_NOT_REQUESTED] = {RESULT_NOT_FOUND, 0},
        [SHMB_WHY_NOT_YOURS] = {RESULT_ACCESS_DENIED, 0},
        [SHMB_WHY_LIVES] = {RESULT_NOT_ALLOWED, 0},
        [SHMB_WHY_STOPPING] = {RESULT_NO_BROKER, RETRY_MS},
        [SHMB_WHY_SYSTEM] = {RESULT_SYSTEM, RETRY_MS},
        [SHMB_WHY_MESSAGE] = {RESULT_VERSION_MISMATCH, 0},
        [SHMB_WHY_NO_PIPE] = {RESULT_NO_BROKER, 0},
    };

    return (struct shmb_request_answer){
        .result = of[reason].result, .reason = reason, .retry_ms = of[reason].retry_ms};
}

enum shmb_level request_least_level(enum shmb_kind kind, bool manual_reset)
{
    /* As in the library: a wait changes these. */
    return kind == SHMB_MUTEX || (kind == SHMB_EVENT && !manual_reset) ? SHMB_LEVEL_WRITE
                                                                       : SHMB_LEVEL_READ;
}

static void name_rule(struct shmb_request_answer *out, const char *rule)
{
    if (rule != NULL && strlen(rule) < sizeof(out->rule))
        memcpy(out->rule, rule, strlen(rule) + 1);
}

/* The answer where an object of the broker has the name. */
static void answer_held(const struct decide *decide, struct shmb_request_answer *out)
{
    const struct shmb_request_message *message = decide->message;
    const bool manual_reset = (message->flags & SHMB_REQUEST_MANUAL_RESET) != 0;
    const bool smaller = decide->size < message->size;

    if (!decide->may_open(decide->context)) {
        *out = request_answer(SHMB_WHY_NO_ACCESS);
        return;
    }
    if (decide->there == DECIDE_PART) {
        *out = request_answer(SHMB_WHY_TAKEN);
        return;
    }
    *out = request_answer(SHMB_WHY_NONE);
    if (decide->kind != message->kind ||
        (message->kind == SHMB_EVENT && decide->manual_reset != manual_reset)) {
        *out = request_answer(SHMB_WHY_OTHER);
    } else if (message->kind == SHMB_SECTION && smaller) {
        *out = request_answer(SHMB_WHY_OTHER);
        out->result = RESULT_RANGE;
    }
    out->size = decide->size;
    out->flags = decide->configured ? SHMB_ANSWER_CONFIGURED : 0;
    name_rule(out, decide->held_rule);
}

static struct shmb_request_answer over(enum shmb_request_reason reason, uint64_t used,
                                       uint64_t most)
{
    struct shmb_request_answer out = request_answer(reason);

    out.used = used;
    out.most = most;
    return out;
}

/* True: `more` does not fit in besides `used`. */
static bool exceeds(uint64_t used, uint64_t more, uint64_t most)
{
    return more > most || used > most - more;
}

static bool limit_exceeded(const struct cfg_limit *limit, uint64_t total)
{
    return limit->place.line != 0 && total > limit->most;
}

/* False: a quota, or the whole, has no room. */
static bool fits(const struct decide *decide, struct shmb_request_answer *out)
{
    const struct cfg_rule *rule = decide->rule;
    const struct cfg_limits *limits = &decide->config->limits;

    if (exceeds(decide->each.objects, 1, rule->each.objects))
        *out = over(SHMB_WHY_EACH_OBJECTS, decide->each.objects, rule->each.objects);
    else if (exceeds(decide->each.memory, decide->memory, rule->each.memory))
        *out = over(SHMB_WHY_EACH_MEMORY, decide->each.memory, rule->each.memory);
    else if (exceeds(decide->total.objects, 1, rule->total.objects))
        *out = over(SHMB_WHY_TOTAL_OBJECTS, decide->total.objects, rule->total.objects);
    else if (exceeds(decide->total.memory, decide->memory, rule->total.memory))
        *out = over(SHMB_WHY_TOTAL_MEMORY, decide->total.memory, rule->total.memory);
    else if (decide->totals.entries > CFG_OBJECTS_MAX ||
             limit_exceeded(&limits->objects, decide->totals.objects) ||
             limit_exceeded(&limits->memory, decide->totals.memory))
        *out = request_answer(SHMB_WHY_LIMITS);
    else
        return true;
    return false;
}

/* False: the rule does not allow what is asked for. */
static bool rule_allows(const struct decide *decide, struct shmb_request_answer *out)
{
    const struct shmb_request_message *message = decide->message;
    const struct cfg_rule *rule = decide->rule;

    if ((rule->kinds & (UINT32_C(1) << message->kind)) == 0) {
        *out = request_answer(SHMB_WHY_KIND);
        return false;
    }
    if (message->kind == SHMB_SECTION && message->size > rule->size) {
        *out = over(SHMB_WHY_SIZE, 0, rule->size);
        return false;
    }
    return true;
}

static bool names_are_free(const struct decide *decide, struct shmb_request_answer *out)
{
    switch (decide->names(decide->context)) {
    case DECIDE_NAMES_FREE:
        return true;
    case DECIDE_NAMES_TAKEN:
        *out = request_answer(SHMB_WHY_TAKEN);
        return false;
    case DECIDE_NAMES_FOREIGN:
        *out = request_answer(SHMB_WHY_FOREIGN);
        return false;
    case DECIDE_NAMES_BAD:
        *out = request_answer(SHMB_WHY_MESSAGE);
        out->result = RESULT_BAD_NAME;
        return false;
    default:
        *out = request_answer(SHMB_WHY_SYSTEM);
        return false;
    }
}

bool request_decide(const struct decide *decide, struct shmb_request_answer *out)
{
    bool made;

    switch (decide->there) {
    case DECIDE_HELD:
    case DECIDE_PART:
        answer_held(decide, out);
        return false;
    case DECIDE_FOREIGN:
        *out = request_answer(SHMB_WHY_FOREIGN);
        return false;
    case DECIDE_MISSING:
        *out = request_answer(SHMB_WHY_SYSTEM);
        return false;
    case DECIDE_LEFT:
        *out = request_answer(SHMB_WHY_TAKEN);
        out->retry_ms = RETRY_MS;
        return false;
    case DECIDE_NOTHING:
        break;
    }
    if (decide->rule == NULL) {
        *out = request_answer(SHMB_WHY_NO_RULE);
        return false;
    }
    if (!decide->may_ask(decide->context)) {
        *out = request_answer(SHMB_WHY_WHO);
        return false;
    }
    *out = request_answer(SHMB_WHY_NONE);
    made = rule_allows(decide, out) && fits(decide, out) && names_are_free(decide, out);
    name_rule(out, decide->rule->name);
    if (made)
        out->size = decide->message->size;
    return made;
}

bool request_decide_release(const struct decide_release *decide, struct shmb_request_answer *out)
{
    *out = request_answer(SHMB_WHY_NOT_REQUESTED);
    if (!decide->granted)
        return false;
    if (!(decide->own && decide->may_own(decide->context)) &&
        !decide->may_administer(decide->context)) {
        /* Who may not open it learns no more than of any other name. */
        if (decide->own)
            *out = request_answer(SHMB_WHY_WHO);
        else if (decide->may_open(decide->context))
            *out = request_answer(SHMB_WHY_NOT_YOURS);
        return false;
    }
    *out = request_answer(decide->life == CFG_LIFE_BROKER ? SHMB_WHY_LIVES : SHMB_WHY_NONE);
    name_rule(out, decide->rule);
    return decide->life != CFG_LIFE_BROKER;
}
