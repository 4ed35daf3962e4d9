#include "trouble.h"
#include "full_name.h"

void trouble_begin(struct trouble *trouble, const struct system *system, const char *name,
                   enum sys_status status, const struct sys_failure *why)
{
    const char *inserts[] = {trouble->name, trouble->reason};
    uint32_t cause = event_cause(status, why);

    if (trouble->cause == cause)
        return;
    trouble->cause = cause;
    trouble->conflict = status == SYS_TAKEN;
    full_name(name, trouble->name);
    event_reason(status, why, trouble->reason);
    system->log(system->self,
                trouble->conflict ? EVENT_PUBLICATION_CONFLICT : EVENT_PUBLICATION_FAILED, inserts,
                2);
}

bool trouble_end(struct trouble *trouble, const struct system *system)
{
    const char *inserts[] = {trouble->name};

    if (trouble->cause == 0)
        return false;
    system->log(system->self, EVENT_PUBLICATION_RECOVERED, inserts, 1);
    trouble->cause = 0;
    return true;
}
