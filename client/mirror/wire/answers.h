/*
 * answers.h - what the server answers, checked: any bytes may come.
 *
 * Texts and contents point into the reply, and live as long as it does.
 */
#ifndef MIRROR_ANSWERS_H
#define MIRROR_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hiredis/hiredis.h>

#include "revision.h"

#define ANSWERS_SIZE_MOST (16u * 1024 * 1024) /* bytes of a value */
#define ANSWERS_ELEMENTS  64u                 /* of an array */
#define ANSWERS_TEXT      200u                /* bytes of a text that is shown */

/* The most that a connection keeps of an answer that is not complete. */
#define ANSWERS_BUFFER_MOST (ANSWERS_SIZE_MOST + 65536u)

enum answer {
    ANSWER_GOOD,
    ANSWER_ELSEWHERE, /* another node of the cluster has the key: `place` */
    ANSWER_ASK,       /* only for the next command, after ASKING: `place` */
    ANSWER_UNKNOWN,   /* the server does not know the script: send its text */
    ANSWER_LATER,     /* it cannot do it now */
    ANSWER_LEAVE,     /* nor anything else: a replica, or one that is loading or cut off */
    ANSWER_FAULT      /* refused, or not what is expected */
};

/* Why an answer is not good: its text, or ours; never with a control character. */
struct answer_fault {
    char text[ANSWERS_TEXT];
    char place[280]; /* "host:port" */
};

/* Sorts an answer: an error by its word; NULL and anything unexpected are for the caller. */
enum answer answer_sort(const redisReply *reply, struct answer_fault *fault);

/* A value: of HMGET with SCRIPT_FIELDS, and with "content" behind them if `content` is not NULL. */
bool answer_value(redisReply *const *fields, size_t count, struct revision_head *head,
                  const char **content, struct answer_fault *fault);

/* What the script came to. */
enum answer_write { WRITE_DONE, WRITE_OTHER, WRITE_SIZE };

/* `*number` of WRITE_DONE; `*head` and `*content` (NULL: none came) of the others. */
bool answer_written(const redisReply *reply, enum answer_write *result, uint64_t *number,
                    struct revision_head *head, const char **content, struct answer_fault *fault);

/* What was told on a channel. */
struct answer_message {
    const char *channel;
    struct revision_head head;
    const char *content; /* head.size bytes; NULL: it did not come along */
};

/* False: it is no message, or of no form that we know. */
bool answer_message(const redisReply *reply, struct answer_message *message);

/* A text of a reply, cut and made visible. */
void answer_show(const char *text, size_t length, char *out, size_t size);

/* "host:port", also "[::1]:6379". False: it is none. */
bool answer_place(const char *text, char *host, size_t size, uint16_t *port);

#endif
