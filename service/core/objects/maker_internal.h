/*
 * maker_internal.h - what the modules that make and adopt objects share; for them alone:
 * maker.c, maker_create.c, maker_recreate.c, maker_outcome.c.
 */
#ifndef CORE_MAKER_INTERNAL_H
#define CORE_MAKER_INTERNAL_H

#include "maker.h"

/* maker_create.c: new objects, with their first content */

/*
 * Makes the object of an item, with its content: the copy of a segment with `keep: reboot`,
 * or `initial`; the header of a queue. SYS_TAKEN: the name is in use, and `why` says by whom. On
 * anything but SYS_OK, `*out` is NULL. `*generation` is for maker_hold: that of a queue, else 0.
 */
enum sys_status maker_create(const struct maker *maker, struct item *item, struct sys_object **out,
                             uint64_t *generation, struct sys_failure *why);

/* Makes a section with this content and this descriptor; returns as maker_create. */
enum sys_status maker_create_filled(const struct maker *maker, const struct sys_spec *spec,
                                    const struct sys_content *content,
                                    const struct sys_descriptor *wanted, struct sys_object **out,
                                    struct sys_failure *why);

/* maker_outcome.c: the state of an item, its record, and its events */

/* The item holds the object, which it owns from here on. `generation` 0: a new one. */
void maker_hold(const struct maker *maker, struct item *item, struct sys_object *object,
                uint64_t generation);

/*
 * The object of an item was made, and will be held: marks the item as lost if an object that a
 * broker held in this boot has gone with its content. Call it before maker_hold.
 */
void maker_note_lost(const struct maker *maker, struct item *item);

/* A held item cannot become what is wanted, because of `reason`. */
void maker_defer(const struct maker *maker, struct item *item, const char *reason);

/* There is no object: conflict for SYS_TAKEN, else failed. Reports each cause once. */
void maker_missing(const struct maker *maker, struct item *item, enum sys_status status,
                   const struct sys_failure *why);

/* Returns SYS_LATER, with the reason in `why`, for an item that is held back. */
enum sys_status maker_refuse_held_back(struct sys_failure *why);

#endif
