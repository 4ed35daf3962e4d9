/*
 * own_section.h - a section that the broker makes and fills for others to read: the
 * parts of the publication.
 */
#ifndef CORE_OWN_SECTION_H
#define CORE_OWN_SECTION_H

#include "descriptor.h"
#include "state.h"
#include "system.h"

/* All zero: there is none. */
struct own_section {
    struct sys_object *section;
    void *view; /* NULL: not mapped */
};

struct own_section_spec {
    const char *name; /* bare */
    size_t size;
    const struct access_rule *rules; /* for readers besides the broker and administrators */
    size_t rule_count;
    const char *label; /* integrity, as in sddl_text.h; NULL: none */
    /* NULL, or whether the content of a former broker's section can be gone on with. */
    bool (*fits)(void *context, const void *view);
    void *context;
};

/*
 * Makes the section, filled with zeros, and maps it. SYS_TAKEN: the name is
 * held by a stranger. On anything but SYS_OK nothing is left of it.
 */
enum sys_status own_section_make(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, struct own_section *out,
                                 struct sys_failure *why);

/*
 * The same, but takes over a section of a former broker that clients have kept,
 * with its content; `state` knows it, and remembers this one. `*adopted` tells.
 * One that does not fit is not changed.
 */
enum sys_status own_section_make_or_adopt(const struct system *system, const char *owner,
                                          const struct own_section_spec *spec, struct state *state,
                                          struct own_section *out, bool *adopted,
                                          struct sys_failure *why);

/* Takes over a section that must be there. SYS_TAKEN: it is not there, or not ours. */
enum sys_status own_section_adopt(const struct system *system, const char *owner,
                                  const struct own_section_spec *spec, const struct state *state,
                                  struct own_section *out, struct sys_failure *why);

/* Maps a section again that was unmapped. Never SYS_TAKEN. */
enum sys_status own_section_map(const struct system *system, struct own_section *shared,
                                size_t size, struct sys_failure *why);
void own_section_unmap(const struct system *system, struct own_section *shared);

/* Unmaps and closes what there is. */
void own_section_end(const struct system *system, struct own_section *shared);

#endif
