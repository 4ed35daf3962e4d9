/*
 * The port of shmb doctor: the control section of a segment. The library tells whether the block
 * is damaged; it does without the header, so that is compared here.
 */
#include "ask_system.h"

#include <string.h>

#include "control.h"
#include "published.h"
#include "shmb.h"

/* The entry of a segment in the directory as it is now. False: not found, or not readable. */
static bool find_entry(const char *name, struct shmb_entry *entry)
{
    struct shmb_entry_view found;
    struct published published;
    bool is_found;

    if (!published_open(&published))
        return false;
    is_found = shmb_table_find(&published.table, name, strlen(name), &found) == SHMB_READ_OK;
    if (is_found)
        *entry = found.entry;
    published_close(&published);
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
    if (!published_map(control, sizeof(struct shmb_control), &view))
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
