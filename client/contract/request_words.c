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
        [SHMB_WHY_NONE] = "none",
        [SHMB_WHY_NO_RULE] = "no_rule",
        [SHMB_WHY_WHO] = "who",
        [SHMB_WHY_KIND] = "kind",
        [SHMB_WHY_SIZE] = "size",
        [SHMB_WHY_EACH_OBJECTS] = "each_objects",
        [SHMB_WHY_EACH_MEMORY] = "each_memory",
        [SHMB_WHY_TOTAL_OBJECTS] = "total_objects",
        [SHMB_WHY_TOTAL_MEMORY] = "total_memory",
        [SHMB_WHY_LIMITS] = "limits",
        [SHMB_WHY_RATE] = "rate",
        [SHMB_WHY_TAKEN] = "taken",
        [SHMB_WHY_FOREIGN] = "foreign",
        [SHMB_WHY_OTHER] = "other",
        [SHMB_WHY_NO_ACCESS] = "no_access",
        [SHMB_WHY_NOT_REQUESTED] = "not_requested",
        [SHMB_WHY_NOT_YOURS] = "not_yours",
        [SHMB_WHY_LIVES] = "lives",
        [SHMB_WHY_STOPPING] = "stopping",
        [SHMB_WHY_SYSTEM] = "system",
        [SHMB_WHY_MESSAGE] = "message",
        [SHMB_WHY_NO_PIPE] = "no_pipe",
    };

    static_assert(sizeof(words) / sizeof(words[0]) == SHMB_WHY_COUNT, "a word for each reason");
    return (unsigned)reason < SHMB_WHY_COUNT ? words[reason] : NULL;
}
