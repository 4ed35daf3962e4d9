/*
 * verb.h - the verbs of shmb, one function each.
 *
 * A verb writes its result or its failure, and returns the exit code. A verb with
 * `runs_command` sets request->command_code, too, when its command has run: that is
 * then the exit code of shmb. verbs.c has the table of all verbs.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "request.h"

enum shmb_exit verb_list(struct request *request);
enum shmb_exit verb_info(struct request *request);
enum shmb_exit verb_holders(struct request *request);

enum shmb_exit verb_doctor(struct request *request);

enum shmb_exit verb_scan(struct request *request);

enum shmb_exit verb_read(struct request *request);
enum shmb_exit verb_dump(struct request *request);
enum shmb_exit verb_write(struct request *request);

enum shmb_exit verb_watch(struct request *request);
enum shmb_exit verb_wait(struct request *request);
enum shmb_exit verb_top(struct request *request);

enum shmb_exit verb_lock(struct request *request);
enum shmb_exit verb_repair(struct request *request);
enum shmb_exit verb_mutex_lock(struct request *request);

enum shmb_exit verb_event_set(struct request *request);
enum shmb_exit verb_event_reset(struct request *request);
enum shmb_exit verb_event_wait(struct request *request);

enum shmb_exit verb_semaphore_take(struct request *request);
enum shmb_exit verb_semaphore_release(struct request *request);
enum shmb_exit verb_semaphore_info(struct request *request);

enum shmb_exit verb_queue_info(struct request *request); /* the others: verb_queue.h */

#endif
