#include "segment_lock.h"

#include <stdlib.h>

#include "block.h"
#include "broker.h"
#include "mutex.h"
#include "open_object.h"

/* 100 ns of FILETIME in a millisecond of GetTickCount64. */
#define FILETIME_MS 10000u

#define TELL_TRIES 4

int32_t segment_lock_may(const struct shmb_segment *segment, struct fault *fault)
{
    return segment->rights == SHMB_WRITE
               ? SHMB_OK
               : fault_call(fault, SHMB_ACCESS_DENIED, REASON_FAST_READER, 0);
}

/* Why there is no fast lock to take or to look at; SHMB_OK: there is one. */
static int32_t check(const struct shmb_segment *segment, struct fault *fault)
{
    if (segment->block == NULL && segment->early != NULL)
        return fault_call(fault, SHMB_BAD_ARGUMENT, block_reason(segment), 0);
    if (segment->block == NULL || segment->slots == 0)
        return fault_call(fault, SHMB_NO_SLOT, REASON_NO_SLOTS, 0);
    return SHMB_OK;
}

static int32_t open_lock(struct shmb_segment *segment, struct word_lock **out, struct fault *fault)
{
    struct word_lock *lock = malloc(sizeof(*lock)), *before;
    struct domain *domain;
    int32_t result;

    if (lock == NULL)
        return fault_plain(fault, SHMB_NO_MEMORY);
    result = domain_join(segment->slots, segment->slot_count, segment->owner, &domain, fault);
    if (result != SHMB_OK) {
        free(lock);
        return broker_absent(result);
    }
    word_lock_begin(lock, &segment->block->lock_word, domain, segment->info.lock, segment->owner);
    /* The first thread wins. */
    before = InterlockedCompareExchangePointer(&segment->fast_lock, lock, NULL);
    *out = before != NULL ? before : lock;
    if (before != NULL) {
        domain_leave(domain);
        free(lock);
    }
    return SHMB_OK;
}

int32_t segment_lock_get(struct shmb_segment *segment, struct word_lock **out, struct fault *fault)
{
    int32_t result;

    *out = segment_lock_known(segment);
    if (*out != NULL)
        return SHMB_OK;
    result = segment_lock_may(segment, fault);
    if (result == SHMB_OK)
        result = check(segment, fault);
    return result == SHMB_OK ? open_lock(segment, out, fault) : result;
}

int32_t segment_lock_give(struct shmb_segment *segment, uint64_t identity, bool consistent,
                          struct fault *fault)
{
    struct word_lock *lock = segment_lock_known(segment), once;
    struct domain *domain;
    int32_t result;

    if (lock != NULL)
        return word_lock_give(lock, identity, consistent, fault);
    domain = domain_of_thread(segment->slots, segment->slot_count);
    if (domain == NULL)
        return fault_plain(fault, SHMB_NOT_OWNER);
    word_lock_begin(&once, &segment->block->lock_word, domain, segment->info.lock, segment->owner);
    result = word_lock_give(&once, identity, consistent, fault);
    word_lock_end(&once);
    return result;
}

void segment_lock_end(struct shmb_segment *segment)
{
    struct word_lock *lock = segment_lock_known(segment);

    if (lock == NULL)
        return;
    word_lock_end(lock);
    domain_leave(lock->domain);
    free(lock);
    segment->fast_lock = NULL;
}

/* ---- shmb_lock_state ---------------------------------------------------------- */

/* What the slot of an owner tells. */
struct slot_facts {
    bool read; /* the next two are known */
    uint32_t generation;
    uint64_t holder;
    bool asked; /* so is this */
    struct mutex_state mutex;
};

/* Opens the slots to read: who may read the segment may do that. */
static void read_slot(const struct shmb_segment *segment, uint32_t index, struct slot_facts *facts)
{
    const size_t size = shmb_slots_size(segment->slot_count);
    char name[SHMB_SLOTS_NAME_BYTES];
    struct section_view view = {NULL, NULL};
    struct shmb_slot *slot;
    struct fault ignored;
    HANDLE section;

    shmb_slots_name(segment->slots, name);
    if (open_object(SHMB_SECTION, name, SECTION_READ_ACCESS, segment->owner, &section, &ignored) !=
        SHMB_OK)
        return;
    if (open_object_map(section, FILE_MAP_READ, 0, size, &view, &ignored) == SHMB_OK) {
        slot = shmb_slots_at(view.data, size, index);
        facts->generation = shmb_load32(&slot->generation);
        facts->holder = shmb_load64(&slot->holder);
        facts->read = true;
        section_unmap(&view);
    }
    CloseHandle(section);
}

/* Only who may lock may ask the mutex. */
static void ask_slot(const struct shmb_segment *segment, uint32_t index, struct slot_facts *facts)
{
    char name[SHMB_SLOT_NAME_BYTES];
    struct fault ignored;
    HANDLE mutex;
    int32_t result;

    shmb_slot_name(segment->slots, index, name);
    result = open_object(SHMB_MUTEX, name, MUTEX_MODIFY_STATE | READ_CONTROL, segment->owner,
                         &mutex, &ignored);
    /* Nobody lives in a slot without a mutex: an owner keeps it open. */
    facts->asked = result == SHMB_NOT_FOUND || result == SHMB_WRONG_KIND;
    if (result != SHMB_OK)
        return;
    facts->asked = mutex_query(mutex, &facts->mutex);
    CloseHandle(mutex);
}

static uint64_t as_filetime(uint64_t tick)
{
    const uint64_t now = GetTickCount64();
    FILETIME time;

    if (tick == 0 || tick > now)
        return 0;
    GetSystemTimeAsFileTime(&time);
    return ((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) - (now - tick) * FILETIME_MS;
}

/* Has the lock had the owner in `word` all the time? */
static bool is_owner(const struct shmb_segment *segment, uint64_t word)
{
    return ((shmb_load64(&segment->block->lock_word) ^ word) & SHMB_LOCK_IDENTITY) == 0;
}

/*
 * The word names an owner. It is dead if its slot has another generation, or a free mutex. False:
 * it has released the lock meanwhile.
 */
static bool tell_owner(const struct shmb_segment *segment, uint64_t word,
                       struct shmb_lock_info *info)
{
    const uint32_t index = (uint32_t)(word & SHMB_LOCK_SLOT) - 1;
    const uint32_t generation = (uint32_t)(word >> SHMB_LOCK_GENERATION);
    struct slot_facts facts = {.read = false};
    uint64_t holder;

    read_slot(segment, index, &facts);
    ask_slot(segment, index, &facts);
    if (!is_owner(segment, word))
        return false;
    if ((facts.read && facts.generation != generation) || (facts.asked && !facts.mutex.held)) {
        info->flags |= SHMB_LOCK_KNOWN | SHMB_LOCK_ABANDONED;
        if (facts.read && facts.generation != generation)
            return true; /* the note is a later thread's */
    } else if (facts.asked) {
        info->flags |= SHMB_LOCK_KNOWN | SHMB_LOCK_HELD;
    }
    holder = facts.read ? facts.holder : 0;
    if (facts.asked && facts.mutex.owner_known) {
        info->flags |= SHMB_LOCK_OWNER;
        holder = (uint64_t)facts.mutex.process << 32 | facts.mutex.thread;
    }
    info->process = (uint32_t)(holder >> 32);
    info->thread = (uint32_t)holder;
    info->since = holder != 0 ? as_filetime(shmb_load64(&segment->block->since)) : 0;
    return true;
}

/* A lock that changes hands all the time is not known. */
static int32_t tell_word(const struct shmb_segment *segment, struct shmb_lock_info *info,
                         struct fault *fault)
{
    bool told = false;
    uint64_t word;
    int tries;

    for (tries = 0; !told && tries < TELL_TRIES; tries++) {
        word = shmb_load64(&segment->block->lock_word);
        if (word == SHMB_LOCK_MOVED)
            return fault_plain(fault, SHMB_STALE);
        if (!fast_word_is_sound(word, segment->slot_count))
            return fault_plain(fault, SHMB_CORRUPT);
        if ((word & SHMB_LOCK_DIRTY) != 0)
            info->flags |= SHMB_LOCK_ABANDONED;
        told = (word & SHMB_LOCK_SLOT) == 0;
        if (told)
            info->flags |= SHMB_LOCK_KNOWN;
        else
            told = tell_owner(segment, word, info);
    }
    return SHMB_OK;
}

int32_t segment_lock_state(const struct shmb_segment *segment, struct shmb_lock_info *info,
                           struct fault *fault)
{
    const struct shmb_block *block = segment->block;
    int32_t result = check(segment, fault);
    uint32_t died;

    if (result == SHMB_OK)
        result = tell_word(segment, info, fault);
    if (result != SHMB_OK)
        return result;
    died = shmb_load32(&block->abandoned);
    if (died != 0)
        info->flags |= SHMB_LOCK_ABANDONED;
    if ((died & SHMB_DIED_WRITING) != 0)
        info->flags |= SHMB_LOCK_HALF;
    if ((info->flags & (SHMB_LOCK_KNOWN | SHMB_LOCK_HELD)) == SHMB_LOCK_KNOWN &&
        (shmb_load64(&block->sequence) & 1) != 0)
        info->flags |= SHMB_LOCK_ABANDONED | SHMB_LOCK_HALF;
    return SHMB_OK;
}
