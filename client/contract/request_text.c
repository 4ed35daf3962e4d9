#include "request_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "request_message.h"
#include "visible.h"

static const char *const reasons[SHMB_WHY_COUNT] = {
    [SHMB_WHY_NONE] = "",
    [SHMB_WHY_NO_RULE] = "no rule of the broker's configuration is for this name",
    [SHMB_WHY_WHO] = "the rule does not let this program ask",
    [SHMB_WHY_KIND] = "the rule does not allow objects of this kind",
    [SHMB_WHY_SIZE] = "the segment is larger than the rule allows",
    [SHMB_WHY_EACH_OBJECTS] = "this account has as many objects as the rule allows to one",
    [SHMB_WHY_EACH_MEMORY] = "this account would have more memory than the rule allows to one",
    [SHMB_WHY_TOTAL_OBJECTS] = "there are as many objects as the rule allows to all accounts",
    [SHMB_WHY_TOTAL_MEMORY] =
        "there would be more memory in use than the rule allows to all accounts",
    [SHMB_WHY_LIMITS] =
        "the broker holds as much as `limits` of its configuration, or its own bounds, allow",
    [SHMB_WHY_RATE] = "this account asks too often; try again a little later",
    [SHMB_WHY_TAKEN] =
        "this name, or one that goes with it, belongs to another object of the broker",
    [SHMB_WHY_FOREIGN] =
        "this name, or one that goes with it, belongs to an object that the broker did not make",
    [SHMB_WHY_OTHER] = "the object exists already, but is of another kind or smaller",
    [SHMB_WHY_NO_ACCESS] = "the object exists already, but this program may not open it",
    [SHMB_WHY_NOT_REQUESTED] = "no program has requested an object of this name",
    [SHMB_WHY_NOT_YOURS] = "another account has requested this object",
    [SHMB_WHY_LIVES] = "by its rule, the object lives as long as the broker",
    [SHMB_WHY_STOPPING] = "the broker is starting or stopping; try again a little later",
    [SHMB_WHY_SYSTEM] = "the broker could not make the object: the system refused it",
    [SHMB_WHY_MESSAGE] = "the broker does not understand this library; update the older of both",
    [SHMB_WHY_NO_PIPE] = ("the broker takes no requests: its configuration has no `requests`, or "
                          "its pipe could not be made"),
};

const char *shmb_request_text_reason(uint32_t reason)
{
    return reason < SHMB_WHY_COUNT ? reasons[reason]
                                   : "for a reason that this library does not know";
}

/* "rule MyApp", or "the rule". */
static void name_rule(const char *rule, char *out, size_t size)
{
    if (rule[0] == '\0')
        snprintf(out, size, "the rule");
    else
        snprintf(out, size, "rule %s", rule);
    shmb_make_visible(out, false);
}

/* A quota that is used up: of one account or of all, of objects or of bytes. */
static void tell_quota(const struct shmb_request_answer *answer, const char *rule, char *out,
                       size_t size)
{
    const bool each =
        answer->reason == SHMB_WHY_EACH_OBJECTS || answer->reason == SHMB_WHY_EACH_MEMORY;
    const bool memory =
        answer->reason == SHMB_WHY_EACH_MEMORY || answer->reason == SHMB_WHY_TOTAL_MEMORY;

    snprintf(out, size, "%s %" PRIu64 " of the %" PRIu64 " %s that %s allows to %s%s",
             each ? "this account has" : "all accounts have", answer->used, answer->most,
             memory ? "bytes" : "objects", rule, each ? "one" : "them together",
             memory ? ", and the segment does not fit into the rest" : "");
}

const char *shmb_request_text_answer(const struct shmb_request_answer *answer, char *out,
                                     size_t size)
{
    char rule[sizeof("rule ") + SHMB_RULE_NAME_MAX];

    name_rule(answer->rule, rule, sizeof(rule));
    switch (answer->reason) {
    case SHMB_WHY_WHO:
        if (answer->rule[0] == '\0')
            snprintf(out, size, "no rule of the broker's configuration lets this program ask");
        else
            snprintf(out, size, "%s does not let this program ask", rule);
        break;
    case SHMB_WHY_KIND:
        snprintf(out, size, "%s does not allow objects of this kind", rule);
        break;
    case SHMB_WHY_SIZE:
        snprintf(out, size, "%s allows at most %" PRIu64 " bytes for one segment", rule,
                 answer->most);
        break;
    case SHMB_WHY_EACH_OBJECTS:
    case SHMB_WHY_EACH_MEMORY:
    case SHMB_WHY_TOTAL_OBJECTS:
    case SHMB_WHY_TOTAL_MEMORY:
        tell_quota(answer, rule, out, size);
        break;
    case SHMB_WHY_RATE:
        if (answer->retry_ms == 0)
            snprintf(out, size, "%s", reasons[SHMB_WHY_RATE]);
        else
            snprintf(out, size, "this account asks too often; try again in %" PRIu32 " ms",
                     answer->retry_ms);
        break;
    case SHMB_WHY_TAKEN:
        /* What is left of another one ends by itself. */
        snprintf(out, size, "%s",
                 answer->retry_ms == 0 ? reasons[SHMB_WHY_TAKEN]
                                       : "programs still have an object open that had this name; "
                                         "try again when they have closed it");
        break;
    case SHMB_WHY_OTHER:
        if (answer->size == 0)
            snprintf(out, size, "the object exists already, but is of another kind");
        else
            snprintf(out, size, "the object exists already, but has only %" PRIu64 " bytes",
                     answer->size);
        break;
    case SHMB_WHY_LIVES:
        snprintf(out, size, "by %s, the object lives as long as the broker", rule);
        break;
    default:
        snprintf(out, size, "%s", shmb_request_text_reason((uint32_t)answer->reason));
        break;
    }
    return out;
}
