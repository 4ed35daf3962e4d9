#include "validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "nameset.h"

#define PATH_SIZE 800 /* a path of an object with a key behind it */

/* Somebody who has a name: an object, or the lock of a segment. */
struct holder {
    const char *name;
    size_t length;
    const struct cfg_object *object;
    bool is_lock;
};

static const struct cfg_place *holder_place(const struct holder *holder)
{
    return holder->is_lock ? &holder->object->u.segment.lock.place : &holder->object->place;
}

static const char *below(const struct cfg_object *object, const char *key, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s.%s", object->path, key);
    return out;
}

static const char *holder_path(const struct holder *holder, char out[PATH_SIZE])
{
    return holder->is_lock ? below(holder->object, "lock", out) : holder->object->path;
}

static bool same_name(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    return shmb_name_same(x->name, x->length, y->name, y->length);
}

static void report_clash(struct cfg_messages *messages, const struct holder *holder,
                         const struct holder *first)
{
    const struct cfg_place *place = holder_place(first);
    char path[PATH_SIZE];

    cfg_message_add(messages, CFG_ERROR, holder_place(holder), holder_path(holder, path),
                    "the name '%s'%s clashes with %s%s at %s:%lu:%lu; names are compared without "
                    "case, and all kinds share them",
                    holder->name, holder->is_lock ? " of the lock" : "",
                    first->is_lock ? "the lock of " : "", first->object->path, place->file,
                    (unsigned long)place->line, (unsigned long)place->column);
}

static bool is_ascii(const char *text)
{
    while (*text != '\0')
        if ((unsigned char)*text++ >= 0x80u)
            return false;
    return true;
}

/* A lock that is named after its segment: what is wrong with it is said with the segment. */
static bool follows_segment(const struct holder *holder)
{
    const char *name = holder->object->name;
    size_t length = strlen(name);

    return holder->is_lock && holder->length > length && memcmp(holder->name, name, length) == 0 &&
           strcmp(holder->name + length, SHMB_LOCK_SUFFIX) == 0;
}

static void warn_of_ansi(struct cfg_messages *messages, const struct holder *holder)
{
    char path[PATH_SIZE];

    if (!is_ascii(holder->name) && !follows_segment(holder))
        cfg_message_add(messages, CFG_WARNING, holder_place(holder), holder_path(holder, path),
                        "the name '%s' is not plain ASCII; FoxPro, VB6 and other programs that "
                        "call the A functions may be unable to write it",
                        holder->name);
}

static size_t list_holders(const struct cfg *configuration, struct holder *holders)
{
    size_t i, count = 0;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        holders[count++] = (struct holder){object->name, strlen(object->name), object, false};
        if (object->kind == SHMB_SECTION && object->u.segment.lock.name != NULL) {
            const char *name = object->u.segment.lock.name;

            holders[count++] = (struct holder){name, strlen(name), object, true};
        }
    }
    return count;
}

static bool check_names(const struct cfg *configuration, struct cfg_messages *messages)
{
    struct holder *holders = calloc(configuration->count * 2 + 1, sizeof *holders);
    struct nameset set;
    bool clashed = false;
    size_t i, count;

    if (holders == NULL)
        return false;
    count = list_holders(configuration, holders);
    if (!nameset_init(&set, count)) {
        free(holders);
        return false;
    }
    for (i = 0; i < count; i++) {
        const struct holder *first;

        if (clashed && follows_segment(&holders[i]))
            continue;
        first = nameset_add(&set, shmb_name_hash(holders[i].name, holders[i].length), &holders[i],
                            same_name);
        clashed = first != NULL;
        if (clashed)
            report_clash(messages, &holders[i], first);
        warn_of_ansi(messages, &holders[i]);
    }
    nameset_free(&set);
    free(holders);
    return true;
}

static void check_initial(const struct cfg_object *object, struct cfg_messages *messages)
{
    const struct cfg_segment *segment = &object->u.segment;
    char path[PATH_SIZE];

    if (segment->size != 0 && segment->initial.length > segment->size)
        cfg_message_add(messages, CFG_ERROR, &segment->initial.place,
                        below(object, "initial", path),
                        "the content has %zu bytes, the segment only %llu; make it shorter or the "
                        "size larger",
                        segment->initial.length, (unsigned long long)segment->size);
}

/* To read an event is to wait on it, and that takes the signal of one with automatic reset. */
static void check_event(const struct cfg_object *object, struct cfg_messages *messages)
{
    size_t i;

    if (object->u.event.manual_reset || object->access == NULL)
        return;
    for (i = 0; i < object->access->count; i++) {
        if (object->access->trustees[i].level != SHMB_LEVEL_READ)
            continue;
        cfg_message_add(messages, CFG_ERROR, &object->place, object->path,
                        "'%s' gets read (at %s:%lu:%lu), but to wait on an event with reset: auto "
                        "takes its signal away from others; give the event an access with write, "
                        "or reset: manual",
                        object->access->trustees[i].name, object->access->trustees[i].place.file,
                        (unsigned long)object->access->trustees[i].place.line,
                        (unsigned long)object->access->trustees[i].place.column);
        return;
    }
}

bool validate_configuration(const struct cfg *configuration, struct cfg_messages *messages)
{
    size_t i;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        if (object->kind == SHMB_SECTION)
            check_initial(object, messages);
        else if (object->kind == SHMB_EVENT)
            check_event(object, messages);
    }
    return check_names(configuration, messages);
}
