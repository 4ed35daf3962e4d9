/*
 * control_internal.h - what the modules of the control sections share; for them
 * alone: control_sets.c, control_sections.c, control_blocks.c,
 * control_restore.c, control_inherit.c.
 */
#ifndef CORE_CONTROL_INTERNAL_H
#define CORE_CONTROL_INTERNAL_H

#include "control.h"
#include "control_blocks.h"
#include "control_sets.h"
#include "own_section.h"

#define CONTROL_NUMBER_RANDOM 0x80000000u /* from here on numbers are random */
#define CONTROL_NO_SET        SIZE_MAX

struct control_section {
    struct own_section shared; /* mapped only while it is written */
    uint32_t number;
    uint32_t blocks, used; /* those in use are the first ones */
    size_t set;     /* the access set its trustees are those of, or CONTROL_NO_SET: to be closed */
    char *sddl;     /* its access now */
    bool inherited; /* it belongs to the former sets, too, until these are settled */
};

/* Of an item that is a segment. There is one for each item of the inventory: small. */
struct control_place {
    uint64_t generation; /* for which the block was written; 0: never */
    uint32_t section;    /* its index + 1; 0: none so far */
    uint32_t block;
    uint32_t from_section; /* where it has moved from, index + 1; 0: it has not */
    uint32_t from_block;
    uint32_t next; /* the next one in the list of its set, index + 1; 0: no more */
    bool recorded; /* the state knows it, as it was written */
};

/* Of an access set: the segments that have no place yet, or whose block is to be written. */
struct control_list {
    uint32_t first; /* index + 1; 0: none */
    bool due;       /* a block is to be written */
};

struct control_sets {
    const struct system *system;
    const char *owner;
    const struct inventory *inventory;
    const struct state *state;
    struct control_section *sections;
    size_t section_count;
    struct control_list *lists;   /* by access set; made anew by each control_sets_prepare */
    struct control_place *places; /* by item */
    size_t place_count;
    uint32_t last_number;
    bool random;
    bool moved;   /* some segments have */
    bool settled; /* there are no former sets that could still hold */
};

/* control_sections.c: making them, and their access */

/* The trustees of a set's sections; to be freed with free(). NULL: no memory. */
struct access_rule *control_section_rules(const struct control_sets *sets, size_t set,
                                          size_t *count);

/* The same as SDDL text, to be freed with free(). NULL: no memory. */
char *control_section_access(const struct control_sets *sets, size_t set);

/* Room for one more; its index, or CONTROL_NO_SET: no memory. */
size_t control_section_add(struct control_sets *sets);

/* A new section for `blocks` more segments of a set, mapped. */
enum sys_status control_section_make(struct control_sets *sets, size_t set, uint32_t blocks,
                                     struct trouble *avoided, struct sys_failure *why);

/* control_restore.c: finding them again */

/* The segment was adopted, and is without a block so far: clients may use one. */
bool control_place_lost(const struct control_sets *sets, size_t item);

/* It gets that block again, as the state knows it, where it is as it was. */
void control_place_restore(struct control_sets *sets, size_t item);

/* control_blocks.c: what is in them */

bool control_is_segment(const struct item *item);

/* The segment's block is written for the object as it is now. */
bool control_block_written(const struct control_sets *sets, size_t item);

/* The segment is held, and that is not so. */
bool control_block_due(const struct control_sets *sets, size_t item);

/* Of a section that is mapped. */
struct shmb_block *control_block_at(const struct control_section *section, uint32_t block);

/* Writes the block of an item into its section, which is mapped. */
void control_block_write(struct control_sets *sets, const struct control_section *section,
                         size_t item);

/* Who still uses a block that a segment has moved from is told to open the segment again. */
void control_blocks_disown(struct control_sets *sets);

#endif
