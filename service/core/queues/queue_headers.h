/*
 * queue_headers.h - the header of a queue (client/sync/queue_layout.h): written before the queue is
 * published, restored where a program has damaged it, marked when the queue is retired.
 *
 * The broker writes only the first two lines of the section, and frees the lock words of a queue
 * that comes to use other slots, and those that no program can have written by its library. All
 * else belongs to the programs.
 */
#ifndef CORE_QUEUE_HEADERS_H
#define CORE_QUEUE_HEADERS_H

#include <stdbool.h>

#include "inventory.h"
#include "system.h"

#define QUEUE_REPAIR_EVERY_MS 60000u

/* What was wrong with the header of a queue, as bits. 0: nothing. */
enum { QUEUE_HEADER_WRONG = 1, QUEUE_GENERATION_WRONG = 2, QUEUE_LOCK_WRONG = 4 };

/* How many slots the lock of a queue has, by its index in the inventory; 0: none. */
struct queue_slots {
    uint32_t (*count)(void *self, size_t item);
    void *self;
};

/*
 * Writes what differs in the first two lines of a section with this layout and generation. `*wrong`
 * (NULL is allowed) says what that was.
 */
enum sys_status queue_header_write(const struct system *system, struct sys_object *section,
                                   const struct sys_queue *layout, uint64_t generation,
                                   unsigned *wrong, struct sys_failure *why);

/*
 * True: the section begins with the header of a queue of this layout. `*generation` is what stands
 * there, and may be any.
 */
bool queue_header_is(const struct system *system, struct sys_object *section,
                     const struct sys_queue *layout, uint64_t *generation);

/*
 * Marks a queue as retired, or made anew, and closes its locks: calls of the library return
 * SHMB_STALE, also those that wait for a lock.
 */
void queue_header_retire(const struct system *system, struct sys_object *section);

/* The same for one that is mapped. */
void queue_header_stale(void *view);

/* A retired queue comes back: opens its locks, if they are closed. */
void queue_header_return(const struct system *system, struct sys_object *section);

/* A queue that comes to use other slots. */
struct queue_renewed {
    struct item *item;
    struct shmb_queue_header *header; /* used by the call */
    bool closed;
};

/*
 * Gives queues the generations of their items, and frees their lock words for the threads of other
 * slots. The producers' lock of each is closed first, so that no two producers have it. The time
 * to wait for threads that hold one is one for all queues; a thread that holds it for all that
 * time loses it, and its put returns SHMB_STALE. Nobody is waited for at an end that is for one
 * thread. One that cannot be mapped is left to the next repair (item.renewal_due).
 */
void queue_headers_renew(const struct system *system, struct queue_renewed *queues, size_t count);

/* The same for one. */
void queue_header_renew(const struct system *system, struct item *item);

/* Logs EVENT_QUEUE_REPAIRED, at most once in QUEUE_REPAIR_EVERY_MS, and counts it. */
void queue_header_tell(const struct system *system, struct item *item, unsigned wrong);

/* True if programs may write a held queue, besides the broker, SYSTEM and Administrators. */
bool queue_headers_need_repair(const struct inventory *inventory, const char *owner);

/*
 * Restores the headers of held queues that programs may write, and frees lock words that are none:
 * closed ones, and those with a slot that there is not. True: a program has damaged one. Ends early
 * at a stop, unless it is the `last` time.
 */
bool queue_headers_repair(const struct system *system, struct inventory *inventory,
                          const struct queue_slots *slots, const char *owner, bool last);

#endif
