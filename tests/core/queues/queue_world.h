/*
 * queue_world.h - the queue Q of a broker on the fake system, as programs find it: its header, its
 * messages, and the entry of the directory.
 */
#ifndef TESTS_QUEUE_WORLD_H
#define TESTS_QUEUE_WORLD_H

#include <stdint.h>

#include "queue_layout.h"
#include "reloads.h"

#define ACCESS "version: 1\ndefaults: { access: { read: Users, write: 'CORP\\Traders' } }\n"
#define QUEUE  "queues: { Q: { slots: 8, slot_size: 100, max_lockers: 2 } }\n"
#define OTHER  "mutexes: { M: }\n"
#define SLOTS  "ShmBroker.Slots.1"

/* As reloads_begin, with Q in the configuration. */
int queue_begin(void **state);

struct shmb_queue_header *queue_now(void);

/* The first two lines of the header, and the entry that leads to them. */
void queue_expect(uint32_t slots, uint32_t slot_size, uint32_t flags);
void queue_expect_slots(void);

/* A program puts messages; they are there. */
void queue_use(void);
void queue_expect_used(void);

/* Notes what the queue is now, to be compared later. */
void queue_remember(void);
extern const uint8_t *queue_first_content;
extern uint64_t queue_first_generation;

#endif
