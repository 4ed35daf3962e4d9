/*
 * record.h - what the writers of a test write, so that its readers can see a
 * torn write: a checksum, the writer's letter, and a count that all the rest is
 * made from.
 */
#ifndef TEST_RECORD_H
#define TEST_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RECORD_MIN   16u /* bytes of a record at least */
#define RECORD_EMPTY 0   /* nobody has written yet */
#define RECORD_TORN  (-1)

static inline uint32_t record_sum(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 2166136261u; /* FNV-1a */
    size_t i;

    for (i = 4; i < size; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

static inline void record_fill(unsigned char *bytes, size_t size, char letter, uint32_t count)
{
    uint32_t value = count | 1u, sum;
    size_t i;

    bytes[4] = (unsigned char)letter;
    for (i = 5; i < size; i++) {
        value = value * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(value >> 24);
    }
    sum = record_sum(bytes, size);
    memcpy(bytes, &sum, sizeof(sum));
}

/* The letter of its writer, RECORD_EMPTY or RECORD_TORN. */
static inline int record_letter(const unsigned char *bytes, size_t size)
{
    uint32_t sum;
    size_t i;

    memcpy(&sum, bytes, sizeof(sum));
    if (sum == record_sum(bytes, size))
        return bytes[4];
    for (i = 0; i < size; i++)
        if (bytes[i] != 0)
            return RECORD_TORN;
    return RECORD_EMPTY;
}

/* How often each writer of a set of letters has been seen. */
struct record_tally {
    unsigned seen[256], torn, empty;
};

static inline void record_count(struct record_tally *tally, const unsigned char *bytes, size_t size)
{
    int letter = record_letter(bytes, size);

    if (letter == RECORD_TORN)
        tally->torn++;
    else if (letter == RECORD_EMPTY)
        tally->empty++;
    else
        tally->seen[letter & 0xFF]++;
}

/* Whether each of the letters has been seen so often. */
static inline int record_enough(const struct record_tally *tally, const char *letters,
                                unsigned wanted)
{
    for (; *letters != 0; letters++)
        if (tally->seen[(unsigned char)*letters] < wanted)
            return 0;
    return 1;
}

#endif
