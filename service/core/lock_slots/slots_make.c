/* Makes and adopts domains. All names of a domain follow from its number. */
#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "adoption.h"
#include "descriptor.h"
#include "slots_internal.h"

#define PROGRESS_EVERY 64u /* mutexes between two reports of progress */

char *slots_access(const struct lock_slots *slots, enum shmb_kind kind, size_t set)
{
    return access_sets_shared_text(slots->inventory->sets, set, kind, slots->owner);
}

static enum sys_status make_descriptor(const struct lock_slots *slots, const char *sddl,
                                       struct sys_descriptor **out, struct sys_failure *why)
{
    const struct system *system = slots->system;
    enum sys_status status;

    *out = NULL;
    if (sddl == NULL)
        return failure_no_memory(why);
    status = system->objects.descriptor_make(system->self, sddl, out, why);
    /* SYS_DENIED would be taken for a refusal by an object. */
    return status == SYS_DENIED ? SYS_FAILED : status;
}

static void show_progress(const struct lock_slots *slots, uint32_t index)
{
    if (index % PROGRESS_EVERY == 0)
        slots->system->progress(slots->system->self);
}

static enum sys_status create_mutex(const struct lock_slots *slots, struct slots_domain *domain,
                                    uint32_t index, const struct sys_descriptor *descriptor,
                                    struct sys_failure *why)
{
    const struct system *system = slots->system;
    char name[SHMB_SLOT_NAME_BYTES];
    const struct sys_spec spec = {.kind = SHMB_MUTEX, .name = name};

    shmb_slot_name(domain->number, index, name);
    return system->objects.create(system->self, &spec, descriptor, &domain->mutexes[index], why);
}

/*
 * Adopts an existing mutex. SYS_TAKEN: it is not ours; SYS_NOT_FOUND: there is none. The record of
 * the section counts for the mutexes as well: nobody but the broker and administrators can make one
 * with an owner that needs a record.
 */
static enum sys_status adopt_mutex(const struct lock_slots *slots, struct slots_domain *domain,
                                   uint32_t index, const char *sddl,
                                   const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    const struct system *system = slots->system;
    char name[SHMB_SLOT_NAME_BYTES];
    const struct sys_spec wanted = {.kind = SHMB_MUTEX, .name = name};
    const struct state_record record = {.name = name, .kind = SHMB_MUTEX, .generation = 1};
    struct sys_object *object = NULL;
    struct sys_facts facts;
    struct adoption judged = {.verdict = ADOPTION_CONFLICT};
    enum sys_status status;

    shmb_slot_name(domain->number, index, name);
    status = system->objects.inspect(system->self, name, SHMB_MUTEX, &facts, &object, why);
    if (status == SYS_OK)
        adoption_judge(&wanted, &facts, &record, slots->owner, &judged);
    if (judged.verdict == ADOPTION_OURS && !descriptor_same(sddl, facts.sddl ? facts.sddl : ""))
        status = system->objects.protect(system->self, object, descriptor, why);
    free(facts.sddl);
    if (status == SYS_OK && judged.verdict == ADOPTION_OURS) {
        domain->mutexes[index] = object;
        return SYS_OK;
    }
    system->objects.close(system->self, object);
    if (status == SYS_OK || status == SYS_DENIED)
        return failure_reason(why, SYS_TAKEN, "another program has the name of a slot's mutex");
    return status;
}

enum sys_status slots_complete(struct lock_slots *slots, struct slots_domain *domain,
                               struct sys_failure *why)
{
    char *sddl = slots_access(slots, SHMB_MUTEX, domain->set);
    struct sys_descriptor *descriptor;
    enum sys_status status = make_descriptor(slots, sddl, &descriptor, why), result = status;
    uint32_t i;

    domain->missing = 0;
    for (i = 0; i < domain->count; i++) {
        struct sys_failure one = {0};
        enum sys_status done = status;

        if (domain->mutexes[i] != NULL)
            continue;
        show_progress(slots, i);
        if (status == SYS_OK)
            done = adopt_mutex(slots, domain, i, sddl, descriptor, &one);
        if (done == SYS_NOT_FOUND)
            done = create_mutex(slots, domain, i, descriptor, &one);
        domain->missing += done != SYS_OK;
        if (done == SYS_OK || result != SYS_OK)
            continue;
        result = done;
        failure_copy(why, &one);
    }
    slots->system->objects.descriptor_free(slots->system->self, descriptor);
    free(sddl);
    return result;
}

/* Makes all mutexes of a new domain; none may exist. */
static enum sys_status make_mutexes(struct lock_slots *slots, struct slots_domain *domain,
                                    size_t set, struct sys_failure *why)
{
    char *sddl = slots_access(slots, SHMB_MUTEX, set);
    struct sys_descriptor *descriptor;
    enum sys_status status = make_descriptor(slots, sddl, &descriptor, why);
    uint32_t i;

    for (i = 0; status == SYS_OK && i < domain->count; i++) {
        show_progress(slots, i);
        status = create_mutex(slots, domain, i, descriptor, why);
    }
    slots->system->objects.descriptor_free(slots->system->self, descriptor);
    free(sddl);
    domain->missing = 0;
    return status;
}

static void close_mutexes(const struct lock_slots *slots, struct slots_domain *domain)
{
    uint32_t i;

    for (i = domain->count; domain->mutexes != NULL && i-- > 0;) {
        slots->system->objects.close(slots->system->self, domain->mutexes[i]);
        domain->mutexes[i] = NULL;
    }
    domain->missing = domain->count;
}

void slots_end(const struct lock_slots *slots, struct slots_domain *domain)
{
    close_mutexes(slots, domain);
    own_section_end(slots->system, &domain->shared);
    free(domain->mutexes);
    free(domain->sddl);
    *domain = (struct slots_domain){.set = SLOTS_NO_SET};
}

/* A domain to be made under a number. */
struct making {
    struct lock_slots *slots;
    struct slots_domain *domain;
    struct own_section_spec spec;
    char name[SHMB_SLOTS_NAME_BYTES];
    size_t set;
};

/* Makes section and mutexes. SYS_TAKEN: one of the names is in use. */
static enum sys_status make_under_number(void *context, uint32_t number, const char **name,
                                         struct sys_failure *why)
{
    struct making *making = context;
    struct lock_slots *slots = making->slots;
    struct slots_domain *domain = making->domain;
    enum sys_status status;

    domain->number = number;
    shmb_slots_name(number, making->name);
    *name = making->spec.name = making->name;
    status = own_section_make(slots->system, slots->owner, &making->spec, &domain->shared, why);
    if (status != SYS_OK)
        return status;
    shmb_slots_header(number, domain->count, domain->shared.view);
    own_section_unmap(slots->system, &domain->shared);
    status = make_mutexes(slots, domain, making->set, why);
    if (status == SYS_OK)
        return SYS_OK;
    close_mutexes(slots, domain);
    own_section_end(slots->system, &domain->shared);
    return status;
}

static enum sys_status make_domain(struct lock_slots *slots, struct slots_domain *domain,
                                   size_t set, struct trouble *avoided, struct sys_failure *why)
{
    struct making making = {.slots = slots,
                            .domain = domain,
                            .spec = {.size = shmb_slots_size(domain->count),
                                     .label = access_sets_label(slots->inventory->sets, set)},
                            .set = set};
    struct access_rule *rules =
        access_sets_shared_rules(slots->inventory->sets, set, &making.spec.rule_count);
    enum sys_status status;

    if (rules == NULL)
        return failure_no_memory(why);
    making.spec.rules = rules;
    status = numbers_try(&slots->numbers, slots->system, make_under_number, &making, avoided, why);
    free(rules);
    return status;
}

/* Adds a domain to the list. SLOTS_NO_SET: no memory. */
static size_t add_domain(struct lock_slots *slots, const struct slots_domain *domain)
{
    struct slots_domain *domains =
        realloc(slots->domains, (slots->domain_count + 1) * sizeof(*domains));

    if (domains == NULL)
        return SLOTS_NO_SET;
    slots->domains = domains;
    domains[slots->domain_count] = *domain;
    return slots->domain_count++;
}

enum sys_status slots_make(struct lock_slots *slots, size_t set, uint32_t count, size_t *out,
                           struct trouble *avoided, struct sys_failure *why)
{
    struct slots_domain domain = {.count = count, .made = true, .set = set, .wanted = count};
    enum sys_status status;

    domain.mutexes = calloc(count + 1, sizeof(struct sys_object *));
    domain.sddl = slots_access(slots, SHMB_SECTION, set);
    if (domain.mutexes == NULL || domain.sddl == NULL)
        status = failure_no_memory(why);
    else
        status = make_domain(slots, &domain, set, avoided, why);
    if (status == SYS_OK) {
        *out = add_domain(slots, &domain);
        if (*out != SLOTS_NO_SET)
            return SYS_OK;
        status = failure_no_memory(why);
    }
    slots_end(slots, &domain);
    return status;
}

size_t slots_adopt(struct lock_slots *slots, uint32_t number, uint32_t count, size_t set)
{
    char name[SHMB_SLOTS_NAME_BYTES];
    struct slots_domain domain = {
        .number = number, .count = count, .missing = count, .set = set, .wanted = count};
    struct own_section_spec spec = {.name = name,
                                    .size = shmb_slots_size(count),
                                    .label = access_sets_label(slots->inventory->sets, set)};
    struct access_rule *rules =
        access_sets_shared_rules(slots->inventory->sets, set, &spec.rule_count);
    size_t index = SLOTS_NO_SET;

    shmb_slots_name(number, name);
    spec.rules = rules;
    domain.mutexes = calloc(count + 1, sizeof(struct sys_object *));
    domain.sddl = slots_access(slots, SHMB_SECTION, set);
    if (rules != NULL && domain.mutexes != NULL && domain.sddl != NULL &&
        own_section_adopt(slots->system, slots->owner, &spec, slots->state, &domain.shared, NULL) ==
            SYS_OK) {
        own_section_unmap(slots->system, &domain.shared);
        index = add_domain(slots, &domain);
    }
    free(rules);
    if (index == SLOTS_NO_SET) {
        slots_end(slots, &domain);
        return SLOTS_NO_SET;
    }
    /* What is missing now, lock_slots_prepare reports and retries. */
    (void)slots_complete(slots, &slots->domains[index], NULL);
    return index;
}

enum sys_status slots_protect(const struct lock_slots *slots, struct slots_domain *domain,
                              size_t set, struct sys_failure *why)
{
    const struct system *system = slots->system;
    static const enum shmb_kind kinds[] = {SHMB_SECTION, SHMB_MUTEX};
    enum sys_status status = SYS_OK;
    size_t kind;
    uint32_t i;

    for (kind = 0; kind < 2 && status == SYS_OK; kind++) {
        char *sddl = slots_access(slots, kinds[kind], set);
        struct sys_descriptor *descriptor;

        status = make_descriptor(slots, sddl, &descriptor, why);
        if (status == SYS_OK && kinds[kind] == SHMB_SECTION)
            status = system->objects.protect(system->self, domain->shared.section, descriptor, why);
        for (i = 0; kinds[kind] == SHMB_MUTEX && status == SYS_OK && i < domain->count; i++) {
            show_progress(slots, i);
            if (domain->mutexes[i] != NULL)
                status = system->objects.protect(system->self, domain->mutexes[i], descriptor, why);
        }
        system->objects.descriptor_free(system->self, descriptor);
        free(sddl);
    }
    return status;
}
