/*
 * requests.h - commands to the server: lists of words.
 */
#ifndef MIRROR_REQUESTS_H
#define MIRROR_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "revision.h"

#define REQUESTS_WORDS  16
#define REQUESTS_DIGITS 21

/* A command. Words are borrowed, but for numbers, which stand in `digits`. */
struct request {
    size_t count;
    const char *words[REQUESTS_WORDS];
    size_t lengths[REQUESTS_WORDS];
    size_t numbers;
    char digits[5][REQUESTS_DIGITS];
};

/* All zero: begun. Adds a word, `length` bytes; text: a terminated one. */
void request_word(struct request *request, const char *word, size_t length);
void request_text(struct request *request, const char *text);
void request_number(struct request *request, uint64_t number);

/* Asks for the head of a value, or for all of it. */
void request_head(struct request *request, const char *key);
void request_value(struct request *request, const char *key);

/* A write; see script.h. */
struct request_write {
    const char *key, *channel;
    const char *script; /* its SHA-1 in 40 digits; NULL: its text goes along */
    const struct revision *expected;
    uint64_t greater_than;
    const char *stamp;
    struct revision_head head; /* without the revision */
    const void *content;       /* head.size bytes */
    bool tell;                 /* the message brings the content */
    bool bring;                /* a refusal brings it */
};
void request_write(struct request *request, const struct request_write *write);

#endif
