#include "request_words.h"

const char *shmb_outcome_word(enum shmb_request_outcome outcome)
{
    static const char *const words[SHMB_OUTCOME_COUNT] = {"made", "existed", "released", "asked",
                                                          "refused"};

    return (unsigned)outcome < SHMB_OUTCOME_COUNT ? words[outcome] : NULL;
}

const char *shmb_reason_word(enum shmb_request_reason reason)
{
    static const char *const words[] = {
        [SHMB_REASON_NONE] = "none",
        [SHMB_REASON_NO_RULE] = "no_rule",
        [SHMB_REASON_WHO] = "who",
        [SHMB_REASON_KIND] = "kind",
        [SHMB_REASON_SIZE] = "size",
        [SHMB_REASON_EACH_OBJECTS] = "each_objects",
        [SHMB_REASON_EACH_MEMORY] = "each_memory",
        [SHMB_REASON_TOTAL_OBJECTS] = "total_objects",
        [SHMB_REASON_TOTAL_MEMORY] = "total_memory",
        [SHMB_REASON_LIMITS] = "limits",
        [SHMB_REASON_RATE] = "rate",
        [SHMB_REASON_TAKEN] = "taken",
        [SHMB_REASON_FOREIGN] = "foreign",
        [SHMB_REASON_OTHER] = "other",
        [SHMB_REASON_NO_ACCESS] = "no_access",
        [SHMB_REASON_NOT_REQUESTED] = "not_requested",
        [SHMB_REASON_NOT_YOURS] = "not_yours",
        [SHMB_REASON_LIVES] = "lives",
        [SHMB_REASON_STOPPING] = "stopping",
        [SHMB_REASON_SYSTEM] = "system",
        [SHMB_REASON_MESSAGE] = "message",
        [SHMB_REASON_NO_PIPE] = "no_pipe",
    };

    static_assert(sizeof(words) / sizeof(words[0]) == SHMB_REASON_COUNT, "a word for each reason");
    return (unsigned)reason < SHMB_REASON_COUNT ? words[reason] : NULL;
}
