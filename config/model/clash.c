/*
 * A table of all names, for validate.c (one file) and merge.c (all files). An object with
 * companions has several names, and a clash is an error at each later one.
 */
#include "clash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define PATH_SIZE 800 /* a path of an object with a key behind it */

bool clash_init(struct clash *clash, size_t names)
{
    memset(clash, 0, sizeof *clash);
    /* Of the final size from the start: the set points into this array, so it must not move. */
    clash->holders = calloc(names + 1, sizeof *clash->holders);
    if (clash->holders == NULL)
        return false;
    if (nameset_init(&clash->set, names))
        return true;
    clash_free(clash);
    return false;
}

void clash_free(struct clash *clash)
{
    nameset_free(&clash->set);
    free(clash->holders);
    clash->holders = NULL;
}

const struct cfg_place *clash_place(const struct clash_holder *holder)
{
    const struct cfg_object *object = holder->object;

    switch (holder->part) {
    case CLASH_LOCK:
        return &object->u.segment.lock.place;
    case CLASH_CHANGED:
        return &object->u.segment.notify->place;
    case CLASH_PAIR:
        return &object->u.segment.snapshots->place;
    default:
        return &object->place;
    }
}

const char *clash_path(const struct clash_holder *holder, char *out, size_t size)
{
    static const char *const keys[] = {NULL, "lock", "notify", "snapshots", NULL};

    if (holder->part == CLASH_OBJECT || holder->part == CLASH_EVENT)
        return holder->object->path;
    snprintf(out, size, "%s.%s", holder->object->path, keys[holder->part]);
    return out;
}

/* Writes a name to `out` if there is one. Returns how many: 0 or 1. */
static size_t put_name(const struct cfg_object *object, const char *name, uint32_t hash,
                       enum clash_part part, struct clash_holder *out)
{
    if (name == NULL)
        return 0;
    /* Names are hashed when they are read, so that their texts need not be fetched again. */
    if (hash == 0)
        hash = shmb_name_hash(name, strlen(name));
    *out = (struct clash_holder){name, object, hash, part};
    return 1;
}

size_t clash_names(const struct cfg_object *object, struct clash_holder out[CLASH_NAMES])
{
    const struct cfg_segment *segment = &object->u.segment;
    size_t i, count = put_name(object, object->name, object->hash, CLASH_OBJECT, out);

    if (object->kind == SHMB_QUEUE)
        for (i = 0; i < CFG_QUEUE_EVENTS; i++)
            count += put_name(object, object->u.queue.events[i], 0, CLASH_EVENT, &out[count]);
    if (object->kind != SHMB_SECTION)
        return count;
    count += put_name(object, segment->lock.name, segment->lock.hash, CLASH_LOCK, &out[count]);
    for (i = 0; segment->notify != NULL && i < SHMB_CHANGE_EVENTS; i++)
        count += put_name(object, segment->notify->events[i], 0, CLASH_CHANGED, &out[count]);
    if (segment->snapshots != NULL)
        count += put_name(object, segment->snapshots->name, 0, CLASH_PAIR, &out[count]);
    return count;
}

bool clash_follows_object(const struct clash_holder *holder)
{
    const char *name = holder->object->name;
    size_t length = strlen(name);

    if (holder->part == CLASH_CHANGED || holder->part == CLASH_PAIR || holder->part == CLASH_EVENT)
        return true;
    return holder->part == CLASH_LOCK && strncmp(holder->name, name, length) == 0 &&
           strcmp(holder->name + length, SHMB_LOCK_SUFFIX) == 0;
}

static bool same_name(const void *a, const void *b)
{
    const struct clash_holder *x = a, *y = b;

    return shmb_name_same(x->name, strlen(x->name), y->name, strlen(y->name));
}

/* Adds the error: `holder` has the same name as `first`. */
static void report(struct cfg_messages *messages, const struct clash_holder *holder,
                   const struct clash_holder *first)
{
    static const char *const whose[] = {"", " of the lock", " of a change event",
                                        " of the section for snapshots", " of an event"};
    static const char *const of_whom[] = {"", "the lock of ", "a change event of ",
                                          "the section for snapshots of ", "an event of "};
    const struct cfg_place *place = clash_place(first);
    char path[PATH_SIZE];

    cfg_message_add(messages, CFG_ERROR, clash_place(holder), clash_path(holder, path, sizeof path),
                    "the name '%s'%s clashes with %s%s at %s:%lu:%lu; names are compared without "
                    "case, and all kinds share them",
                    holder->name, whose[holder->part], of_whom[first->part], first->object->path,
                    place->file, (unsigned long)place->line, (unsigned long)place->column);
}

/* Adds the names of one object. After a clash, those that follow its own are not reported. */
static size_t add_object(struct clash *clash, const struct cfg_object *object,
                         struct cfg_messages *messages)
{
    struct clash_holder names[CLASH_NAMES];
    size_t i, found = 0, count = clash_names(object, names);

    for (i = 0; i < count; i++) {
        struct clash_holder *holder = &clash->holders[clash->count];
        const struct clash_holder *first;

        if (found > 0 && clash_follows_object(&names[i]))
            continue;
        *holder = names[i];
        clash->count++;
        first = nameset_add(&clash->set, holder->hash, holder, same_name);
        if (first == NULL)
            continue;
        report(messages, holder, first);
        found++;
    }
    return found;
}

size_t clash_add(struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages)
{
    size_t i, found = 0;

    for (i = 0; i < configuration->count; i++)
        found += add_object(clash, &configuration->objects[i], messages);
    return found;
}

/* As add_object, but only looks. Returns the number of clashes. */
static size_t ask_object(const struct clash *clash, const struct cfg_object *object,
                         struct cfg_messages *messages)
{
    struct clash_holder names[CLASH_NAMES];
    size_t i, found = 0, count = clash_names(object, names);

    for (i = 0; i < count; i++) {
        const struct clash_holder *first;

        if (found > 0 && clash_follows_object(&names[i]))
            continue;
        first = nameset_find(&clash->set, names[i].hash, &names[i], same_name);
        if (first == NULL)
            continue;
        report(messages, &names[i], first);
        found++;
    }
    return found;
}

size_t clash_ask(const struct clash *clash, const struct cfg *configuration,
                 struct cfg_messages *messages)
{
    size_t i, found = 0;

    for (i = 0; i < configuration->count; i++)
        found += ask_object(clash, &configuration->objects[i], messages);
    return found;
}
