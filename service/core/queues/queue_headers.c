/*
 * A program may write the same bytes at the same time, so each is looked at once in a round, and
 * nothing that is read decides where to write.
 */
#include "queue_headers.h"

#include <stddef.h>
#include <string.h>

#include "access_sets.h"
#include "compiler.h"
#include "directory.h"
#include "fast_lock.h"
#include "full_name.h"
#include "patience.h"
#include "queue_layout.h"

#define OWN_BYTES  offsetof(struct shmb_queue_header, put_lock)   /* the first two lines */
#define FIRST_LINE offsetof(struct shmb_queue_header, generation) /* never changes */

#define QUEUE_PATIENCE_MS 1000u /* for threads that hold a producers' lock */
#define CLOSE_TRIES       500   /* a lock that many threads want is free only for a moment */

static void wanted_header(const struct sys_queue *layout, uint64_t generation,
                          struct shmb_queue_header *out)
{
    shmb_queue_fill_header(layout->slots, layout->slot_size, layout->flags, generation, out);
}

enum sys_status queue_header_write(const struct system *system, struct sys_object *section,
                                   const struct sys_queue *layout, uint64_t generation,
                                   unsigned *wrong, struct sys_failure *why)
{
    struct shmb_queue_header wanted, *header;
    unsigned found = 0;
    void *view;
    enum sys_status status = system->objects.map(system->self, section, OWN_BYTES, &view, why);

    if (wrong != NULL)
        *wrong = 0;
    if (status != SYS_OK)
        return status;
    header = view;
    wanted_header(layout, generation, &wanted);
    if (memcmp(header, &wanted, FIRST_LINE) != 0) {
        memcpy(header, &wanted, FIRST_LINE);
        found |= QUEUE_HEADER_WRONG;
    }
    if (memcmp(header->reserved1, wanted.reserved1, sizeof(wanted.reserved1)) != 0) {
        memset(header->reserved1, 0, sizeof(header->reserved1));
        found |= QUEUE_HEADER_WRONG;
    }
    if (shmb_load64(&header->generation) != generation) {
        shmb_store64(&header->generation, generation);
        found |= QUEUE_GENERATION_WRONG;
    }
    system->objects.unmap(system->self, view);
    if (wrong != NULL)
        *wrong = found;
    return SYS_OK;
}

bool queue_header_is(const struct system *system, struct sys_object *section,
                     const struct sys_queue *layout, uint64_t *generation)
{
    uint8_t found[OWN_BYTES];
    struct shmb_queue_header wanted;

    *generation = 0;
    wanted_header(layout, 0, &wanted);
    if (system->objects.peek(system->self, section, 0, found, sizeof(found), NULL) != SYS_OK ||
        memcmp(found, &wanted, FIRST_LINE) != 0)
        return false;
    memcpy(generation, found + FIRST_LINE, sizeof(*generation));
    return true;
}

void queue_header_stale(void *view)
{
    struct shmb_queue_header *header = view;

    shmb_store64(&header->generation, UINT64_MAX);
    shmb_store64(&header->put_lock, SHMB_LOCK_MOVED);
    shmb_store64(&header->get_lock, SHMB_LOCK_MOVED);
}

void queue_header_retire(const struct system *system, struct sys_object *section)
{
    void *view;

    /* If it cannot be mapped, programs go on with a queue that nobody else finds. */
    if (system->objects.map(system->self, section, sizeof(struct shmb_queue_header), &view, NULL) !=
        SYS_OK)
        return;
    queue_header_stale(view);
    system->objects.unmap(system->self, view);
}

static void open_closed(volatile uint64_t *word)
{
    uint64_t closed = SHMB_LOCK_MOVED;

    (void)shmb_swap64(word, &closed, 0);
}

void queue_header_return(const struct system *system, struct sys_object *section)
{
    struct shmb_queue_header *header;
    void *view;

    /* If it cannot be mapped, the next repair does it. */
    if (system->objects.map(system->self, section, sizeof(*header), &view, NULL) != SYS_OK)
        return;
    header = view;
    open_closed(&header->put_lock);
    open_closed(&header->get_lock);
    system->objects.unmap(system->self, view);
}

/* Nobody may take a lock with a thread's number of the former slots: marks the queue first. */
static void begin_renewal(const struct system *system, struct queue_renewed *queue)
{
    void *view;
    const enum sys_status status =
        system->objects.map(system->self, queue->item->object, sizeof(*queue->header), &view, NULL);

    queue->header = status == SYS_OK ? view : NULL;
    queue->item->renewal_due = status != SYS_OK;
    /* The end for one producer belongs to a thread that lives: it does not become free. */
    queue->closed =
        status != SYS_OK || (queue->item->spec.queue.flags & SHMB_ENTRY_ONE_PRODUCER) != 0;
    if (status == SYS_OK)
        shmb_store64(&queue->header->generation, UINT64_MAX);
}

/* Closes the producers' lock if it is free. */
static bool close_free(struct shmb_queue_header *header)
{
    uint64_t found = shmb_load64(&header->put_lock);
    unsigned tries;

    for (tries = 0; found != SHMB_LOCK_MOVED && tries < CLOSE_TRIES; tries++) {
        if ((found & SHMB_LOCK_SLOT) != 0) {
            shmb_pause();
            found = shmb_load64(&header->put_lock);
        } else if (shmb_swap64(&header->put_lock, &found, SHMB_LOCK_MOVED)) {
            return true;
        }
    }
    return found == SHMB_LOCK_MOVED;
}

static void end_renewal(const struct system *system, struct queue_renewed *queue)
{
    struct shmb_queue_header *header = queue->header;

    if (header == NULL)
        return;
    /* Stores: a program that changes the words for ever cannot hold the broker up. */
    shmb_store64(&header->put_lock, 0);
    shmb_store64(&header->get_lock, 0);
    shmb_store64(&header->generation, queue->item->generation);
    system->objects.unmap(system->self, header);
}

void queue_headers_renew(const struct system *system, struct queue_renewed *queues, size_t count)
{
    uint32_t patience = QUEUE_PATIENCE_MS;
    uint64_t begun;
    size_t i, owned;

    for (i = 0; i < count; i++)
        begin_renewal(system, &queues[i]);
    do {
        begun = system->clock.ticks(system->self);
        owned = 0;
        for (i = 0; i < count; i++) {
            if (!queues[i].closed)
                queues[i].closed = close_free(queues[i].header);
            owned += !queues[i].closed;
        }
    } while (owned > 0 && patience_again(system, begun, &patience));
    for (i = 0; i < count; i++)
        end_renewal(system, &queues[i]);
}

void queue_header_renew(const struct system *system, struct item *item)
{
    struct queue_renewed queue = {.item = item};

    queue_headers_renew(system, &queue, 1);
}

void queue_header_tell(const struct system *system, struct item *item, unsigned wrong)
{
    static const char *const words[] = {
        "",     "header",       "generation",       "header, generation",
        "lock", "header, lock", "generation, lock", "header, generation, lock"};
    const uint64_t now = system->clock.ticks(system->self);
    char name[FULL_NAME_BYTES];
    const char *inserts[] = {name, words[wrong]};
    struct item_rare *rare;

    if (wrong == 0)
        return;
    rare = item_make_rare(item);
    if (rare != NULL && rare->repairs++ > 0 && now - rare->repair_told < QUEUE_REPAIR_EVERY_MS)
        return;
    if (rare != NULL)
        rare->repair_told = now;
    full_name(item->spec.name, name);
    system->log(system->self, EVENT_QUEUE_REPAIRED, inserts, 2);
}

/* The access of a queue that is held as another kind is configured does not tell who may write. */
static bool is_watched(const struct inventory *inventory, const struct item *item,
                       const char *owner)
{
    return item_is_held(item) && item->spec.kind == SHMB_QUEUE &&
           (item->renewal_due || item->other_kind || item->access_due ||
            access_sets_others_write(inventory->sets, item->access, owner, false));
}

bool queue_headers_need_repair(const struct inventory *inventory, const char *owner)
{
    size_t i;

    for (i = 0; i < inventory->count; i++)
        if (is_watched(inventory, &inventory->items[i], owner))
            return true;
    return false;
}

/* Frees a word that is none. A thread that has a sound one keeps it. */
static bool free_unsound(volatile uint64_t *word, uint32_t slots)
{
    uint64_t found = shmb_load64(word);

    return !fast_word_is_sound(found, slots) && shmb_swap64(word, &found, 0);
}

/* Returns QUEUE_LOCK_WRONG or 0. If it cannot be mapped now, the next round looks again. */
static unsigned repair_locks(const struct system *system, const struct item *item, uint32_t slots)
{
    struct shmb_queue_header *header;
    unsigned wrong = 0;
    void *view;

    if (slots == 0 ||
        system->objects.map(system->self, item->object, sizeof(*header), &view, NULL) != SYS_OK)
        return 0;
    header = view;
    if (free_unsound(&header->put_lock, slots))
        wrong = QUEUE_LOCK_WRONG;
    if (free_unsound(&header->get_lock, slots))
        wrong = QUEUE_LOCK_WRONG;
    system->objects.unmap(system->self, view);
    return wrong;
}

bool queue_headers_repair(const struct system *system, struct inventory *inventory,
                          const struct queue_slots *slots, const char *owner, bool last)
{
    bool damaged = false;
    size_t i;

    for (i = 0; i < inventory->count; i++) {
        struct item *item = &inventory->items[i];
        unsigned wrong;

        if (!is_watched(inventory, item, owner))
            continue;
        if (!last && system->stopping(system->self))
            break;
        if (item->renewal_due) {
            queue_header_renew(system, item);
            continue;
        }
        /* If it cannot be mapped now, the next round looks again. */
        if (queue_header_write(system, item->object, &item->spec.queue, item->generation, &wrong,
                               NULL) == SYS_OK) {
            wrong |= repair_locks(system, item, slots->count(slots->self, i));
            queue_header_tell(system, item, wrong);
            damaged |= wrong != 0;
        }
        if (last)
            system->progress(system->self);
    }
    return damaged;
}
