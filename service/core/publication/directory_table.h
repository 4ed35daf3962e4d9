/*
 * directory_table.h - builds a table of the directory. Pure; directory.h describes the layout.
 */
#ifndef CORE_DIRECTORY_TABLE_H
#define CORE_DIRECTORY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "directory.h"

/* An object to be listed. Texts are borrowed for the call. */
struct directory_row {
    const char *name;
    enum shmb_kind kind;
    enum shmb_entry_state state;
    uint64_t generation, size;
    uint32_t flags;
    const char *lock_name; /* NULL: no lock */
    bool fast;             /* it is a fast lock */
    uint32_t control, control_block;
    uint32_t slots, slot_count; /* of the fast lock; 0: none */
    uint32_t queue_slots, queue_slot_size;
    int32_t initial, maximum;
    const char *rule, *account; /* SHMB_ENTRY_REQUESTED; else NULL */
    uint32_t hash;              /* of the name; 0: not known */
};

/* A text that the rows after the one that brought it use again, if they have the same. */
struct directory_shared {
    const char *text; /* NULL: none yet */
    struct shmb_text_ref ref;
};

/* A table while it is being built. */
struct directory_table {
    uint8_t *bytes;
    uint32_t size; /* total bytes */
    uint32_t count, added;
    uint32_t buckets, buckets_offset, texts_offset, texts_size, texts_used;
    struct directory_shared rule, account;
};

/*
 * How many bytes of texts a rule or account, which is not empty, needs: none if the row before with
 * such a text has the same. NULL needs none. Remembers it in `*last`, which is all zero at the
 * first row.
 */
uint32_t directory_shared_bytes(struct directory_shared *last, const char *text);

/*
 * Lays out a table of `count` rows with `texts` bytes of texts. False: it would exceed
 * SHMB_TABLE_MAX.
 */
bool directory_table_plan(struct directory_table *out, uint32_t count, uint64_t texts);

/*
 * Begins to build the table in `bytes`, which are `size` zeros; then add each of the rows.
 * `slot` gives revision and suffix, and gets the other fields that the root needs.
 */
void directory_table_begin(struct directory_table *table, void *bytes, struct shmb_root_slot *slot);
void directory_table_add(struct directory_table *table, const struct directory_row *row);

/*
 * Builds a whole table in memory of `*size` bytes; the caller frees it with free(). NULL: no
 * memory, or larger than SHMB_TABLE_MAX. `slot` as above.
 */
uint8_t *directory_table_build(const struct directory_row *rows, uint32_t count,
                               struct shmb_root_slot *slot, uint32_t *size);

#endif
