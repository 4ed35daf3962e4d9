/*
 * own_section.h - sections that the broker makes for itself, beside those of the
 * configuration: the directory, the report, and the control sections.
 */
#ifndef CORE_OWN_SECTION_H
#define CORE_OWN_SECTION_H

#include "descriptor.h"
#include "state.h"
#include "system.h"

/* All zero: no section. */
struct own_section {
    struct sys_object *section;
    void *view; /* NULL: not mapped */
};

struct own_section_spec {
    const char *name; /* bare */
    size_t size;
    const struct access_rule *rules; /* trustees besides the broker and administrators */
    size_t rule_count;
    const char *label; /* integrity, as in sddl_text.h; NULL: none */
    /* Whether this broker can use the content of an adopted section; NULL: always. */
    bool (*fits)(void *context, const void *view);
    void *context;
};

/*
 * Makes the section, filled with zeros, and maps it. SYS_TAKEN: the name is in use. On
 * anything but SYS_OK, `out` is all zero.
 */
enum sys_status own_section_make(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, struct own_section *out,
                                 struct sys_failure *why);

/*
 * As own_section_make, but adopts an existing section of a former broker, with its content,
 * if it is ours by `state`; `*adopted` says so. A section that does not fit is not changed.
 * Records the section in `state`, not yet written.
 */
enum sys_status own_section_make_or_adopt(const struct system *system, const char *owner,
                                          const struct own_section_spec *spec, struct state *state,
                                          struct own_section *out, bool *adopted,
                                          struct sys_failure *why);

/* As own_section_adopt, but leaves the access as it is; `rules` and `label` are not used. */
enum sys_status own_section_open(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, const struct state *state,
                                 struct own_section *out, struct sys_failure *why);

/*
 * Adopts an existing section, maps it, and sets its access. SYS_TAKEN: it does not exist, or
 * is not ours. SYS_FAILED also if it does not fit.
 */
enum sys_status own_section_adopt(const struct system *system, const char *owner,
                                  const struct own_section_spec *spec, const struct state *state,
                                  struct own_section *out, struct sys_failure *why);

/* Maps a section that is not mapped. */
enum sys_status own_section_map(const struct system *system, struct own_section *shared,
                                size_t size, struct sys_failure *why);
void own_section_unmap(const struct system *system, struct own_section *shared);

/* Unmaps and closes the section, if there is one. */
void own_section_end(const struct system *system, struct own_section *shared);

#endif
