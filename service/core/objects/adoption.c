/*
 * Judges every existing object that the broker finds: those of the configuration (maker.c), its own
 * sections (own_section.c), and retired ones (retired.c).
 */
#include "adoption.h"

#include <string.h>

#include "descriptor.h"
#include "misfit.h"
#include "names.h"

#define PAGE UINT64_C(4096)

static uint64_t pages(uint64_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

/* An owner that proves nothing by itself: other programs run as these accounts, too. */
static bool wants_record(const char *owner)
{
    return strcmp(owner, SID_ADMINISTRATORS) == 0 || strcmp(owner, SID_SYSTEM) == 0;
}

/* True if the record matches this object: its kind, and the pages of a section. */
static bool is_recorded(const struct sys_facts *facts, const struct state_record *record)
{
    return record != NULL && record->kind == facts->kind &&
           (facts->kind != SHMB_SECTION || pages(record->size) == facts->size);
}

static bool is_ours(const struct sys_facts *facts, bool recorded, const char *owner)
{
    if (facts->kind == SHMB_KIND_COUNT || facts->owner[0] == '\0')
        return false;
    if (strcmp(facts->owner, SHMB_SERVICE_SID) == 0)
        return true;
    if (wants_record(facts->owner))
        return recorded;
    return strcmp(facts->owner, owner) == 0;
}

void adoption_judge(const struct sys_spec *wanted, const struct sys_facts *facts,
                    const struct state_record *record, const char *owner, struct adoption *out)
{
    bool recorded = is_recorded(facts, record);

    *out = (struct adoption){.verdict = ADOPTION_CONFLICT};
    if (!is_ours(facts, recorded, owner))
        return;
    out->live = *wanted;
    out->live.kind = facts->kind;
    /* The system does not tell the initial count of a semaphore. */
    if (wanted->kind != facts->kind)
        out->live.initial = 0;
    else if (out->live.initial > facts->maximum)
        out->live.initial = facts->maximum;
    out->live.manual_reset = facts->manual_reset;
    out->live.maximum = facts->maximum;
    out->live.size = facts->size;
    if (facts->kind == SHMB_SECTION && recorded)
        out->live.size = record->size;
    else if (facts->kind == SHMB_SECTION && wanted->kind == SHMB_SECTION &&
             pages(wanted->size) == facts->size)
        out->live.size = wanted->size;
    out->generation = recorded ? record->generation : 0;
    out->verdict = misfit_of_object(&out->live, wanted, out->reason, sizeof(out->reason))
                       ? ADOPTION_MISFIT
                       : ADOPTION_OURS;
}

bool adoption_undecided(const struct sys_facts *facts, bool opened,
                        const struct state_record *record, bool all_recorded, const char *owner)
{
    if (opened || wants_record(facts->owner))
        return wants_record(facts->owner);
    if (record != NULL && !record->retired)
        return true;
    if (facts->owner[0] == '\0')
        return record == NULL && !all_recorded;
    return strcmp(facts->owner, SHMB_SERVICE_SID) == 0 || strcmp(facts->owner, owner) == 0;
}
