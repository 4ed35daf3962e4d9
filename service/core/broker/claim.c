#include "claim.h"

#include "descriptor.h"

enum sys_status claim_instance(const struct system *system, const char *owner,
                               struct sys_failure *why)
{
    const struct descriptor_use use = {.kind = SHMB_MUTEX};
    struct sys_descriptor *own = NULL;
    enum sys_status status = descriptor_build(system, owner, &use, NULL, 0, &own, why);

    if (status == SYS_OK)
        status = system->claim(system->self, own, why);
    system->objects.descriptor_free(system->self, own);
    return status;
}
