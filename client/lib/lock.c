/*
 * shmb_lock, shmb_unlock and shmb_mark_consistent. The lock is a kernel mutex, or a fast lock. The
 * ownership of the segment only notes which thread has it, for all handles; taking it again is only
 * counted there. block.c marks the deaths of owners.
 */
#include "lock.h"

#include "block.h"
#include "bracket.h"
#include "broker.h"
#include "compiler.h"
#include "mutex.h"
#include "open_object.h"
#include "segment_lock.h"
#include "thread.h"
#include "trust.h"

/* For SHMB_READ, too: `readers_may_wait` gives readers these rights. */
#define LOCK_ACCESS (SYNCHRONIZE | MUTEX_MODIFY_STATE | READ_CONTROL)

bool lock_mine(const struct shmb_segment *segment)
{
    uint32_t holder = shmb_load32(&segment->ownership->holder);

    return holder != 0 && holder == thread_known();
}

/* Opens the mutex unless a handle did. The first thread that is done with it wins. */
static int32_t open_mutex(struct shmb_segment *segment, HANDLE *out, struct fault *fault)
{
    volatile PVOID *mutex = &segment->ownership->mutex;
    HANDLE opened;
    int32_t result;

    *out = InterlockedCompareExchangePointer(mutex, NULL, NULL);
    if (*out != NULL) /* the first one trusts its own owners, and this one others */
        return trust_check(*out, segment->owner, fault);
    result =
        open_object(SHMB_MUTEX, segment->info.lock, LOCK_ACCESS, segment->owner, &opened, fault);
    if (result == SHMB_WRONG_KIND)
        return SHMB_NOT_OURS;
    if (result != SHMB_OK)
        return broker_absent(result);
    *out = open_object_keep(mutex, opened);
    return SHMB_OK;
}

static int32_t get_mutex(struct shmb_segment *segment, HANDLE *out, struct fault *fault)
{
    int32_t result;

    /* First the flag: another thread may be opening the mutex, and stores the flag last. */
    if (shmb_load32(&segment->lock_trusted) != 0) {
        *out = segment->ownership->mutex;
        return SHMB_OK;
    }
    result = open_mutex(segment, out, fault);
    if (result == SHMB_OK)
        shmb_store32(&segment->lock_trusted, 1);
    return result;
}

/* The thread has it already: no system call. */
static int32_t enter_again(struct shmb_segment *segment, struct shmb_block *block,
                           struct fault *fault)
{
    struct ownership *ownership = segment->ownership;

    ownership_settle(ownership);
    if (ownership->locks.count == UINT32_MAX)
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    holding_add(&ownership->locks, &segment->locks);
    block_mark(segment, block);
    return ownership->abandoned ? SHMB_ABANDONED : SHMB_OK;
}

/* This thread owns the lock now. `died`: its last owner died. */
static int32_t enter(struct shmb_segment *segment, struct shmb_block *block,
                     const struct thread_self *self, bool died)
{
    struct ownership *ownership = segment->ownership;

    /* What a thread that died had begun is not continued. */
    bracket_forget(ownership);
    ownership->filling = false;
    ownership->plain = NULL;
    holding_begin(&ownership->locks);
    holding_add(&ownership->locks, &segment->locks);
    ownership->thread = self->writer;
    shmb_store32(&ownership->thread_id, (uint32_t)self->writer);
    shmb_store32(&ownership->thread_born, self->born);
    shmb_store32(&ownership->holder, self->token);
    return block_enter(segment, block, died);
}

static int32_t wait_for(struct shmb_segment *segment, HANDLE mutex, uint32_t timeout_ms,
                        const struct thread_self *self, struct fault *fault)
{
    struct shmb_block *block;
    int32_t result;

    switch (WaitForSingleObject(mutex, timeout_ms)) {
    case WAIT_OBJECT_0:
        result = block_get(segment, &block);
        if (result == SHMB_OK)
            return enter(segment, block, self, false);
        /* Retired, moved or recreated during the wait. */
        ReleaseMutex(mutex);
        return fault_plain(fault, result);
    case WAIT_ABANDONED:
        /* Even then: the system reports a death only once, so the caller has to learn of it. */
        result = block_get(segment, &block);
        return enter(segment, result == SHMB_OK ? block : NULL, self, true);
    case WAIT_TIMEOUT:
        return fault_plain(fault, SHMB_TIMEOUT);
    default:
        return fault_call(fault, SHMB_SYSTEM, CALL_WAIT, GetLastError());
    }
}

static int32_t take_mutex(struct shmb_segment *segment, uint32_t timeout_ms, struct fault *fault)
{
    struct shmb_block *block;
    struct thread_self self;
    HANDLE mutex;
    int32_t result;

    if (!thread_self_get(&self))
        return fault_plain(fault, SHMB_NO_MEMORY);
    result = get_mutex(segment, &mutex, fault);
    if (result != SHMB_OK) /* retired meanwhile, and the mutex with it? */
        return block_get(segment, &block) == SHMB_STALE ? fault_plain(fault, SHMB_STALE) : result;
    return wait_for(segment, mutex, timeout_ms, &self, fault);
}

static void note_seat(struct ownership *ownership, const struct seat *seat)
{
    ownership->seat = seat->number;
    ownership->identity = seat->identity;
}

/* This thread owns the word now. A segment that is stale by now is not entered. */
int32_t lock_enter_fast(struct shmb_segment *segment, struct seat *seat, bool died,
                        struct fault *fault)
{
    struct shmb_block *block;
    struct fault ignored;
    const int32_t result = block_get(segment, &block);

    if (result != SHMB_OK) {
        segment_lock_give(segment, seat->identity, false, &ignored);
        return fault_plain(fault, result);
    }
    note_seat(segment->ownership, seat);
    return enter(segment, block, &seat->self, died);
}

static int32_t take_fast(struct shmb_segment *segment, uint32_t timeout_ms, struct fault *fault)
{
    struct shmb_block *block;
    struct word_lock *lock;
    struct seat *seat = NULL;
    int32_t result = segment_lock_get(segment, &lock, fault);

    if (result == SHMB_OK)
        result = word_lock_take(lock, timeout_ms, &seat, fault);
    if (result >= 0)
        return lock_enter_fast(segment, seat, result == SHMB_ABANDONED, fault);
    /* Retired meanwhile, and the event and the slots with it? */
    return result != SHMB_TIMEOUT && block_get(segment, &block) == SHMB_STALE
               ? fault_plain(fault, SHMB_STALE)
               : result;
}

int32_t lock_take(struct shmb_segment *segment, uint32_t timeout_ms, struct fault *fault)
{
    struct shmb_block *block;
    int32_t result;

    /* Before the wait: a handle whose block is no longer the segment's fails at once. */
    result = block_get(segment, &block);
    if (result == SHMB_OK && !handle_has_lock(segment))
        return fault_call(fault, SHMB_BAD_ARGUMENT, REASON_NO_LOCK, 0);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    if (handle_has_fast_lock(segment))
        result = segment_lock_may(segment, fault);
    if (result != SHMB_OK)
        return result;
    if (lock_mine(segment))
        return enter_again(segment, block, fault);
    return handle_has_fast_lock(segment) ? take_fast(segment, timeout_ms, fault)
                                         : take_mutex(segment, timeout_ms, fault);
}

/* Before the thread releases the lock. While nobody is the holder, all of these are so. */
static void leave(struct ownership *ownership)
{
    /* Without this, the sequence stays odd, and the next owner takes us for dead. */
    bracket_end_all(ownership);
    ownership->filling = false;
    ownership->abandoned = false;
    ownership->unmarked = 0;
    ownership->locks.count = 0;
    ownership->locks.surplus = 0;
    shmb_store32(&ownership->holder, 0);
}

int32_t lock_give(struct shmb_segment *segment, struct fault *fault)
{
    struct ownership *ownership = segment->ownership;
    uint64_t identity;
    bool consistent;
    DWORD code;

    if (!lock_mine(segment))
        return fault_plain(fault, SHMB_NOT_OWNER);
    if (handle_has_fast_lock(segment) && segment_lock_may(segment, fault) != SHMB_OK)
        return SHMB_ACCESS_DENIED;
    if (ownership->locks.count > 1) {
        holding_drop(&ownership->locks, &segment->locks);
        return SHMB_OK;
    }
    /* Before the release: after it, another thread may own the lock and set these members. */
    identity = ownership->identity;
    consistent = !ownership->abandoned;
    leave(ownership);
    block_leave(segment);
    if (handle_has_fast_lock(segment))
        return segment_lock_give(segment, identity, consistent, fault);
    if (ReleaseMutex(ownership->mutex))
        return SHMB_OK;
    /* Not the owner: the program has released the mutex itself, without the library. */
    code = GetLastError();
    return fault_call(fault, code == ERROR_NOT_OWNER ? SHMB_NOT_OWNER : SHMB_SYSTEM, CALL_RELEASE,
                      code);
}

bool lock_elsewhere(const struct shmb_segment *segment)
{
    const struct ownership *ownership = segment->ownership;

    if (!handle_has_lock(segment) || shmb_load32(&ownership->holder) == 0 || lock_mine(segment) ||
        (ownership_lock_share(ownership, &segment->locks) == 0 &&
         holding_share(&ownership->writes, &segment->writes) == 0))
        return false;
    /* A thread that has ended holds nothing, even if the note still says so. */
    return !mutex_is_free(ownership->mutex) &&
           thread_runs(shmb_load32(&ownership->thread_id), shmb_load32(&ownership->thread_born));
}

void lock_leave(struct shmb_segment *segment)
{
    struct fault ignored;
    uint32_t left;

    if (handle_has_lock(segment)) {
        if (!lock_mine(segment))
            return;
        ownership_settle(segment->ownership);
    }
    bracket_leave(segment);
    /*
     * CloseHandle does not release a mutex: other programs would wait until this thread ends.
     */
    left = holding_leave(&segment->ownership->locks, &segment->locks);
    while (left-- > 0 && lock_give(segment, &ignored) == SHMB_OK)
        continue;
}

/* ---- a fast lock that nobody else wants -------------------------------------------- */

/*
 * Most calls find such a lock, and a thread that has its slot. For them, what the functions above
 * do is a few loads and stores around one swap: it is taken plainly, as ownership.h has it.
 */

/*
 * The lock is taken. Is the block the segment's, has no writer died, and no owner of ours? Nothing
 * here must be loaded in one piece or in order: the swap came before.
 */
static bool is_in_order(const struct shmb_segment *segment)
{
    const struct shmb_block *block = segment->block;

    return block->generation == segment->generation && ((uint32_t)block->sequence & 1) == 0 &&
           block->abandoned == 0 && segment->ownership->holder == 0;
}

/*
 * A function of its own: with a call of the system within, those below would have to save
 * registers first.
 */
static SHMB_NEVER_INLINE int32_t note_since(struct shmb_block *block)
{
    block->since = GetTickCount64();
    return SHMB_OK;
}

/* As enter, where all is in order. */
static int32_t enter_in_order(struct shmb_segment *segment, struct seat *seat)
{
    struct ownership *ownership = segment->ownership;

    if (ownership->seat != seat->number) { /* else the thread had it last */
        note_seat(ownership, seat);
        ownership->thread = seat->self.writer;
        shmb_store32(&ownership->thread_id, (uint32_t)seat->self.writer);
        shmb_store32(&ownership->thread_born, seat->self.born);
    }
    ownership->plain = &segment->locks;
    shmb_store32(&ownership->holder, seat->self.token);
    return note_since(segment->block);
}

/* Has the thread with this token taken it plainly, through this handle, and begun no write? */
static bool ends_in_order(const struct shmb_segment *segment, uint32_t token)
{
    const struct ownership *ownership = segment->ownership;

    return token != 0 && shmb_load32(&ownership->holder) == token &&
           ownership->plain == &segment->locks && ownership->writes.count == 0;
}

/* What is left, in functions of its own: a compiler guards the frame of one with a fault. */
static SHMB_NEVER_INLINE int32_t lock_slow(struct shmb_segment *segment, uint32_t timeout_ms)
{
    struct fault fault = {CALL_NONE, 0};

    return result_end(lock_take(segment, timeout_ms, &fault), &fault);
}

static SHMB_NEVER_INLINE int32_t enter_slow(struct shmb_segment *segment, struct seat *seat)
{
    struct fault fault = {CALL_NONE, 0};

    return result_end(lock_enter_fast(segment, seat, false, &fault), &fault);
}

static SHMB_NEVER_INLINE int32_t unlock_slow(struct shmb_segment *segment)
{
    struct fault fault = {CALL_NONE, 0};

    return result_end(lock_give(segment, &fault), &fault);
}

static SHMB_NEVER_INLINE int32_t give_wanted(struct shmb_segment *segment, uint64_t identity)
{
    struct fault fault = {CALL_NONE, 0};

    return result_end(word_lock_give_wanted(segment_lock_known(segment), identity, true, &fault),
                      &fault);
}

int32_t SHMB_CALL shmb_lock(shmb_segment *segment, uint32_t timeout_ms)
{
    struct word_lock *lock;
    struct seat *seat;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    lock = segment_lock_known(segment);
    seat = lock != NULL ? domain_seat_at_once(lock->domain) : NULL;
    if (seat == NULL || !fast_take_free(lock->word, seat->identity))
        return lock_slow(segment, timeout_ms);
    return is_in_order(segment) ? enter_in_order(segment, seat) : enter_slow(segment, seat);
}

int32_t SHMB_CALL shmb_unlock(shmb_segment *segment)
{
    struct ownership *ownership;
    uint64_t identity;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (!ends_in_order(segment, (uint32_t)thread_get_at_once(THREAD_TOKEN)))
        return unlock_slow(segment);
    ownership = segment->ownership;
    /* Before the release: after it, another thread may set these members. */
    identity = ownership->identity;
    shmb_store32(&ownership->holder, 0);
    return fast_give_uncontended(&segment->block->lock_word, identity)
               ? SHMB_OK
               : give_wanted(segment, identity);
}

int32_t SHMB_CALL shmb_mark_consistent(shmb_segment *segment)
{
    struct shmb_block *block;
    int32_t result;

    if (segment == NULL)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    if (segment->rights != SHMB_WRITE)
        return result_end_of_handle(SHMB_ACCESS_DENIED);
    if (handle_has_lock(segment) && !lock_mine(segment))
        return result_end_plain(SHMB_NOT_OWNER);
    result = block_get(segment, &block);
    if (result == SHMB_OK)
        bracket_repair(segment, block);
    return result_end_plain(result);
}
