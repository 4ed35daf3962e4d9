#include "content.h"

#include <string.h>

#define MAGIC 0x4d697272u

/* The head; the rest of the value is filled from `sum`. */
struct head {
    uint32_t magic, writer;
    uint64_t number, stamp, sum;
};

static uint64_t mixed(uint64_t x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

/* The size is part of it: a value that was cut is no value of the shorter size. */
static uint64_t sum_of(const struct head *head, size_t size)
{
    return mixed(mixed(mixed((uint64_t)head->magic << 32 | head->writer) + head->number) + size);
}

/* The eight bytes that stand at `offset` behind the head. */
static uint64_t word_of(uint64_t sum, size_t offset)
{
    return sum + offset * 0x9e3779b97f4a7c15u;
}

void content_fill(void *bytes, size_t size, const struct content_value *value)
{
    struct head head = {
        .magic = MAGIC, .writer = value->writer, .number = value->number, .stamp = value->stamp};
    size_t at;

    head.sum = sum_of(&head, size);
    memcpy(bytes, &head, sizeof(head));
    for (at = sizeof(head); at < size; at += sizeof(uint64_t)) {
        uint64_t word = word_of(head.sum, at);

        memcpy((char *)bytes + at, &word, size - at < sizeof(word) ? size - at : sizeof(word));
    }
}

void content_stamp(void *bytes, uint64_t stamp)
{
    memcpy((char *)bytes + offsetof(struct head, stamp), &stamp, sizeof(stamp));
}

enum content_state content_check(const void *bytes, size_t size, struct content_value *value)
{
    static const struct head zero;
    struct head head;
    size_t at;

    memcpy(&head, bytes, sizeof(head));
    *value = (struct content_value){head.writer, head.number, head.stamp};
    if (memcmp(&head, &zero, sizeof(head)) == 0)
        return CONTENT_EMPTY;
    if (head.magic != MAGIC || head.sum != sum_of(&head, size))
        return CONTENT_TORN;
    for (at = sizeof(head); at < size; at += sizeof(uint64_t)) {
        uint64_t word = word_of(head.sum, at);

        if (memcmp((const char *)bytes + at, &word,
                   size - at < sizeof(word) ? size - at : sizeof(word)) != 0)
            return CONTENT_TORN;
    }
    return CONTENT_WHOLE;
}

const char *content_state_text(enum content_state state)
{
    return state == CONTENT_EMPTY ? "empty" : state == CONTENT_WHOLE ? "whole" : "torn";
}
