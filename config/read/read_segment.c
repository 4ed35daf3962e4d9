/*
 * A segment has companions: its lock X.lock (a mutex, or the event of a fast lock), its change
 * events X.changed.0 to .3, its section X.snapshots. Their names are made and checked here; clash.c
 * compares them with all others.
 */
#include "read_segment.h"

#include <string.h>

#include "companion_name.h"
#include "names.h"
#include "read_companions.h"
#include "read_initial.h"
#include "read_rights.h"
#include "read_text.h"

/* Reads the name of a lock. */
static void name_lock(struct reader *reader, const struct node *node, const struct path *path,
                      struct cfg_lock *lock)
{
    const char *bare;
    size_t length;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, path, "expected the name of the lock, found %s%s",
                     reader_show(node, &shown),
                     node->kind != NODE_SCALAR ? "; put a name that starts with { or [ in quotes"
                                               : "");
        return;
    }
    if (!read_name(reader, node, path, path, &bare, &length))
        return;
    lock->name = reader_text(reader, bare, length);
    lock->hash = reader_hash(reader, bare, length);
    lock->place = reader_place(reader, node);
}

/* Calls the lock X.lock: no name is written. */
static void name_lock_after(struct reader *reader, const struct node *at, const struct path *path,
                            const struct cfg_object *segment, struct cfg_lock *lock)
{
    char name[COMPANION_BYTES];
    size_t length;
    enum shmb_name_fault fault = companion_name(segment->name, SHMB_LOCK_SUFFIX, "", name, &length);

    if (fault == SHMB_NAME_OK) {
        lock->name = reader_text(reader, name, length);
        lock->hash =
            shmb_name_hash_more(segment->hash, SHMB_LOCK_SUFFIX, sizeof SHMB_LOCK_SUFFIX - 1);
    } else
        reader_error(reader, at, path,
                     "%s (the lock would be named %s%s; give it another name: lock: { name: ... })",
                     shmb_name_fault_text(fault), segment->name, SHMB_LOCK_SUFFIX);
}

/* Reads the lock; `node` NULL: not written, so the default. `at` is the name of the segment. */
static void read_named_lock(struct reader *reader, const struct node *at, const struct node *node,
                            const struct path *path, struct cfg_object *object)
{
    struct cfg_lock *lock = &object->u.segment.lock;
    const struct path below = {path, "name", 0};
    const struct node *name = NULL;

    lock->place = reader_place(reader, node != NULL ? node : at);
    if (!read_lock(reader, node, path, lock, &name))
        return;
    if (name != NULL)
        name_lock(reader, name, &below, lock);
    else if (object->name != NULL)
        name_lock_after(reader, at, path, object, lock);
}

/* Reads notify, and names the change events after the segment. */
static void read_notify(struct reader *reader, const struct node *node, const struct path *path,
                        struct cfg_object *object)
{
    struct cfg_notify *notify;
    bool wanted = false;
    unsigned i;

    read_bool(reader, node, path, &wanted);
    if (!wanted || object->name == NULL)
        return;
    notify = reader_alloc(reader, 1, sizeof *notify);
    if (notify == NULL)
        return;
    notify->place = reader_place(reader, node);
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++) {
        const char number[2] = {(char)('0' + i), '\0'};
        char name[COMPANION_BYTES];
        size_t length;
        enum shmb_name_fault fault =
            companion_name(object->name, SHMB_CHANGED_SUFFIX, number, name, &length);

        if (fault != SHMB_NAME_OK) {
            reader_error(reader, node, path,
                         "%s (the change events would be named %s%s%s and so on; give the segment "
                         "a shorter name)",
                         shmb_name_fault_text(fault), object->name, SHMB_CHANGED_SUFFIX, number);
            return;
        }
        notify->events[i] = reader_text(reader, name, length);
    }
    object->u.segment.notify = notify;
}

/* Reads snapshots, and names the section for two copies after the segment. */
static void read_snapshots(struct reader *reader, const struct node *node, const struct path *path,
                           struct cfg_object *object)
{
    struct cfg_snapshots *snapshots;
    char name[COMPANION_BYTES];
    enum shmb_name_fault fault;
    size_t length;

    if (!read_snapshots_double(reader, node, path, object->u.segment.size) || object->name == NULL)
        return;
    fault = companion_name(object->name, SHMB_PAIR_SUFFIX, "", name, &length);
    if (fault != SHMB_NAME_OK) {
        reader_error(reader, node, path,
                     "%s (the section for snapshots would be named %s%s; give the segment a "
                     "shorter name)",
                     shmb_name_fault_text(fault), object->name, SHMB_PAIR_SUFFIX);
        return;
    }
    snapshots = reader_alloc(reader, 1, sizeof *snapshots);
    if (snapshots == NULL)
        return;
    snapshots->place = reader_place(reader, node);
    snapshots->name = reader_text(reader, name, length);
    object->u.segment.snapshots = snapshots;
}

/* `misspelt`: keep is probably written, but misspelt. */
static void read_keep(struct reader *reader, const struct node *keep, bool misspelt,
                      const struct node *every, const struct path *path,
                      struct cfg_segment *segment)
{
    static const char *const words[] = {"reboot"};
    struct path keep_path = {path, "keep", 0}, every_path = {path, "save_every", 0};
    uint64_t ms = 0;
    size_t word;

    if (keep != NULL)
        segment->keep = read_word(reader, keep, &keep_path, words, 1, &word);
    if (every != NULL && read_time(reader, every, &every_path, CFG_SAVE_LEAST, CFG_SAVE_MOST,
                                   "a segment is saved every 1 s to 24 h", &ms))
        segment->save_every = (uint32_t)ms;
    if (every != NULL && keep == NULL && !misspelt)
        reader_error(reader, every, &every_path,
                     "save_every needs keep: reboot; add it, or remove save_every");
    if (segment->keep && segment->size > CFG_KEEP_MAX)
        reader_error(reader, keep, &keep_path, "a segment with keep: reboot has at most 1 GiB");
}

enum {
    KEY_SIZE,
    KEY_ACCESS,
    KEY_INTEGRITY,
    KEY_SDDL,
    KEY_AUDIT,
    KEY_LOCK,
    KEY_INITIAL,
    KEY_NOTIFY,
    KEY_SNAPSHOTS,
    KEY_SESSIONS,
    KEY_KEEP,
    KEY_SAVE_EVERY,
    KEY_COUNT
};

void read_segment(struct reader *reader, const struct node *key, const struct node *node,
                  const struct path *path, struct cfg_object *object)
{
    static const char *const keys[KEY_COUNT] = {"size",      "access",   "integrity", "sddl",
                                                "audit",     "lock",     "initial",   "notify",
                                                "snapshots", "sessions", "keep",      "save_every"};
    const struct node *values[KEY_COUNT];
    struct cfg_segment *segment = &object->u.segment;
    struct path size = {path, keys[KEY_SIZE], 0}, lock = {path, keys[KEY_LOCK], 0};
    struct path initial = {path, keys[KEY_INITIAL], 0}, notify = {path, keys[KEY_NOTIFY], 0};
    struct path snapshots = {path, keys[KEY_SNAPSHOTS], 0};
    unsigned meant;

    if (!read_keys(reader, node, path, keys, KEY_COUNT, values, &meant))
        return;
    if (values[KEY_SIZE] != NULL)
        segment->size = read_size(reader, values[KEY_SIZE], &size, CFG_SIZE_MAX,
                                  "a segment has 1 byte to 1024 GiB");
    else if ((meant & 1u << KEY_SIZE) == 0)
        reader_error(reader, key, path, "a segment needs a size, such as size: 64 KiB");
    /* The four keys from KEY_ACCESS on are in the order that read_rights expects. */
    read_rights(reader, key, &values[KEY_ACCESS], meant >> KEY_ACCESS, path, object);
    read_named_lock(reader, key, values[KEY_LOCK], &lock, object);
    read_sessions(reader, values[KEY_SESSIONS], path, object);
    if (values[KEY_INITIAL] != NULL)
        segment->initial = read_initial(reader, values[KEY_INITIAL], &initial);
    if (values[KEY_NOTIFY] != NULL)
        read_notify(reader, values[KEY_NOTIFY], &notify, object);
    if (values[KEY_SNAPSHOTS] != NULL)
        read_snapshots(reader, values[KEY_SNAPSHOTS], &snapshots, object);
    read_keep(reader, values[KEY_KEEP], (meant & 1u << KEY_KEEP) != 0, values[KEY_SAVE_EVERY], path,
              segment);
}
