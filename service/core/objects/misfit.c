#include "misfit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "names.h"
#include "queue_words.h"

static const char *article(enum shmb_kind kind)
{
    return kind == SHMB_EVENT ? "an" : "a";
}

/* Programs that have the queue open have taken all of this over. */
static bool misfit_of_queue(const struct sys_queue *live, const struct sys_queue *wanted, char *out,
                            size_t size)
{
    const uint32_t other = live->flags ^ wanted->flags;

    if (live->slots != wanted->slots)
        (void)snprintf(out, size, "the slots cannot change from %" PRIu32 " to %" PRIu32,
                       live->slots, wanted->slots);
    else if (live->slot_size != wanted->slot_size)
        (void)snprintf(out, size,
                       "the slot_size cannot change from %" PRIu32 " to %" PRIu32 " bytes",
                       live->slot_size, wanted->slot_size);
    else if ((other & SHMB_ENTRY_ONE_PRODUCER) != 0)
        (void)snprintf(out, size, "producers cannot change from %s to %s",
                       queue_ends_word(live->flags, SHMB_ENTRY_ONE_PRODUCER),
                       queue_ends_word(wanted->flags, SHMB_ENTRY_ONE_PRODUCER));
    else if ((other & SHMB_ENTRY_ONE_CONSUMER) != 0)
        (void)snprintf(out, size, "consumers cannot change from %s to %s",
                       queue_ends_word(live->flags, SHMB_ENTRY_ONE_CONSUMER),
                       queue_ends_word(wanted->flags, SHMB_ENTRY_ONE_CONSUMER));
    else if (other != 0)
        (void)snprintf(out, size, "overflow cannot change from %s to %s",
                       queue_overflow_word(live->flags), queue_overflow_word(wanted->flags));
    else
        return false;
    return true;
}

bool misfit_of_object(const struct sys_spec *live, const struct sys_spec *wanted, char *out,
                      size_t size)
{
    if (size > 0)
        out[0] = '\0';
    if (live->kind != wanted->kind)
        (void)snprintf(out, size, "it is %s %s and cannot become %s %s", article(live->kind),
                       shmb_kind_word(live->kind), article(wanted->kind),
                       shmb_kind_word(wanted->kind));
    else if (live->kind == SHMB_SECTION && live->size != wanted->size)
        (void)snprintf(out, size, "the size cannot change from %" PRIu64 " to %" PRIu64 " bytes",
                       live->size, wanted->size);
    else if (live->kind == SHMB_QUEUE)
        return misfit_of_queue(&live->queue, &wanted->queue, out, size);
    else if (live->kind == SHMB_EVENT && live->manual_reset != wanted->manual_reset)
        (void)snprintf(out, size, "the reset cannot change from %s to %s",
                       live->manual_reset ? "manual" : "auto",
                       wanted->manual_reset ? "manual" : "auto");
    else if (live->kind == SHMB_SEMAPHORE && live->maximum != wanted->maximum)
        (void)snprintf(out, size, "the maximum cannot change from %" PRId32 " to %" PRId32,
                       live->maximum, wanted->maximum);
    else
        return false;
    return true;
}

bool misfit_of_pair(bool live_pair, bool wanted_pair, char *out, size_t size)
{
    static const char *const words[] = {"segment", "section for snapshots"};

    if (size > 0)
        out[0] = '\0';
    if (live_pair == wanted_pair)
        return false;
    (void)snprintf(out, size, "it is a %s and cannot become a %s", words[live_pair],
                   words[wanted_pair]);
    return true;
}

static bool same_lock(struct misfit_lock a, struct misfit_lock b)
{
    if (a.name == NULL || b.name == NULL)
        return a.name == b.name;
    return a.fast == b.fast && (strcmp(a.name, b.name) == 0 ||
                                shmb_name_same(a.name, strlen(a.name), b.name, strlen(b.name)));
}

bool misfit_of_lock(struct misfit_lock live, struct misfit_lock wanted, char *out, size_t size)
{
    /* Which kind it is matters only where it changes. */
    const bool kinds = live.name != NULL && wanted.name != NULL && live.fast != wanted.fast;

    if (size > 0)
        out[0] = '\0';
    if (same_lock(live, wanted))
        return false;
    (void)snprintf(out, size, "the lock cannot change from %s%s to %s%s",
                   !kinds      ? ""
                   : live.fast ? "the fast lock "
                               : "the mutex ",
                   live.name != NULL ? live.name : "none",
                   !kinds        ? ""
                   : wanted.fast ? "the fast lock "
                                 : "the mutex ",
                   wanted.name != NULL ? wanted.name : "none");
    return true;
}
