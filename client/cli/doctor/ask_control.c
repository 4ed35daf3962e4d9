/*
 * The port of shmb doctor: the control section of a segment. The library tells whether the block
 * is damaged; it does without the header, so that is compared here.
 */
#include "ask_system.h"

#include <string.h>

#include "control.h"
#include "published_section.h"
#include "shmb.h"

/* The entry of a segment in the directory as it is now. False: not found, or not readable. */
static bool find_entry(const char *name, struct shmb_entry *entry)
{
    char table_name[SHMB_TABLE_NAME_BYTES];
    struct section_view root, bytes;
    struct shmb_root_slot slot;
    struct shmb_table_view table;
    struct shmb_entry_view found;
    bool is_found = false;

    if (!published_section_root(&root))
        return false;
    if (shmb_root_read(root.data, SHMB_ROOT_SIZE, &slot) == SHMB_READ_OK) {
        shmb_table_name(slot.suffix, table_name);
        if (published_section_map(table_name, slot.table_size, &bytes)) {
            is_found =
                shmb_table_check(bytes.data, slot.table_size, &slot, &table) == SHMB_READ_OK &&
                shmb_table_find(&table, name, strlen(name), &found) == SHMB_READ_OK;
            if (is_found)
                *entry = found.entry;
            section_unmap(&bytes);
        }
    }
    section_unmap(&root);
    return is_found;
}

static bool is_header_damaged(const char *name)
{
    char control[SHMB_CONTROL_NAME_BYTES];
    struct section_view view;
    struct shmb_entry entry;
    bool damaged;

    if (!find_entry(name, &entry) || entry.control == 0)
        return false;
    shmb_control_name(entry.control, control);
    if (!published_section_map(control, sizeof(struct shmb_control), &view))
        return false;
    damaged = !shmb_control_is_sound(view.data, sizeof(struct shmb_control), entry.control,
                                     entry.control_block);
    section_unmap(&view);
    return damaged;
}

/* Only the library compares the directory and the block. */
static bool is_block_damaged(const char *name)
{
    shmb_segment *segment;
    uint64_t number;
    bool damaged = false;

    if (shmb_open(name, SHMB_READ, 0, &segment) == SHMB_OK) {
        damaged = shmb_change_number(segment, &number) == SHMB_CORRUPT;
        shmb_close(segment);
    }
    return damaged;
}

enum doctor_control doctor_control(void *context, const char *name)
{
    (void)context;
    if (is_block_damaged(name))
        return DOCTOR_CONTROL_BLOCK;
    return is_header_damaged(name) ? DOCTOR_CONTROL_HEADER : DOCTOR_CONTROL_GOOD;
}
