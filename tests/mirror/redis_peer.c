/*
 * redis_peer PORT SIZE - a peer (peer.h) of a key of a Redis server, with hiredis and nothing else:
 * what a program would do that has no segment. A write is a SET and a PUBLISH in one packet; who
 * hears of it asks by GET.
 */
#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "peer.h"

#define KEY     "bench:{value}"
#define CHANNEL "bench"

static int port;

/* One connection for requests of each thread, and one that hears. */
static redisContext *caller, *reader, *hearer;
static uint64_t changes;

static const char *reach(redisContext **connection)
{
    if (*connection == NULL)
        *connection = redisConnect("127.0.0.1", port);
    return *connection == NULL       ? "no memory"
           : (*connection)->err != 0 ? (*connection)->errstr
                                     : NULL;
}

/* The next answer must be no error. */
static const char *accept_answer(redisContext *connection)
{
    void *answer = NULL;
    const char *wrong = redisGetReply(connection, &answer) != REDIS_OK ? connection->errstr : NULL;

    if (wrong == NULL && ((redisReply *)answer)->type == REDIS_REPLY_ERROR)
        wrong = "the server refuses it";
    freeReplyObject(answer);
    return wrong;
}

static const char *put(const void *bytes, size_t size, uint64_t *change)
{
    const char *wrong = reach(&caller);

    if (wrong != NULL)
        return wrong;
    redisAppendCommand(caller, "SET " KEY " %b", bytes, size);
    redisAppendCommand(caller, "PUBLISH " CHANNEL " x");
    wrong = accept_answer(caller);
    if (wrong == NULL)
        wrong = accept_answer(caller);
    *change = ++changes;
    return wrong;
}

static const char *fetch(redisContext *connection, void *bytes, size_t size)
{
    redisReply *answer = redisCommand(connection, "GET " KEY);
    const char *wrong = NULL;

    if (answer == NULL)
        return connection->errstr;
    memset(bytes, 0, size);
    if (answer->type == REDIS_REPLY_STRING && answer->len == size)
        memcpy(bytes, answer->str, size);
    else if (answer->type != REDIS_REPLY_NIL)
        wrong = "the value has another size";
    freeReplyObject(answer);
    return wrong;
}

static const char *get(void *bytes, size_t size, uint64_t *change)
{
    const char *wrong = reach(&caller);

    *change = changes;
    return wrong != NULL ? wrong : fetch(caller, bytes, size);
}

static const char *next(void *bytes, size_t size, uint64_t *change)
{
    const char *wrong = NULL;

    if (hearer == NULL) {
        wrong = reach(&hearer);
        if (wrong == NULL)
            wrong = reach(&reader);
        if (wrong == NULL && redisAppendCommand(hearer, "SUBSCRIBE " CHANNEL) != REDIS_OK)
            wrong = hearer->errstr;
        if (wrong == NULL)
            wrong = accept_answer(hearer);
    }
    if (wrong == NULL)
        wrong = accept_answer(hearer); /* a message */
    ++*change;
    return wrong != NULL ? wrong : fetch(reader, bytes, size);
}

int main(int count, char **words)
{
    static const struct peer_port by_redis = {put, get, next};
    WSADATA data;

    if (count != 3) {
        fprintf(stderr, "usage: redis_peer PORT SIZE\n");
        return 2;
    }
    port = atoi(words[1]);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 1;
    return peer_serve(&by_redis, (size_t)strtoul(words[2], NULL, 10));
}
