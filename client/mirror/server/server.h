/*
 * server.h - the servers of a mirror: one, a master that sentinels name, or a cluster.
 *
 * Keeps what is needed connected: for commands, and one connection that hears of new revisions. One
 * thread makes all calls; none blocks, but for the look-up of a host's name.
 */
#ifndef MIRROR_SERVER_H
#define MIRROR_SERVER_H

#include "answers.h"
#include "link.h"

#define SERVER_NODES 64 /* of a cluster */

enum server_kind { SERVER_ONE, SERVER_SENTINEL, SERVER_CLUSTER };

struct server_setup {
    enum server_kind kind;
    const struct link_place *places; /* the server, sentinels, or nodes to begin with */
    size_t count;
    const char *master; /* SERVER_SENTINEL: the name that the sentinels know */
    uint32_t database;
    const char *user, *password;                   /* NULL: none */
    const char *sentinel_user, *sentinel_password; /* NULL: none */
    struct tls *tls;                               /* NULL: in clear */
    uint32_t silence_ms;                           /* see link_new */
    const char *const *channels;                   /* where new revisions are told */
    size_t channel_count;
};

/* What the owner is told, from within server_work. */
struct server_hooks {
    void *context;
    void (*up)(void *context); /* commands are taken, or messages heard again */
    void (*message)(void *context, const struct answer_message *message);
    void (*line)(void *context, const char *why); /* a connection failed; the same one repeats */
};

/* Where the key of a segment is. All zero: not known. */
struct server_route {
    uint32_t node;  /* a node's number */
    uint32_t asked; /* for the next command only */
};

struct server;

/* The setup and what it points to must live on. NULL: no memory, or Winsock fails. */
struct server *server_new(const struct server_setup *setup, const struct server_hooks *hooks);
void server_free(struct server *server); /* tells nobody; NULL is allowed */

/*
 * Set when server_work has something to do: for WaitForMultipleObjects, which resets it. Then
 * server_work must be told of it.
 */
enum { SERVER_ANSWERS, SERVER_MESSAGES, SERVER_EVENTS };
void *server_event(const struct server *server, size_t which);

/*
 * Does what is to be done. `signalled`: which event was set, SERVER_EVENTS: none. Returns in how
 * many milliseconds it must be called again at the latest.
 */
uint32_t server_work(struct server *server, size_t signalled, uint64_t now);

/* Sends. False: not now; `answer` is not called. */
bool server_send(struct server *server, struct server_route *route, const struct request *request,
                 link_answer *answer, void *context, uint64_t now);

/* An answer was ANSWER_ELSEWHERE or ANSWER_ASK: the next command goes there. False: no place. */
bool server_redirect(struct server *server, struct server_route *route, enum answer kind,
                     const char *place, uint64_t now);

/* The server that answered so must not be used any more, such as a former master. */
void server_doubt(struct server *server, const struct server_route *route, const char *why);

bool server_ready(const struct server *server);   /* takes commands */
bool server_hearing(const struct server *server); /* hears of new revisions */

struct server_figures {
    uint64_t connections, bytes_in, bytes_out; /* since server_new */
    char place[300];                           /* of the one that is used; empty: none */
    char fault[LINK_FAULT];                    /* of the last connection that failed */
};
void server_figures(const struct server *server, struct server_figures *out);

#endif
