/*
 * verb_queue.h - shmb queue put, get, peek and clear; as verb.h. `info` is beside verb_info.
 */
#ifndef CLI_VERB_QUEUE_H
#define CLI_VERB_QUEUE_H

#include "arguments.h"

enum shmb_exit verb_queue_put(struct arguments *arguments);
enum shmb_exit verb_queue_get(struct arguments *arguments);
enum shmb_exit verb_queue_peek(struct arguments *arguments);
enum shmb_exit verb_queue_clear(struct arguments *arguments);

#endif
