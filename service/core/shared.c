#include "shared.h"

enum sys_status shared_map(const struct system *system, struct shared *shared, size_t size,
                           struct sys_failure *why)
{
    enum sys_status status = system->map(system->self, shared->section, size, &shared->view, why);

    return status == SYS_TAKEN ? SYS_FAILED : status;
}

enum sys_status shared_make(const struct system *system, const char *owner,
                            const struct shared_spec *spec, struct shared *out,
                            struct sys_failure *why)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION};
    const struct sys_spec object = {.kind = SHMB_SECTION, .name = spec->name, .size = spec->size};
    struct sys_descriptor *descriptor;
    enum sys_status status;

    *out = (struct shared){0};
    status = descriptor_build(system, owner, &use, spec->rules, spec->rule_count, &descriptor, why);
    if (status != SYS_OK)
        return status;
    status = system->create(system->self, &object, descriptor, &out->section, why);
    system->descriptor_free(system->self, descriptor);
    if (status != SYS_OK)
        return status;
    status = shared_map(system, out, spec->size, why);
    if (status != SYS_OK)
        shared_end(system, out);
    return status;
}

void shared_unmap(const struct system *system, struct shared *shared)
{
    system->unmap(system->self, shared->view);
    shared->view = NULL;
}

void shared_end(const struct system *system, struct shared *shared)
{
    shared_unmap(system, shared);
    system->close(system->self, shared->section);
    shared->section = NULL;
}
