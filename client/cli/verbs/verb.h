/*
 * verb.h - the verbs of shmb, one function each.
 *
 * A verb writes its result or its failure, and returns the exit code. A verb with
 * `runs_command` sets arguments->command_code, too, when its command has run: that is
 * then the exit code of shmb. verbs.c has the table of all verbs.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "arguments.h"

enum shmb_exit verb_list(struct arguments *arguments);
enum shmb_exit verb_info(struct arguments *arguments);
enum shmb_exit verb_holders(struct arguments *arguments);

enum shmb_exit verb_doctor(struct arguments *arguments);

enum shmb_exit verb_scan(struct arguments *arguments);

enum shmb_exit verb_read(struct arguments *arguments);
enum shmb_exit verb_dump(struct arguments *arguments);
enum shmb_exit verb_write(struct arguments *arguments);

enum shmb_exit verb_watch(struct arguments *arguments);
enum shmb_exit verb_wait(struct arguments *arguments);
enum shmb_exit verb_top(struct arguments *arguments);

enum shmb_exit verb_lock(struct arguments *arguments);
enum shmb_exit verb_repair(struct arguments *arguments);
enum shmb_exit verb_mutex_lock(struct arguments *arguments);

enum shmb_exit verb_event_set(struct arguments *arguments);
enum shmb_exit verb_event_reset(struct arguments *arguments);
enum shmb_exit verb_event_wait(struct arguments *arguments);

enum shmb_exit verb_semaphore_take(struct arguments *arguments);
enum shmb_exit verb_semaphore_release(struct arguments *arguments);
enum shmb_exit verb_semaphore_info(struct arguments *arguments);

enum shmb_exit verb_queue_info(struct arguments *arguments); /* the others: verb_queue.h */

#endif
