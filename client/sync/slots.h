/*
 * slots.h - the slots of a set of writers: how a fast lock proves that its owner died.
 *
 * SLOTS  Global\ShmBroker.Slots.<number>, and the mutexes Global\ShmBroker.Slot.<number>.<index>
 *   One domain for all segments and queues with the same access list (a writer set). The section
 *   has the trustees of those objects, as a control section has; so have the mutexes, with the
 *   rights to wait and release for writers only. Two access lists never share a domain: a program
 *   that may write here can make others believe that an owner died. If the list of all its objects
 *   changes, the domain gets the new list, and programs that have it open keep it.
 *
 *   A thread that locks takes one slot: it waits, with no time, for a slot's mutex, and owns it
 *   until it ends or gives the slot back. Then it counts the slot's generation up. Slot and
 *   generation are its identity in a lock word (lock_word.h). An identity is dead if the slot has
 *   another generation by now, or if its mutex can be taken: the system gives a mutex to a waiter
 *   only after its owner ended or released it. A slot whose mutex does not exist, or belongs to
 *   somebody else than the broker, is dead, too: an owner that lives keeps the true one open, and
 *   then the name leads to it.
 *
 *   The broker writes the header and clears the slots before it publishes the domain, and never
 *   writes again but to restore the header. For everyone else all of this is hostile input. The
 *   number of slots is in the directory.
 *
 *     offset size
 *          0    4  magic "SHMO"
 *          4    4  ABI version (1)
 *          8    4  size of this header (64)
 *         12    4  size of a slot (64)
 *         16    4  number of slots, at most SHMB_SLOTS_MOST
 *         20    4  total size
 *         24    4  number of this section
 *         28   36  reserved
 *         64       slots
 *
 *   A slot:
 *          0    4  generation: counted up by each thread that takes the slot, after it took the
 *                  mutex and before it locks anything; never 0 then
 *          4    4  taken: 1 while a thread has the slot. A hint, to find a free one: the mutex
 *                  decides
 *          8    8  holder: process id (high half) and thread id of that thread. Only shown to
 *                  people
 *         16   48  reserved
 *
 * Robust mutexes of POSIX are the model: pthread_mutex_consistent,
 * https://pubs.opengroup.org/onlinepubs/9699919799/functions/pthread_mutex_consistent.html
 */
#ifndef SYNC_SLOTS_H
#define SYNC_SLOTS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"

#define SHMB_SLOTS_PREFIX     "ShmBroker.Slots."
#define SHMB_SLOT_PREFIX      "ShmBroker.Slot."
#define SHMB_SLOTS_NAME_BYTES (sizeof(SHMB_SLOTS_PREFIX) + 10)
#define SHMB_SLOT_NAME_BYTES  (sizeof(SHMB_SLOT_PREFIX) + 10 + 1 + 4)
#define SHMB_SLOTS_MAGIC      0x4F4D4853u /* "SHMO" */

struct shmb_slots {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t header_size;
    uint32_t slot_size;
    uint32_t slot_count;
    uint32_t total_size;
    uint32_t number;
    uint8_t reserved[36];
};

struct shmb_slot {
    volatile uint32_t generation;
    volatile uint32_t taken;
    volatile uint64_t holder;
    uint8_t reserved[48];
};

static_assert(sizeof(struct shmb_slots) == 64, "the header of a slots section has 64 bytes");
static_assert(offsetof(struct shmb_slots, slot_count) == 16, "slots.slot_count at 16");
static_assert(offsetof(struct shmb_slots, number) == 24, "slots.number at 24");
static_assert(sizeof(struct shmb_slot) == 64, "a slot has 64 bytes");
static_assert(offsetof(struct shmb_slot, taken) == 4, "slot.taken at 4");
static_assert(offsetof(struct shmb_slot, holder) == 8, "slot.holder at 8");

/* Writes "ShmBroker.Slots.<number>" with its terminator. */
void shmb_slots_name(uint32_t number, char out[SHMB_SLOTS_NAME_BYTES]);

/* Writes "ShmBroker.Slot.<number>.<index>" with its terminator; `index` < SHMB_SLOTS_MOST. */
void shmb_slot_name(uint32_t number, uint32_t index, char out[SHMB_SLOT_NAME_BYTES]);

/* Bytes of a slots section. */
uint32_t shmb_slots_size(uint32_t count);

/* Fills in the header that the broker writes for such a section. */
void shmb_slots_header(uint32_t number, uint32_t count, struct shmb_slots *out);

/*
 * The calling thread has the mutex of the slot now: gives the slot its next generation, and returns
 * that. `holder`: process id (high half) and thread id.
 */
uint32_t shmb_slot_begin(struct shmb_slot *slot, uint64_t holder);

/* Before the thread releases the mutex of its slot: the slot is free. It must hold no lock. */
void shmb_slot_end(struct shmb_slot *slot);

/* Slot `index` of a section of which `size` bytes are mapped. NULL: it is not within them. */
struct shmb_slot *shmb_slots_at(void *bytes, size_t size, uint32_t index);

#endif
