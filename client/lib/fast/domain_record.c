#include "domain_record.h"

#include <stdlib.h>
#include <string.h>

#include "open_object.h"
#include "trust.h"

#define SLOT_ACCESS (SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL)

static SRWLOCK lock = SRWLOCK_INIT; /* guards the list, and `users` of all in it */
static struct domain *list;

/* NULL: none. The caller holds the lock. */
static struct domain *find(uint32_t number, uint32_t slot_count)
{
    struct domain *domain = list;

    while (domain != NULL && (domain->number != number || domain->slot_count != slot_count))
        domain = domain->next;
    return domain;
}

static void destroy(struct domain *domain)
{
    uint32_t i;

    if (domain == NULL)
        return;
    for (i = 0; domain->mutexes != NULL && i < domain->slot_count; i++)
        if (domain->mutexes[i] != NULL)
            CloseHandle(domain->mutexes[i]);
    free((void *)domain->mutexes);
    section_unmap(&domain->view);
    if (domain->section != NULL)
        CloseHandle(domain->section);
    free(domain);
}

static int32_t open_section(struct domain *domain, const char *owner, struct fault *fault)
{
    char name[SHMB_SLOTS_NAME_BYTES];
    struct fault ignored;
    int32_t result;

    shmb_slots_name(domain->number, name);
    result = open_object(SHMB_SECTION, name, SECTION_WRITE_ACCESS, owner, &domain->section, fault);
    if (result != SHMB_OK)
        return result == SHMB_WRONG_KIND ? SHMB_NOT_OURS : result;
    domain->size = shmb_slots_size(domain->slot_count);
    result = open_object_map(domain->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, domain->size,
                             &domain->view, fault);
    /* The mutexes have the section's owner. Another owner counts only if it needs one. */
    if (result == SHMB_OK && trust_check(domain->section, "", &ignored) != SHMB_OK)
        strcpy(domain->owner, owner);
    return result;
}

static int32_t make(uint32_t number, uint32_t slot_count, const char *owner, struct domain **out,
                    struct fault *fault)
{
    struct domain *domain;
    int32_t result;

    if (slot_count == 0 || slot_count > SHMB_SLOTS_MOST)
        return fault_plain(fault, SHMB_CORRUPT);
    domain = calloc(1, sizeof(*domain));
    if (domain == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    domain->number = number;
    domain->slot_count = slot_count;
    domain->mutexes = calloc(slot_count, sizeof(*domain->mutexes));
    result = domain->mutexes != NULL ? open_section(domain, owner, fault)
                                     : fault_plain(fault, SHMB_NO_MEMORY);
    if (result == SHMB_OK)
        *out = domain;
    else
        destroy(domain);
    return result;
}

/* Adds one user to the record that there is, or adds `made` if there is none. */
static struct domain *join(uint32_t number, uint32_t slot_count, struct domain *made)
{
    struct domain *domain;

    AcquireSRWLockExclusive(&lock);
    domain = find(number, slot_count);
    if (domain == NULL && made != NULL) {
        domain = made;
        domain->next = list;
        list = domain;
    }
    if (domain != NULL)
        domain->users++;
    ReleaseSRWLockExclusive(&lock);
    return domain;
}

int32_t domain_record_join(uint32_t number, uint32_t slot_count, const char *owner,
                           struct domain **out, struct fault *fault)
{
    struct domain *domain = join(number, slot_count, NULL), *made = NULL;
    int32_t result;

    *out = NULL;
    if (domain == NULL) {
        /* Not within the lock: a thread that ends needs it while it has the loader's. */
        result = make(number, slot_count, owner, &made, fault);
        if (result != SHMB_OK)
            return result;
        domain = join(number, slot_count, made);
        if (domain != made)
            destroy(made);
    }
    /* The first handle trusts its own owners, and this one others. */
    result = trust_check(domain->section, owner, fault);
    if (result == SHMB_OK)
        *out = domain;
    else
        domain_record_leave(domain);
    return result;
}

void domain_record_use(struct domain *domain)
{
    AcquireSRWLockExclusive(&lock);
    domain->users++;
    ReleaseSRWLockExclusive(&lock);
}

void domain_record_leave(struct domain *domain)
{
    struct domain **at = &list;
    bool last;

    AcquireSRWLockExclusive(&lock);
    last = --domain->users == 0;
    if (last) {
        while (*at != domain)
            at = &(*at)->next;
        *at = domain->next;
    }
    ReleaseSRWLockExclusive(&lock);
    if (last)
        destroy(domain);
}

/*
 * A living owner of a slot keeps the true mutex open, so its name leads to that one: no mutex, an
 * object of another kind, and one of a stranger all mean that nobody lives there. A mutex whose
 * owner cannot be read, or that may not be opened, means nothing.
 */
static enum slot_mutex judge(int32_t result, const struct fault *fault)
{
    switch (result) {
    case SHMB_OK:
        return SLOT_MUTEX_OPEN;
    case SHMB_NOT_FOUND:
    case SHMB_WRONG_KIND:
        return SLOT_MUTEX_NOBODY;
    case SHMB_NOT_OURS:
        return fault->call == CALL_OWNER ? SLOT_MUTEX_UNKNOWN : SLOT_MUTEX_NOBODY;
    default:
        return SLOT_MUTEX_UNKNOWN;
    }
}

enum slot_mutex domain_record_mutex(struct domain *domain, uint32_t index, HANDLE *out,
                                    int32_t *result, struct fault *fault)
{
    volatile PVOID *mutex = &domain->mutexes[index];
    char name[SHMB_SLOT_NAME_BYTES];
    HANDLE opened;

    *out = InterlockedCompareExchangePointer(mutex, NULL, NULL);
    *result = SHMB_OK;
    if (*out != NULL)
        return SLOT_MUTEX_OPEN;
    shmb_slot_name(domain->number, index, name);
    *result = open_object(SHMB_MUTEX, name, SLOT_ACCESS, domain->owner, &opened, fault);
    if (*result != SHMB_OK)
        return judge(*result, fault);
    *out = open_object_keep(mutex, opened);
    return SLOT_MUTEX_OPEN;
}
