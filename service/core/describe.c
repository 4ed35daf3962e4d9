#include "describe.h"

#include <inttypes.h>

#include "names.h"
#include "text.h"

/* What a level lets a person do; NULL: nothing worth a word. */
static const char *right_words(const struct item *item, enum shmb_level level)
{
    static const char *const words[SHMB_KIND_COUNT][2] = {
        [SHMB_SECTION] = {"read", "write"},
        [SHMB_MUTEX] = {"see it but may not wait", "wait and release"},
        [SHMB_EVENT] = {"wait", "wait and signal"},
        [SHMB_SEMAPHORE] = {"read its state but may not wait", "wait and release"},
    };

    if (level == SHMB_LEVEL_FULL)
        return "full control";
    if (level == SHMB_LEVEL_READ && item->readers_may_wait)
        return words[SHMB_MUTEX][1];
    if (level == SHMB_LEVEL_READ && item->spec.kind == SHMB_MUTEX &&
        item->from->kind == SHMB_SECTION)
        return NULL;
    return words[item->spec.kind][level == SHMB_LEVEL_READ ? 0 : 1];
}

static void add_state(struct text *line, const struct item *item)
{
    const struct sys_spec *spec = &item->spec;

    switch (spec->kind) {
    case SHMB_SECTION:
        text_add(line, ", %" PRIu64 " byte%s", spec->size, spec->size == 1 ? "" : "s");
        if (item->initial != NULL)
            text_add(line, ", with initial content");
        break;
    case SHMB_MUTEX:
        if (item->from->kind == SHMB_SECTION)
            text_add(line, ", lock of %s", item->from->name);
        if (item->readers_may_wait)
            text_add(line, ", readers may wait");
        break;
    case SHMB_EVENT:
        text_add(line, ", %s reset", spec->manual_reset ? "manual" : "automatic");
        break;
    case SHMB_SEMAPHORE:
        text_add(line, ", %" PRId32 " of %" PRId32, spec->initial, spec->maximum);
        break;
    default:
        break;
    }
}

static void add_access(struct text *line, const struct item *item)
{
    const struct cfg_access *access = item->from->access;
    const char *lead = ": ";
    size_t i;

    for (i = 0; i < access->count; i++) {
        if (access->trustees[i].level != SHMB_LEVEL_DENY)
            continue;
        text_add(line, "%sdeny %s", lead, access->trustees[i].name);
        lead = "; ";
    }
    for (i = 0; i < access->count; i++) {
        const struct cfg_trustee *trustee = &access->trustees[i];
        const char *words;

        if (trustee->level == SHMB_LEVEL_DENY)
            continue;
        words = right_words(item, trustee->level);
        if (words == NULL)
            continue;
        text_add(line, "%s%s %s", lead, trustee->name, words);
        lead = "; ";
    }
    if (lead[0] == ':')
        text_add(line, ": nobody but administrators");
}

bool describe_inventory(const struct inventory *inventory, describe_line line, void *context)
{
    struct text text = {0};
    bool done = true;
    size_t i;

    for (i = 0; i < inventory->count && done; i++) {
        const struct item *item = &inventory->items[i];

        text_reset(&text);
        text_add(&text, "%s %s%s", shmb_kind_word(item->spec.kind), SHMB_GLOBAL_PREFIX,
                 item->spec.name);
        add_state(&text, item);
        add_access(&text, item);
        done = !text.failed;
        if (done)
            line(context, text.at);
    }
    text_free(&text);
    return done;
}
