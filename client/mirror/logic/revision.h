/*
 * revision.h - one write of a value at the server.
 *
 * The number grows with each write. The stamp is random, 16 hexadecimal digits, so that two writes
 * with one number are told apart: a failover can lose a write, and the next one gets its number.
 */
#ifndef MIRROR_REVISION_H
#define MIRROR_REVISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REVISION_STAMP  16
#define REVISION_MOST   UINT64_C(9007199254740000) /* scripts of the server count in doubles */
#define REVISION_ORIGIN 64                         /* bytes of the name of a machine */

/* All zero: none. */
struct revision {
    uint64_t number;
    char stamp[REVISION_STAMP + 1];
};

bool revision_same(const struct revision *a, const struct revision *b);

/* What the server has under a key, without the content. All zero: nothing. */
struct revision_head {
    struct revision revision;
    char origin[REVISION_ORIGIN + 1]; /* which machine wrote it */
    uint64_t generation, change;      /* of the segment there */
    uint64_t size;
};

/* Reads a decimal number of at most `most`. False: it is none. */
bool revision_number(const char *text, size_t length, uint64_t most, uint64_t *out);

/* Reads a stamp. False: it is none. */
bool revision_stamp(const char *text, size_t length, char out[REVISION_STAMP + 1]);

/* The stamp of a random number. */
void revision_new_stamp(uint64_t random, char out[REVISION_STAMP + 1]);

#endif
