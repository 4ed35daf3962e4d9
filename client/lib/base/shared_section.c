/* The list of what is open. A handle has a pointer into it. */
#include "shared_section.h"

#include <stdlib.h>
#include <string.h>

#include "open_object.h"

static SRWLOCK guard = SRWLOCK_INIT; /* of the list, and of all `users` in it */
static struct shared_section *list;

static bool matches(const struct shared_section *shared, const struct shared_section *wanted)
{
    return shared->to_write == wanted->to_write && strcmp(shared->name, wanted->name) == 0 &&
           strcmp(shared->owner, wanted->owner) == 0;
}

/* One user more. NULL: none is open. The caller has the lock. */
static struct shared_section *use(const struct shared_section *wanted)
{
    struct shared_section *shared = list;

    while (shared != NULL && !matches(shared, wanted))
        shared = shared->next;
    if (shared != NULL)
        shared->users++;
    return shared;
}

static void end(struct shared_section *shared)
{
    section_unmap(&shared->view);
    if (shared->section != NULL)
        CloseHandle(shared->section);
    free(shared);
}

static int32_t open_whole(struct shared_section *shared, struct fault *fault)
{
    const DWORD access = shared->to_write ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ;
    uint64_t size;
    uint32_t code;
    int32_t result = open_object(SHMB_SECTION, shared->name,
                                 shared->to_write ? SECTION_WRITE_ACCESS : SECTION_READ_ACCESS,
                                 shared->owner, &shared->section, fault);

    if (result == SHMB_WRONG_KIND) /* the broker makes a section of this name */
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return result;
    code = section_size(shared->section, &size);
    if (code != 0)
        return fault_win32(fault, CALL_SECTION_SIZE, code);
    result = open_object_map(shared->section, access, 0, size, &shared->view, fault);
    shared->size = (size_t)size; /* it fits: all of it is mapped */
    return result;
}

int32_t shared_section_open(const char *bare, bool to_write, const char *owner,
                            struct shared_section **out, struct fault *fault)
{
    struct shared_section wanted = {.to_write = to_write, .users = 1}, *opened;
    int32_t result;

    strcpy(wanted.name, bare);
    strcpy(wanted.owner, owner);
    AcquireSRWLockExclusive(&guard);
    *out = use(&wanted);
    ReleaseSRWLockExclusive(&guard);
    if (*out != NULL)
        return SHMB_OK;
    opened = malloc(sizeof(*opened));
    if (opened == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    *opened = wanted;
    result = open_whole(opened, fault);
    if (result != SHMB_OK) {
        end(opened);
        return result;
    }
    /* The first thread that is done with it wins. */
    AcquireSRWLockExclusive(&guard);
    *out = use(&wanted);
    if (*out == NULL) {
        opened->next = list;
        list = opened;
        *out = opened;
    }
    ReleaseSRWLockExclusive(&guard);
    if (*out != opened)
        end(opened);
    return SHMB_OK;
}

struct shared_section *shared_section_join(struct shared_section *shared)
{
    if (shared == NULL)
        return NULL;
    AcquireSRWLockExclusive(&guard);
    shared->users++;
    ReleaseSRWLockExclusive(&guard);
    return shared;
}

void shared_section_close(struct shared_section *shared)
{
    struct shared_section **at = &list;
    bool last;

    if (shared == NULL)
        return;
    AcquireSRWLockExclusive(&guard);
    last = --shared->users == 0;
    if (last) {
        while (*at != shared)
            at = &(*at)->next;
        *at = shared->next;
    }
    ReleaseSRWLockExclusive(&guard);
    if (last)
        end(shared);
}
