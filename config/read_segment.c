#include "reader.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

#define LOCK_NAME_BYTES (SHMB_NAME_BYTES + sizeof SHMB_LOCK_SUFFIX)

static void name_lock(struct reader *reader, const struct node *node, const struct path *path,
                      struct cfg_lock *lock)
{
    const char *bare;
    size_t length;
    enum shmb_name_fault fault;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, path, "%s stands here where the name of the mutex is due",
                     reader_show(node, &shown));
        return;
    }
    fault = shmb_name_check(node->text, node->length, &bare, &length);
    if (fault != SHMB_NAME_OK) {
        reader_error(reader, node, path, "%s", shmb_name_fault_text(fault));
        return;
    }
    lock->name = reader_text(reader, bare, length);
    lock->place = reader_place(reader, node);
}

/* X.lock, where no name is written. */
static void name_lock_after(struct reader *reader, const struct node *at, const struct path *path,
                            const char *segment, struct cfg_lock *lock)
{
    char name[LOCK_NAME_BYTES];
    int length = snprintf(name, sizeof name, "%s%s", segment, SHMB_LOCK_SUFFIX);
    enum shmb_name_fault fault;

    if (length < 0 || (size_t)length >= sizeof name)
        fault = SHMB_NAME_TOO_LONG;
    else
        fault = shmb_name_check(name, (size_t)length, NULL, NULL);
    if (fault == SHMB_NAME_OK)
        lock->name = reader_text(reader, name, (size_t)length);
    else
        reader_error(reader, at, path,
                     "%s (this is about the lock, %s%s; it can have a name of its own: "
                     "lock: { name: ... })",
                     shmb_name_fault_text(fault), segment, SHMB_LOCK_SUFFIX);
}

static void read_lock(struct reader *reader, const struct node *at, const struct node *node,
                      const struct path *path, struct cfg_object *object)
{
    static const char *const words[] = {"mutex", "none"};
    static const char *const keys[] = {"name", "readers_may_wait"};
    const struct node *values[2] = {NULL, NULL};
    struct cfg_lock *lock = &object->u.segment.lock;
    struct path name = {path, keys[0], 0}, waiting = {path, keys[1], 0};
    struct shown shown;
    size_t word = 0;

    lock->place = reader_place(reader, node != NULL ? node : at);
    if (node != NULL && node->kind == NODE_MAPPING)
        reader_keys(reader, node, path, keys, 2, values, NULL);
    else if (node != NULL && (node->kind == NODE_SEQUENCE || node_is_null(node))) {
        reader_error(reader, node, path,
                     "%s stands here where mutex, none or a mapping with name or "
                     "readers_may_wait is due",
                     reader_show(node, &shown));
        return;
    } else if (node != NULL && !reader_word(reader, node, path, words, 2, &word))
        return;
    if (values[1] != NULL)
        reader_bool(reader, values[1], &waiting, &lock->readers_may_wait);
    if (values[0] != NULL)
        name_lock(reader, values[0], &name, lock);
    else if (word == 0 && object->name != NULL)
        name_lock_after(reader, at, path, object->name, lock);
}

enum { KEY_SIZE, KEY_ACCESS, KEY_LOCK, KEY_INITIAL, KEY_SESSIONS, KEY_COUNT };

void read_segment(struct reader *reader, const struct node *key, const struct node *node,
                  const struct path *path, struct cfg_object *object)
{
    static const char *const keys[KEY_COUNT] = {"size", "access", "lock", "initial", "sessions"};
    const struct node *values[KEY_COUNT];
    struct cfg_segment *segment = &object->u.segment;
    struct path size = {path, keys[KEY_SIZE], 0}, lock = {path, keys[KEY_LOCK], 0};
    struct path initial = {path, keys[KEY_INITIAL], 0};
    unsigned meant;

    if (!reader_keys(reader, node, path, keys, KEY_COUNT, values, &meant))
        return;
    if (values[KEY_SIZE] != NULL)
        segment->size = reader_size(reader, values[KEY_SIZE], &size, CFG_SIZE_MAX,
                                    "a segment has 1 byte to 1024 GiB");
    else if ((meant & 1u << KEY_SIZE) == 0)
        reader_error(reader, key, path, "a segment needs a size, such as size: 64 KiB");
    reader_object_access(reader, key, values[KEY_ACCESS], (meant & 1u << KEY_ACCESS) != 0, path,
                         object);
    read_lock(reader, key, values[KEY_LOCK], &lock, object);
    read_sessions(reader, values[KEY_SESSIONS], path, object);
    if (values[KEY_INITIAL] != NULL)
        read_initial(reader, values[KEY_INITIAL], &initial, &segment->initial);
}
