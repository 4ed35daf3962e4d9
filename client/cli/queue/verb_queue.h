/*
 * verb_queue.h - shmb queue put, get, peek and clear; as verb.h. `info` is beside verb_info.
 */
#ifndef CLI_VERB_QUEUE_H
#define CLI_VERB_QUEUE_H

#include "request.h"

enum shmb_exit verb_queue_put(struct request *request);
enum shmb_exit verb_queue_get(struct request *request);
enum shmb_exit verb_queue_peek(struct request *request);
enum shmb_exit verb_queue_clear(struct request *request);

#endif
