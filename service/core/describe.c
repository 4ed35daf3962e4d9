#include "describe.h"

#include <inttypes.h>
#include <stdio.h>

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
        if (item->from->kind == SHMB_SECTION)
            text_add(line, ", tells of changes to %s", item->from->name);
        else
            text_add(line, ", %s reset", spec->manual_reset ? "manual" : "automatic");
        break;
    case SHMB_SEMAPHORE:
        text_add(line, ", %" PRId32 " of %" PRId32, spec->initial, spec->maximum);
        break;
    default:
        break;
    }
}

static void add_sessions(struct text *line, const struct item *item)
{
    if (item->from->alias)
        text_add(line, ", by its plain name in every session (needs LocalSystem)");
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
        add_sessions(&text, item);
        add_access(&text, item);
        done = !text.failed;
        if (done)
            line(context, text.at);
    }
    text_free(&text);
    return done;
}

static void put_state(struct json *json, const struct item *item)
{
    const struct sys_spec *spec = &item->spec;

    switch (spec->kind) {
    case SHMB_SECTION:
        json_number(json, "size", spec->size);
        json_bool(json, "initial", item->initial != NULL);
        break;
    case SHMB_MUTEX:
        if (item->from->kind == SHMB_SECTION) {
            json_string(json, "lock_of", item->from->name);
            json_bool(json, "readers_may_wait", item->readers_may_wait);
        }
        break;
    case SHMB_EVENT:
        json_string(json, "reset", spec->manual_reset ? "manual" : "auto");
        if (item->from->kind == SHMB_SECTION)
            json_string(json, "changes_of", item->from->name);
        break;
    case SHMB_SEMAPHORE:
        json_signed(json, "count", spec->initial);
        json_signed(json, "maximum", spec->maximum);
        break;
    default:
        break;
    }
}

static void put_access(struct json *json, const struct item *item)
{
    const struct cfg_access *access = item->from->access;
    size_t i;

    json_array(json, "access");
    for (i = 0; i < access->count; i++) {
        enum shmb_level level = access->trustees[i].level;

        json_object(json, NULL);
        json_string(json, "trustee", access->trustees[i].name);
        json_string(json, "level", shmb_level_word(level));
        json_string(json, "may", level == SHMB_LEVEL_DENY ? NULL : right_words(item, level));
        json_object_end(json);
    }
    json_array_end(json);
}

static void put_name(struct json *json, const char *name)
{
    char full[sizeof(SHMB_GLOBAL_PREFIX) + SHMB_NAME_BYTES];

    (void)snprintf(full, sizeof(full), "%s%s", SHMB_GLOBAL_PREFIX, name);
    json_string(json, "name", full);
}

void describe_json(const struct inventory *inventory, struct json *json)
{
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        const struct item *item = &inventory->items[i];

        json_object(json, NULL);
        json_string(json, "kind", shmb_kind_word(item->spec.kind));
        put_name(json, item->spec.name);
        put_state(json, item);
        if (item->from->alias)
            json_string(json, "sessions", "alias");
        put_access(json, item);
        json_object_end(json);
    }
}
