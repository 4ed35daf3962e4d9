/*
 * examples.h - how each function of shmb.h is used, shortest way.
 *
 * The tests compile and run them all; each returns 0 when it went well. They
 * expect a broker with these objects:
 *
 *     segments:
 *       Prices:   { size: 4096, notify: true, access: { write: [Users] } }
 *       Totals:   { size: 4096, snapshots: double, access: { write: [Users] } }
 *       Quotes:   { size: 4096, lock: fast, access: { write: [Users] } }
 *       Bare:     { size: 4096, lock: none, access: { write: [Users] } }
 *     events:     { ShutDownNow: { reset: manual, access: { write: [Users] } } }
 *     semaphores: { Licences: { initial: 1, maximum: 3, access: { write: [Users] } } }
 *     queues:     { Orders: { slots: 16, slot_size: 64, access: { write: [Users] } } }
 *     requests:   { MyApp: { names: 'MyApp.*', who: [Users], kinds: [segment, semaphore],
 *                            size: 1 MiB, access: { write: [Requester] } } }
 */
#ifndef EXAMPLES_H
#define EXAMPLES_H

int example_open(void);
int example_part(void);
int example_memory(void);
int example_lock(void);
int example_fast(void);
int example_brackets(void);
int example_snapshot(void);
int example_in_place(void);
int example_published(void);
int example_changed(void);
int example_queue(void);
int example_first(void);
int example_private(void);
int example_list(void);
int example_state(void);
int example_object(void);
int example_request(void);
int example_request_semaphore(void);
int example_request_wide(void);
int example_result(void);
int example_wide(void);

#endif
