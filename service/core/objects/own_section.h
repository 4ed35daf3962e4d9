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
struct shared {
    struct sys_object *section;
    void *view; /* NULL: not mapped */
};

struct shared_spec {
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
enum sys_status shared_make(const struct system *system, const char *owner,
                            const struct shared_spec *spec, struct shared *out,
                            struct sys_failure *why);

/*
 * The same, but takes over a section of a former broker that clients have kept,
 * with its content; `state` knows it, and remembers this one. `*adopted` tells.
 * One that does not fit is not changed.
 */
enum sys_status shared_make_or_adopt(const struct system *system, const char *owner,
                                     const struct shared_spec *spec, struct state *state,
                                     struct shared *out, bool *adopted, struct sys_failure *why);

/* Takes over a section that must be there. SYS_TAKEN: it is not there, or not ours. */
enum sys_status shared_adopt(const struct system *system, const char *owner,
                             const struct shared_spec *spec, const struct state *state,
                             struct shared *out, struct sys_failure *why);

/* Maps a section again that was unmapped. Never SYS_TAKEN. */
enum sys_status shared_map(const struct system *system, struct shared *shared, size_t size,
                           struct sys_failure *why);
void shared_unmap(const struct system *system, struct shared *shared);

/* Unmaps and closes what there is. */
void shared_end(const struct system *system, struct shared *shared);

#endif
