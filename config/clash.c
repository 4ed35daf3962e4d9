#include "clash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define PATH_SIZE 800 /* a path of an object with a key behind it */

bool clash_init(struct clash *clash, size_t objects)
{
    memset(clash, 0, sizeof *clash);
    clash->holders = calloc(objects * 2 + 1, sizeof *clash->holders);
    if (clash->holders == NULL)
        return false;
    if (nameset_init(&clash->set, objects * 2))
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
    return holder->is_lock ? &holder->object->u.segment.lock.place : &holder->object->place;
}

const char *clash_path(const struct clash_holder *holder, char *out, size_t size)
{
    if (!holder->is_lock)
        return holder->object->path;
    snprintf(out, size, "%s.lock", holder->object->path);
    return out;
}

size_t clash_names(const struct cfg_object *object, struct clash_holder out[2])
{
    const char *lock;

    out[0] = (struct clash_holder){object->name, strlen(object->name), object, false};
    if (object->kind != SHMB_SECTION || object->u.segment.lock.name == NULL)
        return 1;
    lock = object->u.segment.lock.name;
    out[1] = (struct clash_holder){lock, strlen(lock), object, true};
    return 2;
}

bool clash_follows_segment(const struct clash_holder *holder)
{
    const char *name = holder->object->name;
    size_t length = strlen(name);

    return holder->is_lock && holder->length > length && memcmp(holder->name, name, length) == 0 &&
           strcmp(holder->name + length, SHMB_LOCK_SUFFIX) == 0;
}

static bool same_name(const void *a, const void *b)
{
    const struct clash_holder *x = a, *y = b;

    return shmb_name_same(x->name, x->length, y->name, y->length);
}

static void report(struct cfg_messages *messages, const struct clash_holder *holder,
                   const struct clash_holder *first)
{
    const struct cfg_place *place = clash_place(first);
    char path[PATH_SIZE];

    cfg_message_add(messages, CFG_ERROR, clash_place(holder), clash_path(holder, path, sizeof path),
                    "the name '%s'%s clashes with %s%s at %s:%lu:%lu; names are compared without "
                    "case, and all kinds share them",
                    holder->name, holder->is_lock ? " of the lock" : "",
                    first->is_lock ? "the lock of " : "", first->object->path, place->file,
                    (unsigned long)place->line, (unsigned long)place->column);
}

static uint32_t hash(const struct clash_holder *holder)
{
    return shmb_name_hash(holder->name, holder->length);
}

static size_t add_object(struct clash *clash, const struct cfg_object *object,
                         struct cfg_messages *messages)
{
    struct clash_holder names[2];
    size_t i, found = 0, count = clash_names(object, names);

    for (i = 0; i < count; i++) {
        struct clash_holder *holder = &clash->holders[clash->count];
        const struct clash_holder *first;

        if (found > 0 && clash_follows_segment(&names[i]))
            continue;
        *holder = names[i];
        clash->count++;
        first = nameset_add(&clash->set, hash(holder), holder, same_name);
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

static size_t ask_object(const struct clash *clash, const struct cfg_object *object,
                         struct cfg_messages *messages)
{
    struct clash_holder names[2];
    size_t i, found = 0, count = clash_names(object, names);

    for (i = 0; i < count; i++) {
        const struct clash_holder *first;

        if (found > 0 && clash_follows_segment(&names[i]))
            continue;
        first = nameset_find(&clash->set, hash(&names[i]), &names[i], same_name);
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
