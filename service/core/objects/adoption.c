/*
 * Judges every existing object that the broker finds: those of the configuration (maker.c), its own
 * sections (own_section.c), and retired ones (retired.c).
 */
#include "adoption.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "misfit.h"
#include "names.h"

#define PAGE UINT64_C(4096)

uint64_t adoption_pages(uint64_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

/* An owner that proves nothing by itself: other programs run as these accounts, too. */
static bool wants_record(const char *owner)
{
    return strcmp(owner, SID_ADMINISTRATORS) == 0 || strcmp(owner, SID_SYSTEM) == 0;
}

bool adoption_is_recorded(const struct sys_facts *facts, const struct state_record *record)
{
    return record != NULL && shmb_kernel_kind(record->kind) == facts->kind &&
           (facts->kind != SHMB_SECTION || adoption_pages(record->size) == facts->size);
}

static bool is_ours(const struct sys_facts *facts, bool recorded, const char *owner)
{
    if (facts->kind == SHMB_KIND_COUNT)
        return false;
    if (facts->kept)
        return true;
    if (facts->owner[0] == '\0')
        return false;
    if (strcmp(facts->owner, SHMB_SERVICE_SID) == 0)
        return true;
    if (wants_record(facts->owner))
        return recorded;
    return strcmp(facts->owner, owner) == 0;
}

/*
 * For the kernel, segments and queues are the same: the record says which of them it is. Without
 * one it is what is wanted, if that has the same pages.
 */
static enum shmb_kind kind_of(const struct sys_spec *wanted, const struct sys_facts *facts,
                              const struct state_record *record, bool recorded)
{
    if (recorded)
        return record->kind;
    if (wanted->kind == SHMB_QUEUE && facts->kind == SHMB_SECTION &&
        adoption_pages(wanted->size) == facts->size)
        return SHMB_QUEUE;
    return facts->kind;
}

void adoption_judge(const struct sys_spec *wanted, const struct sys_facts *facts,
                    const struct state_record *record, const char *owner, struct adoption *out)
{
    bool recorded = adoption_is_recorded(facts, record);

    *out = (struct adoption){.verdict = ADOPTION_CONFLICT};
    if (!is_ours(facts, recorded, owner))
        return;
    out->live = *wanted;
    out->live.kind = kind_of(wanted, facts, record, recorded);
    if (out->live.kind != SHMB_QUEUE)
        out->live.queue = (struct sys_queue){0};
    else if (recorded)
        out->live.queue = record->queue;
    /* The system does not tell the initial count of a semaphore. */
    if (wanted->kind != out->live.kind)
        out->live.initial = 0;
    else if (out->live.initial > facts->maximum)
        out->live.initial = facts->maximum;
    out->live.manual_reset = facts->manual_reset;
    out->live.maximum = facts->maximum;
    out->live.size = facts->size;
    if (facts->kind == SHMB_SECTION && recorded)
        out->live.size = record->size;
    else if (facts->kind == SHMB_SECTION && shmb_kernel_kind(wanted->kind) == SHMB_SECTION &&
             adoption_pages(wanted->size) == facts->size)
        out->live.size = wanted->size;
    out->generation = recorded ? record->generation : 0;
    out->verdict = misfit_of_object(&out->live, wanted, out->reason, sizeof(out->reason))
                       ? ADOPTION_MISFIT
                       : ADOPTION_OURS;
}

/* The object of this name that a former keeper holds; SYS_NOT_FOUND: none of them holds it. */
static enum sys_status fetch(const struct system *system, const struct state *state,
                             const char *name, struct sys_facts *facts, struct sys_object **out)
{
    enum sys_status status = SYS_NOT_FOUND;
    struct sys_keeper keeper;
    size_t i;

    for (i = 0; state_keeper_at(state, i, &keeper); i++) {
        enum sys_status one = system->keepers.fetch(system->self, &keeper, name, facts, out, NULL);

        if (one == SYS_OK)
            return SYS_OK;
        free(facts->sddl);
        if (one != SYS_NOT_FOUND)
            status = one;
    }
    return status;
}

enum sys_status adoption_open(const struct system *system, const struct state *state,
                              const char *owner, const struct sys_spec *wanted,
                              struct sys_facts *facts, struct adoption *judged,
                              struct sys_object **out, struct sys_failure *why)
{
    const struct state_record *record = state_find(state, wanted->name);
    enum shmb_kind likely = record != NULL ? record->kind : wanted->kind;
    enum sys_status status =
        system->objects.inspect(system->self, wanted->name, likely, facts, out, why);
    struct sys_object *kept = NULL;
    struct sys_facts found;
    enum sys_status fetched;
    bool taken;

    *judged = (struct adoption){.verdict = ADOPTION_CONFLICT};
    if (status == SYS_OK)
        adoption_judge(wanted, facts, record, owner, judged);
    if (judged->verdict != ADOPTION_CONFLICT || status == SYS_NOT_FOUND || status == SYS_NO_MEMORY)
        return status;
    taken = status != SYS_OK || !wants_record(facts->owner);
    fetched = fetch(system, state, wanted->name, &found, &kept);
    judged->unasked = fetched != SYS_OK && fetched != SYS_NOT_FOUND;
    if (fetched != SYS_OK)
        return status;
    system->objects.close(system->self, *out);
    free(facts->sddl);
    *out = kept;
    *facts = found;
    adoption_judge(wanted, facts, record, owner, judged);
    judged->taken = taken;
    return SYS_OK;
}
