#include "read_companions.h"

#include "directory.h"
#include "names.h"
#include "suggest.h"

/* What `lock` and its `kind` may be: enum cfg_lock_kind and, for `lock` alone, none. */
static const char *const lock_words[] = {"mutex", "fast", "none"};

#define LOCK_KINDS 2
#define LOCK_WORDS 3

/* mutex, fast or none. Where a lock may have a name, any other text is probably that. */
static bool read_lock_word(struct reader *reader, const struct node *node, const struct path *path,
                           bool named, size_t *word)
{
    static const char *const others[] = {"true", "false", "yes", "no", "on", "off"};
    bool other = !named || suggest_word(node->text, node->length, lock_words, LOCK_WORDS) != NULL ||
                 shmb_name_check(node->text, node->length, NULL, NULL) != SHMB_NAME_OK;
    struct shown shown;
    size_t i;

    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        other = other || node_is(node, others[i]);
    if (other)
        return read_word(reader, node, path, lock_words, LOCK_WORDS, word);
    *word = 0;
    reader_error(reader, node, path,
                 "%s; write mutex, fast or none, or for a mutex of this name: lock: { name: %s }",
                 reader_show(node, &shown), node->text);
    return false;
}

enum { LOCK_NAME, LOCK_READERS, LOCK_KIND, LOCK_LOCKERS, LOCK_KEYS };

/*
 * Reads what only one kind of lock has. `misspelt`: kind is probably written, but misspelt, so that
 * the keys may belong to the kind that is meant.
 */
static void read_lock_rest(struct reader *reader, const struct node *const *values, bool misspelt,
                           const struct path *path, struct cfg_lock *lock)
{
    const struct node *readers = values[LOCK_READERS], *lockers = values[LOCK_LOCKERS];
    const struct path readers_path = {path, "readers_may_wait", 0};
    const struct path lockers_path = {path, "max_lockers", 0};
    const bool fast = lock->kind == CFG_LOCK_FAST;
    uint64_t most;

    if (readers != NULL)
        read_bool(reader, readers, &readers_path, &lock->readers_may_wait);
    if (readers != NULL && fast) {
        lock->readers_may_wait = false;
        reader_error(reader, readers, &readers_path,
                     "only a mutex has readers_may_wait: who takes a fast lock writes to shared "
                     "memory, and readers may not; remove it, or write kind: mutex");
    }
    lock->max_lockers = fast ? CFG_LOCKERS : 0;
    if (lockers == NULL)
        return;
    if (!fast && !misspelt)
        reader_error(reader, lockers, &lockers_path,
                     "only a fast lock has max_lockers; add kind: fast, or remove max_lockers");
    else if (read_number(reader, lockers, &lockers_path, 1, SHMB_SLOTS_MOST, &most) && fast)
        lock->max_lockers = (uint32_t)most;
}

bool read_lock(struct reader *reader, const struct node *node, const struct path *path,
               struct cfg_lock *lock, const struct node **name)
{
    static const char *const keys[LOCK_KEYS] = {"name", "readers_may_wait", "kind", "max_lockers"};
    static const struct refused_key unnamed[] = {
        {"name", "the lock of a requested segment X is X.lock; remove name"}, {NULL, NULL}};
    const struct node *values[LOCK_KEYS] = {NULL};
    const struct path kind = {path, keys[LOCK_KIND], 0};
    const bool named = name != NULL;
    const unsigned first = named ? LOCK_NAME : LOCK_READERS; /* key that is read */
    struct shown shown;
    unsigned meant = 0;
    size_t word = CFG_LOCK_MUTEX;

    if (node != NULL && node->kind == NODE_MAPPING)
        read_keys_refusing(reader, node, path, &keys[first], LOCK_KEYS - first,
                           named ? NULL : unnamed, &values[first], &meant);
    else if (node != NULL && (node->kind == NODE_SEQUENCE || node_is_null(node))) {
        reader_error(reader, node, path,
                     "expected mutex, fast, none or a mapping with kind, %smax_lockers or "
                     "readers_may_wait, found %s",
                     named ? "name, " : "", reader_show(node, &shown));
        return false;
    } else if (node != NULL && !read_lock_word(reader, node, path, named, &word))
        return false;
    if (values[LOCK_KIND] != NULL)
        read_word(reader, values[LOCK_KIND], &kind, lock_words, LOCK_KINDS, &word);
    if (word == LOCK_KINDS)
        return false; /* none */
    lock->kind = (enum cfg_lock_kind)word;
    read_lock_rest(reader, values, (meant << first & 1u << LOCK_KIND) != 0, path, lock);
    if (named)
        *name = values[LOCK_NAME];
    return true;
}

bool read_snapshots_double(struct reader *reader, const struct node *node, const struct path *path,
                           uint64_t size)
{
    static const char *const words[] = {"sequence", "double"};
    size_t word = 0;

    if (!read_word(reader, node, path, words, 2, &word) || word == 0)
        return false;
    if (size <= CFG_DOUBLE_MAX)
        return true;
    reader_error(reader, node, path,
                 "a segment with snapshots: double has at most 1 MiB, because each write copies "
                 "all of it; use snapshots: sequence");
    return false;
}
