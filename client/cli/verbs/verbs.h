/*
 * verbs.h - what shmb can be told to do. Each verb writes its result and
 * returns the exit code; a verb that runs a command and is done leaves the
 * command's own in the request.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include <stdint.h>

#include "request.h"

/* Own failures of verbs that run a command: this plus the exit code. */
#define VERBS_OWN_FAILURE 120u

/* Does what a command line (with the program's name) says. Returns the process's exit code. */
uint32_t verbs_main(const wchar_t *line);

/* All verbs; those with actions stand once for each, together. */
const struct verb *verbs_table(size_t *count);

enum shmb_exit verb_list(struct request *request);
enum shmb_exit verb_info(struct request *request);

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

enum shmb_exit verb_completion_powershell(struct request *request);
enum shmb_exit verb_completion_clink(struct request *request);

#endif
