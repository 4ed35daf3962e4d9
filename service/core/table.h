/*
 * table.h - builds the images of what clients read: the directory's table and
 * the head of a control section. Pure; the layouts are those of directory.h
 * and control.h.
 */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "control.h"
#include "directory.h"

/* One object to be listed. Texts are borrowed for the call. */
struct table_row {
    const char *name;
    enum shmb_kind kind;
    enum shmb_entry_state state;
    uint64_t generation, size;
    uint32_t flags;
    const char *lock_name; /* NULL: no lock */
    uint32_t control, control_block;
    int32_t initial, maximum;
};

/*
 * The image of a table, to be freed with free(); NULL: no memory, or larger
 * than SHMB_TABLE_MAX. `*size` gets its bytes. `slot` is filled with what the
 * root has to say of it; its revision and suffix are given.
 */
uint8_t *table_build(const struct table_row *rows, uint32_t count, struct shmb_root_slot *slot,
                     uint32_t *size);

/* Bytes of a control section with `blocks` blocks. */
uint32_t control_size(uint32_t blocks);

/* The header of such a section. */
void control_header(uint32_t number, uint32_t blocks, struct shmb_control *out);

#endif
