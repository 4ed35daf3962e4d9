/*
 * verb_request.h - shmb request and release; as verb.h.
 */
#ifndef CLI_VERB_REQUEST_H
#define CLI_VERB_REQUEST_H

#include "arguments.h"

enum shmb_exit verb_request(struct arguments *arguments);
enum shmb_exit verb_release(struct arguments *arguments);

#endif
