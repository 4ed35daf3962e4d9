/*
 * named_section.h - a section of the broker that readers find by a fixed name: the root or the
 * report. While another program's object has the name, a stand-in under a random name serves
 * (directory.h).
 */
#ifndef CORE_NAMED_SECTION_H
#define CORE_NAMED_SECTION_H

#include "own_section.h"

/* Each is mapped while it exists. All zero: neither. */
struct named_section {
    struct own_section own; /* under the fixed name */
    struct own_section stand_in;
};

/*
 * Makes or adopts the section under its own name; if it is taken, makes the stand-in, unless there
 * is one. Does nothing if the own name is had already. Returns the status of the own name, with
 * `why`. `*made`: one of the two is new, and zero or a former broker's.
 */
enum sys_status named_section_make(const struct system *system, const char *owner,
                                   const struct own_section_spec *spec, struct state *state,
                                   struct named_section *section, bool *made,
                                   struct sys_failure *why);

/* True: readers can find one of the two. */
bool named_section_exists(const struct named_section *section);

/* Unmaps and closes both. */
void named_section_end(const struct system *system, struct named_section *section);

#endif
