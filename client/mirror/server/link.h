/*
 * link.h - one connection to a server, which never blocks.
 *
 * Answers come in the order of the commands. One thread uses all links; Winsock sets the event when
 * there is something to do, and then link_work does it.
 */
#ifndef MIRROR_LINK_H
#define MIRROR_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hiredis/hiredis.h>

#include "requests.h"
#include "tls.h"

#define LINK_FAULT 240u /* bytes of a text */

struct link_place {
    char host[256];
    uint16_t port;
};

enum link_state {
    LINK_DOWN, /* never opened, or ended: link_fault says why */
    LINK_CONNECTING,
    LINK_UP /* takes commands */
};

/* `reply` NULL: the connection ended before the answer. It lives until the return. */
typedef void link_answer(void *context, const redisReply *reply);

struct link;

/*
 * `wake`: the Winsock event. `silence_ms`: how long nothing may come while an answer is awaited, or
 * the connection be made, until the link ends. NULL: no memory.
 */
struct link *link_new(void *wake, uint32_t silence_ms);
void link_free(struct link *link); /* tells nobody; NULL is allowed */

/* Begins to connect; looks up the name first, which may take a while. `tls` NULL: in clear. */
void link_open(struct link *link, const struct link_place *place, struct tls *tls, uint64_t now);

/*
 * From now on, what comes goes to `answer`, in no relation to commands: after SUBSCRIBE. Commands
 * then have no answer of their own.
 */
void link_listen(struct link *link, link_answer *answer, void *context);

/* Appends a command. False: the link is down, or there is no memory; `answer` is not called. */
bool link_send(struct link *link, const struct request *request, link_answer *answer, void *context,
               uint64_t now);

/*
 * Writes what was appended; with `signalled`, the event was set: reads first, and tells answers.
 * Call it after the event, after link_send, and now and then, for the time-out.
 */
void link_work(struct link *link, bool signalled, uint64_t now);

/* Ends the connection soon, with this reason: callbacks of answers are called with NULL. */
void link_drop(struct link *link, const char *why);

enum link_state link_state(const struct link *link);
const struct link_place *link_place(const struct link *link);
const char *link_fault(const struct link *link);

/* When it last heard anything, or sent a first command after silence. */
uint64_t link_heard(const struct link *link);
bool link_idle(const struct link *link); /* no answer is awaited */

/* Bytes read and written since link_new. */
uint64_t link_bytes_in(const struct link *link);
uint64_t link_bytes_out(const struct link *link);

#endif
