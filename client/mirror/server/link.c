/*
 * Of hiredis, only formatting, buffers and the reader of answers are used: its asynchronous part
 * trusts the server with the form of messages.
 */
#include "link.h"

#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"

#define READ_SIZE  16384u /* what redisBufferRead reads at most */
#define READS_MOST 256u   /* before something else gets its turn */
#define STALL_MS   500u   /* a pause of this program itself, which is no silence of the server */
#define DEPTH_MOST 4      /* of arrays in arrays; freeing them is recursive */

struct waiting {
    link_answer *answer;
    void *context;
};

struct link {
    enum link_state state;
    HANDLE wake;
    uint32_t silence_ms;
    struct link_place place;
    redisContext *redis;
    struct tls *tls;
    struct waiting *queue; /* a ring */
    size_t first, count, room;
    link_answer *listener;
    void *listener_context;
    bool shaking;    /* connected, and TLS is not ready yet */
    bool answered;   /* something came */
    bool blocked;    /* the last write left something */
    bool dropped;    /* by link_drop */
    bool more;       /* there may be something to read that Winsock has told of already */
    uint64_t looked; /* time of the last link_work */
    uint64_t heard, bytes_in, bytes_out;
    char fault[LINK_FAULT];
};

struct link *link_new(void *wake, uint32_t silence_ms)
{
    struct link *link = calloc(1, sizeof(*link));

    if (link == NULL)
        return NULL;
    link->wake = wake;
    link->silence_ms = silence_ms;
    return link;
}

static void close_socket(struct link *link)
{
    if (link->redis == NULL)
        return;
    if (link->redis->fd != REDIS_INVALID_FD)
        WSAEventSelect((SOCKET)link->redis->fd, NULL, 0);
    redisFree(link->redis);
    link->redis = NULL;
}

void link_free(struct link *link)
{
    if (link == NULL)
        return;
    close_socket(link);
    free(link->queue);
    free(link);
}

/* Ends the connection, and tells all that wait. */
static void end(struct link *link, const char *why)
{
    size_t length = strcspn(why, "\r\n");

    if (link->state == LINK_DOWN)
        return;
    link->state = LINK_DOWN;
    answer_show(why, length, link->fault, sizeof(link->fault));
    close_socket(link);
    while (link->count > 0) {
        struct waiting waiting = link->queue[link->first];

        link->first = (link->first + 1) % link->room;
        link->count--;
        if (waiting.answer != NULL)
            waiting.answer(waiting.context, NULL);
    }
    if (link->listener != NULL)
        link->listener(link->listener_context, NULL);
    link->listener = NULL;
}

void link_open(struct link *link, const struct link_place *place, struct tls *tls, uint64_t now)
{
    redisOptions options = {0};
    BOOL yes = TRUE;

    link->place = *place;
    link->tls = tls;
    link->fault[0] = '\0';
    link->answered = link->shaking = link->blocked = link->dropped = link->more = false;
    link->heard = link->looked = now;
    link->state = LINK_CONNECTING;
    REDIS_OPTIONS_SET_TCP(&options, link->place.host, link->place.port);
    options.options |= REDIS_OPT_NONBLOCK;
    link->redis = redisConnectWithOptions(&options);
    if (link->redis == NULL) {
        end(link, "out of memory");
        return;
    }
    if (link->redis->err != 0) {
        end(link, link->redis->errstr);
        return;
    }
    link->redis->reader->maxelements = ANSWERS_ELEMENTS;
    setsockopt((SOCKET)link->redis->fd, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof(yes));
    setsockopt((SOCKET)link->redis->fd, SOL_SOCKET, SO_KEEPALIVE, (const char *)&yes, sizeof(yes));
    if (WSAEventSelect((SOCKET)link->redis->fd, link->wake,
                       FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE) != 0)
        end(link, "the socket cannot be watched");
}

void link_listen(struct link *link, link_answer *answer, void *context)
{
    link->listener = answer;
    link->listener_context = context;
}

static bool grow(struct link *link)
{
    size_t room = link->room > 0 ? link->room * 2 : 16, i;
    struct waiting *queue;

    if (link->count < link->room)
        return true;
    queue = malloc(room * sizeof(*queue));
    if (queue == NULL)
        return false;
    for (i = 0; i < link->count; i++)
        queue[i] = link->queue[(link->first + i) % link->room];
    free(link->queue);
    link->queue = queue;
    link->first = 0;
    link->room = room;
    return true;
}

bool link_send(struct link *link, const struct request *request, link_answer *answer, void *context,
               uint64_t now)
{
    const char **words = (const char **)request->words;

    if (link->state != LINK_UP || link->dropped || !grow(link))
        return false;
    if (redisAppendCommandArgv(link->redis, (int)request->count, words, request->lengths) !=
        REDIS_OK) {
        link_drop(link, link->redis->errstr);
        return false;
    }
    if (link->count == 0)
        link->heard = now;
    if (link->listener == NULL) {
        link->queue[(link->first + link->count) % link->room] = (struct waiting){answer, context};
        link->count++;
    }
    return true;
}

void link_drop(struct link *link, const char *why)
{
    if (link->state == LINK_DOWN || link->dropped)
        return;
    link->dropped = true;
    snprintf(link->fault, sizeof(link->fault), "%s", why);
    SetEvent(link->wake);
}

/* Gives an answer to who waits for it. */
static void give(struct link *link, const redisReply *reply)
{
    struct waiting waiting;

    if (link->count > 0) {
        waiting = link->queue[link->first];
        link->first = (link->first + 1) % link->room;
        link->count--;
        if (waiting.answer != NULL)
            waiting.answer(waiting.context, reply);
    } else if (link->listener != NULL) {
        link->listener(link->listener_context, reply);
    } else {
        link_drop(link, reply->type == REDIS_REPLY_ERROR && reply->str != NULL
                            ? reply->str
                            : "the server sent what nobody asked for");
    }
}

/* All complete answers. False: the link has ended. */
static bool give_all(struct link *link)
{
    void *reply = NULL;

    while (!link->dropped) {
        if (redisGetReplyFromReader(link->redis, &reply) != REDIS_OK) {
            end(link, link->redis->errstr);
            return false;
        }
        if (reply == NULL)
            break;
        give(link, reply);
        freeReplyObject(reply);
    }
    return true;
}

/* A server that ends the connection of a client in clear without a word may want TLS. */
static void end_read(struct link *link)
{
    char why[LINK_FAULT];

    if (link->tls != NULL || link->answered) {
        end(link, link->redis->errstr);
        return;
    }
    snprintf(why, sizeof(why), "%s (before any answer: if it wants TLS, write rediss://)",
             link->redis->errstr);
    end(link, why);
}

static void receive(struct link *link, uint64_t now)
{
    const redisReader *reader = link->redis->reader;
    unsigned i;

    link->more = false;
    for (i = 0; i < READS_MOST; i++) {
        size_t before = reader->len, got;

        if (redisBufferRead(link->redis) != REDIS_OK) {
            end_read(link);
            return;
        }
        got = reader->len - before;
        if (got > 0) {
            link->heard = now;
            link->answered = true;
        }
        link->bytes_in += got;
        if (!give_all(link) || link->dropped)
            return;
        if (reader->len - reader->pos > ANSWERS_BUFFER_MOST || reader->ridx > DEPTH_MOST) {
            end(link, "the server sent an answer that is too long or too deep");
            return;
        }
        /* Winsock tells of what comes from now on; TLS reads one record at a time */
        if (link->tls != NULL ? got == 0 : got < READ_SIZE)
            return;
    }
    link->more = true;
    SetEvent(link->wake);
}

static void write_out(struct link *link, uint64_t now)
{
    size_t before = link->redis->obuf != NULL ? sdslen(link->redis->obuf) : 0, after;
    int done = 0;

    if (before == 0 || link->blocked)
        return;
    do {
        if (redisBufferWrite(link->redis, &done) != REDIS_OK) {
            end(link, link->redis->errstr);
            return;
        }
        after = done ? 0 : sdslen(link->redis->obuf);
        link->bytes_out += before - after;
        if (after < before)
            link->heard = now;
        link->blocked = !done && after == before;
        before = after;
    } while (!done && !link->blocked);
}

/* All of it must be done in one silence: a server that sends it byte by byte is given up. */
static void shake_hands(struct link *link, uint64_t now)
{
    enum tls_progress progress = tls_shake_hands(link->redis);

    if (progress == TLS_REFUSED) {
        end(link, link->redis->errstr);
    } else if (progress == TLS_DONE) {
        link->shaking = false;
        link->more = true; /* Winsock may have told already of what came behind it */
        link->heard = now;
        link->state = LINK_UP;
    }
}

static void connected(struct link *link, int code, uint64_t now)
{
    char text[64];

    if (code != 0) {
        snprintf(text, sizeof(text),
                 code == WSAECONNREFUSED ? "connection refused" : "cannot connect (error %d)",
                 code);
        end(link, text);
        return;
    }
    link->heard = now;
    link->redis->flags |= REDIS_CONNECTED;
    if (link->tls == NULL)
        link->state = LINK_UP;
    else if (tls_begin(link->tls, link->redis, link->place.host))
        link->shaking = true;
    else
        end(link, link->redis->errstr);
}

static void take_events(struct link *link, uint64_t now)
{
    WSANETWORKEVENTS events;

    if (WSAEnumNetworkEvents((SOCKET)link->redis->fd, NULL, &events) != 0) {
        end(link, "the socket cannot be watched");
        return;
    }
    if ((events.lNetworkEvents & FD_CONNECT) != 0)
        connected(link, events.iErrorCode[FD_CONNECT_BIT], now);
    if (link->shaking)
        shake_hands(link, now);
    if ((events.lNetworkEvents & FD_WRITE) != 0 || link->tls != NULL) /* TLS may wait to read */
        link->blocked = false;
    if (link->state == LINK_UP &&
        ((events.lNetworkEvents & (FD_READ | FD_CLOSE)) != 0 || link->more))
        receive(link, now);
}

void link_work(struct link *link, bool signalled, uint64_t now)
{
    uint64_t gap = now - link->looked;
    char why[LINK_FAULT];

    if (link->state == LINK_DOWN)
        return;
    if (gap > STALL_MS)
        link->heard = link->heard + gap < now ? link->heard + gap : now;
    link->looked = now;
    if (signalled && !link->dropped)
        take_events(link, now);
    if (link->state == LINK_UP && !link->dropped)
        write_out(link, now);
    if (link->state == LINK_DOWN)
        return;
    if (link->dropped) {
        memcpy(why, link->fault, sizeof(why));
        end(link, why);
    } else if ((link->state == LINK_CONNECTING || !link_idle(link)) &&
               now - link->heard > link->silence_ms) {
        end(link, link->shaking                    ? "no TLS handshake in time"
                  : link->state == LINK_CONNECTING ? "no connection in time"
                                                   : "no answer in time");
    }
}

enum link_state link_state(const struct link *link)
{
    return link->dropped ? LINK_DOWN : link->state;
}

const struct link_place *link_place(const struct link *link)
{
    return &link->place;
}

const char *link_fault(const struct link *link)
{
    return link->fault;
}

uint64_t link_heard(const struct link *link)
{
    return link->heard;
}

bool link_idle(const struct link *link)
{
    return link->count == 0;
}

uint64_t link_bytes_in(const struct link *link)
{
    return link->bytes_in;
}

uint64_t link_bytes_out(const struct link *link)
{
    return link->bytes_out;
}
