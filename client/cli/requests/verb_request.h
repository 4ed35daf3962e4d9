/*
 * verb_request.h - shmb request and release; as verb.h.
 */
#ifndef CLI_VERB_REQUEST_H
#define CLI_VERB_REQUEST_H

#include "request.h"

enum shmb_exit verb_request(struct request *request);
enum shmb_exit verb_release(struct request *request);

#endif
