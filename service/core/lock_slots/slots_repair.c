/*
 * Repairs the headers of slots sections that programs have damaged, and reports what a domain
 * lacks. Nothing read from a section decides where to write.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "access_guard.h"
#include "access_sets.h"
#include "full_name.h"
#include "slots_internal.h"

static bool is_watched(const struct lock_slots *slots, const struct slots_domain *domain)
{
    return domain->shared.section != NULL && domain->set != SLOTS_NO_SET &&
           access_sets_others_write(slots->inventory->sets, domain->set, slots->owner, false);
}

bool lock_slots_need_repair(const struct lock_slots *slots)
{
    size_t i;

    for (i = 0; i < slots->domain_count; i++)
        if (is_watched(slots, &slots->domains[i]))
            return true;
    return false;
}

static void name_of(const struct slots_domain *domain, char name[FULL_NAME_BYTES])
{
    char bare[SHMB_SLOTS_NAME_BYTES];

    shmb_slots_name(domain->number, bare);
    full_name(bare, name);
}

/* True: the header was damaged. */
static bool repair_domain(struct lock_slots *slots, struct slots_domain *domain)
{
    const struct system *system = slots->system;
    const uint64_t now = system->clock.ticks(system->self);
    struct shmb_slots wanted;
    char name[FULL_NAME_BYTES];
    const char *inserts[] = {name};
    bool damaged;

    /* If it cannot be mapped now, the next round looks again. */
    if (own_section_map(system, &domain->shared, shmb_slots_size(domain->count), NULL) != SYS_OK)
        return false;
    shmb_slots_header(domain->number, domain->count, &wanted);
    damaged = memcmp(domain->shared.view, &wanted, sizeof(wanted)) != 0;
    if (damaged)
        memcpy(domain->shared.view, &wanted, sizeof(wanted));
    own_section_unmap(system, &domain->shared);
    if (!damaged)
        return false;
    domain->repairs++;
    if (domain->repairs == 1 || now - domain->told >= GUARD_EVERY_MS) {
        domain->told = now;
        name_of(domain, name);
        system->log(system->self, EVENT_SLOTS_REPAIRED, inserts, 1);
    }
    return true;
}

bool lock_slots_repair(struct lock_slots *slots)
{
    bool damaged = false;
    size_t i;

    for (i = 0; i < slots->domain_count; i++)
        if (is_watched(slots, &slots->domains[i]))
            damaged |= repair_domain(slots, &slots->domains[i]);
    return damaged;
}

void lock_slots_report(const struct lock_slots *slots, struct report_lines *lines)
{
    char name[FULL_NAME_BYTES], what[120];
    size_t i;

    for (i = 0; i < slots->domain_count; i++) {
        const struct slots_domain *domain = &slots->domains[i];

        name_of(domain, name);
        if (domain->repairs > 0) {
            (void)snprintf(what, sizeof(what), "a program damaged it; times: %" PRIu32,
                           domain->repairs);
            report_lines_add(lines, "control", name, "repaired", what);
        }
        if (domain->missing > 0) {
            (void)snprintf(what, sizeof(what),
                           "slots without a mutex, which no thread can use: %" PRIu32,
                           domain->missing);
            report_lines_add(lines, "control", name, "incomplete", what);
        }
        if (domain->wanted > domain->count) {
            (void)snprintf(what, sizeof(what),
                           "max_lockers: %" PRIu32 " now; %" PRIu32
                           " once no program uses these locks, at a start after stop --release",
                           domain->count, domain->wanted);
            report_lines_add(lines, "control", name, "deferred", what);
        }
    }
}
