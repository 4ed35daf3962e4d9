/*
 * One reader for each kind. An object with an invalid name is read all the same, so that the
 * other errors in it are found, too.
 */
#include "read_object.h"

#include <string.h>

#include "read_queue.h"
#include "read_rights.h"
#include "read_segment.h"
#include "read_text.h"

typedef void read_object_fn(struct reader *reader, const struct node *key, const struct node *node,
                            const struct path *path, struct cfg_object *object);

/* These read the keys of one kind; read_segment.c and read_queue.c have two others. */
static void read_mutex(struct reader *reader, const struct node *key, const struct node *node,
                       const struct path *path, struct cfg_object *object)
{
    static const char *const keys[] = {"access", "integrity", "sddl", "audit", "sessions"};
    const struct node *values[5];
    unsigned meant;

    if (!read_keys(reader, node, path, keys, 5, values, &meant))
        return;
    read_sessions(reader, values[4], path, object);
    read_rights(reader, key, &values[0], meant, path, object);
}

static void read_event(struct reader *reader, const struct node *key, const struct node *node,
                       const struct path *path, struct cfg_object *object)
{
    static const char *const keys[] = {"reset", "access",   "integrity", "sddl",
                                       "audit", "sessions", "set"};
    static const char *const words[] = {"manual", "auto"};
    const struct node *values[7];
    struct path below = {path, keys[0], 0}, set = {path, keys[6], 0};
    size_t word;
    unsigned meant;

    object->u.event.manual_reset = true; /* after an error: read access is no second one */
    if (!read_keys(reader, node, path, keys, 7, values, &meant))
        return;
    if (values[0] == NULL && (meant & 1u) == 0)
        reader_error(reader, key, path, "an event needs reset: manual or reset: auto");
    else if (values[0] != NULL && read_word(reader, values[0], &below, words, 2, &word))
        object->u.event.manual_reset = word == 0;
    if (values[6] != NULL)
        read_bool(reader, values[6], &set, &object->u.event.set);
    read_sessions(reader, values[5], path, object);
    read_rights(reader, key, &values[1], meant >> 1, path, object);
}

static void read_semaphore(struct reader *reader, const struct node *key, const struct node *node,
                           const struct path *path, struct cfg_object *object)
{
    static const char *const keys[] = {"initial", "maximum", "access",  "integrity",
                                       "sddl",    "audit",   "sessions"};
    const struct node *values[7];
    struct path initial = {path, keys[0], 0}, maximum = {path, keys[1], 0};
    uint64_t most = INT32_MAX, first;
    unsigned meant;

    if (!read_keys(reader, node, path, keys, 7, values, &meant))
        return;
    if (values[1] == NULL && (meant & 2u) == 0)
        reader_error(reader, key, path, "a semaphore needs a maximum, such as maximum: 5");
    else if (values[1] != NULL && !read_number(reader, values[1], &maximum, 1, INT32_MAX, &most))
        most = INT32_MAX; /* so that `initial` is not an error, too */
    first = most;
    if (values[0] != NULL)
        read_number(reader, values[0], &initial, 0, most, &first);
    object->u.semaphore.maximum = (int32_t)most;
    object->u.semaphore.initial = (int32_t)first;
    read_sessions(reader, values[6], path, object);
    read_rights(reader, key, &values[2], meant >> 2, path, object);
}

static read_object_fn *const readers[SHMB_KIND_COUNT] = {read_segment, read_mutex, read_event,
                                                         read_semaphore, read_queue};

void read_object(struct reader *reader, enum shmb_kind kind, const struct node_item *item,
                 const struct path *group)
{
    struct cfg_object *object = &reader->cfg->objects[reader->cfg->count];
    struct path path = {group, item->key->text, 0};
    const char *bare;
    size_t length;
    bool good;

    if (read_merge_key(reader, item->key, group))
        return;
    good =
        read_name(reader, item->key, &path, item->key->length > 0 ? &path : group, &bare, &length);
    memset(object, 0, sizeof *object);
    object->kind = kind;
    object->place = reader_place(reader, item->key);
    if (good) {
        object->path = reader_path_text(reader, &path);
        object->hash = reader_hash(reader, bare, length);
        /* The bare name is the end of the path, which is never cut: a name is short enough. */
        object->name = object->path != NULL ? object->path + (strlen(object->path) - length) : NULL;
    }
    readers[kind](reader, item->key, item->value, &path, object);
    /* Not counted, the slot is used again by the next object. */
    if (good && !reader->no_memory)
        reader->cfg->count++;
}
