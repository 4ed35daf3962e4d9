/*
 * adoption.c decides whether an existing section is the broker's, as for the objects of the
 * configuration. An adopted section gets its access anew: the former broker may have served another
 * configuration.
 */
#include "own_section.h"

#include <stdlib.h>

#include "adoption.h"

enum sys_status own_section_map(const struct system *system, struct own_section *shared,
                                size_t size, struct sys_failure *why)
{
    return system->objects.map(system->self, shared->section, size, &shared->view, why);
}

enum sys_status own_section_make(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, struct own_section *out,
                                 struct sys_failure *why)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION, .label = spec->label};
    const struct sys_spec object = {.kind = SHMB_SECTION, .name = spec->name, .size = spec->size};
    struct sys_descriptor *descriptor;
    enum sys_status status;

    *out = (struct own_section){0};
    status = descriptor_build(system, owner, &use, spec->rules, spec->rule_count, &descriptor, why);
    if (status != SYS_OK)
        return status;
    status = system->objects.create(system->self, &object, descriptor, &out->section, why);
    system->objects.descriptor_free(system->self, descriptor);
    if (status != SYS_OK)
        return status;
    status = own_section_map(system, out, spec->size, why);
    if (status != SYS_OK)
        own_section_end(system, out);
    return status;
}

/* Opens the section if it is ours; else SYS_TAKEN, also if it does not exist. */
static enum sys_status open_ours(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, const struct state *state,
                                 struct sys_object **out, struct sys_failure *why)
{
    const struct sys_spec wanted = {.kind = SHMB_SECTION, .name = spec->name, .size = spec->size};
    struct adoption judged;
    struct sys_facts facts;
    enum sys_status status =
        adoption_open(system, state, owner, &wanted, &facts, &judged, out, why);

    free(facts.sddl);
    if (judged.verdict == ADOPTION_OURS)
        return SYS_OK;
    system->objects.close(system->self, *out);
    *out = NULL;
    return status == SYS_NO_MEMORY ? status : SYS_TAKEN;
}

enum sys_status own_section_open(const struct system *system, const char *owner,
                                 const struct own_section_spec *spec, const struct state *state,
                                 struct own_section *out, struct sys_failure *why)
{
    enum sys_status status;

    *out = (struct own_section){0};
    status = open_ours(system, owner, spec, state, &out->section, why);
    if (status != SYS_OK)
        return status;
    status = own_section_map(system, out, spec->size, why);
    if (status == SYS_OK && spec->fits != NULL && !spec->fits(spec->context, out->view))
        status = SYS_FAILED;
    if (status != SYS_OK)
        own_section_end(system, out);
    return status;
}

enum sys_status own_section_adopt(const struct system *system, const char *owner,
                                  const struct own_section_spec *spec, const struct state *state,
                                  struct own_section *out, struct sys_failure *why)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION, .label = spec->label};
    struct sys_descriptor *descriptor = NULL;
    /* Whether it fits is asked first: a newer broker's section must stay as it is. */
    enum sys_status status = own_section_open(system, owner, spec, state, out, why);

    if (status != SYS_OK)
        return status;
    status = descriptor_build(system, owner, &use, spec->rules, spec->rule_count, &descriptor, why);
    if (status == SYS_OK)
        status = system->objects.protect(system->self, out->section, descriptor, why);
    system->objects.descriptor_free(system->self, descriptor);
    if (status == SYS_OK)
        return SYS_OK;
    own_section_end(system, out);
    return status;
}

enum sys_status own_section_make_or_adopt(const struct system *system, const char *owner,
                                          const struct own_section_spec *spec, struct state *state,
                                          struct own_section *out, bool *adopted,
                                          struct sys_failure *why)
{
    const struct state_record record = {.name = spec->name,
                                        .kind = SHMB_SECTION,
                                        .size = spec->size,
                                        .generation = STATE_OWN_SECTION};
    struct sys_failure failure;
    enum sys_status status = own_section_make(system, owner, spec, out, why);

    *adopted = false;
    if (status == SYS_TAKEN) {
        status = own_section_adopt(system, owner, spec, state, out, &failure);
        *adopted = status == SYS_OK;
        /* For SYS_TAKEN, `why` says who has the name already. */
        if (status != SYS_OK && status != SYS_TAKEN)
            failure_copy(why, &failure);
    }
    if (status == SYS_OK)
        state_put(state, &record);
    return status;
}

void own_section_unmap(const struct system *system, struct own_section *shared)
{
    system->objects.unmap(system->self, shared->view);
    shared->view = NULL;
}

void own_section_end(const struct system *system, struct own_section *shared)
{
    own_section_unmap(system, shared);
    system->objects.close(system->self, shared->section);
    shared->section = NULL;
}
