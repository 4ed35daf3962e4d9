#include "show.h"

#include <stddef.h>

#include "access.h"
#include "answer.h"
#include "kind_words.h"

const char *show_kind(uint32_t kind)
{
    return kind < SHMB_KIND_COUNT ? shmb_kind_one[kind] : "other";
}

const char *show_state(uint32_t state)
{
    static const char *const words[] = {"unknown", "held", "conflict", "failed"};

    return state < sizeof(words) / sizeof(words[0]) ? words[state] : "other";
}

const char *show_overflow(uint32_t flags)
{
    if ((flags & SHMB_FLAG_DROP_OLDEST) != 0)
        return "drop oldest";
    return (flags & SHMB_FLAG_REFUSE) != 0 ? "refuse" : "block";
}

void show_waited(const char *name, uint32_t kind, bool abandoned)
{
    struct json *json = answer_open();

    if (json == NULL)
        return;
    json_names(json, name, false);
    json_string(json, "kind", shmb_kind_word((enum shmb_kind)kind));
    json_bool(json, "abandoned", abandoned);
    answer_done();
}
