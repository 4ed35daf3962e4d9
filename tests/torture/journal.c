#include "torture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static_assert(sizeof(struct record) == RECORD_SIZE, "a record has no holes");
static_assert(SEGMENT_SIZE <= PAGE_SIZE, "a segment is one page");

enum torture_users torture_users_of(uint32_t segment)
{
    return segment < 3 ? USERS_PLAIN : segment < 6 ? USERS_LIBRARY : USERS_BOTH;
}

const char *torture_name(uint32_t segment)
{
    static const char *const names[SEGMENTS] = {"ShmbTorture.0", "ShmbTorture.1", "ShmbTorture.2",
                                                "ShmbTorture.3", "ShmbTorture.4", "ShmbTorture.5",
                                                "ShmbTorture.6", "ShmbTorture.7"};

    return names[segment];
}

struct journal *journal_map(bool make)
{
    HANDLE section = make ? CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                               sizeof(struct journal), TORTURE_JOURNAL)
                          : OpenFileMappingW(FILE_MAP_WRITE, FALSE, TORTURE_JOURNAL);

    /* The handle stays open: it is the name. */
    return section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, sizeof(struct journal))
                           : NULL;
}

void journal_fail(struct journal *journal, const char *format, ...)
{
    va_list arguments;

    if (InterlockedCompareExchange((volatile LONG *)&journal->failed, 1, 0) != 0)
        return;
    va_start(arguments, format);
    (void)vsnprintf(journal->failure, sizeof(journal->failure), format, arguments);
    va_end(arguments);
    InterlockedExchange((volatile LONG *)&journal->failed, 2); /* the text is there */
}

uint32_t torture_random(uint32_t *state)
{
    uint32_t x = *state != 0 ? *state : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}

static uint32_t checksum(const struct record *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    uint32_t sum = 2166136261u;
    size_t i;

    for (i = 0; i < offsetof(struct record, check); i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

void record_make(const struct journal *journal, uint32_t segment, uint32_t slot, uint32_t sequence,
                 struct record *out)
{
    uint32_t state =
        journal->seed ^ (segment * 0x9E3779B9u) ^ (slot * 0x85EBCA6Bu) ^ (sequence * 0xC2B2AE35u);
    size_t i;

    memset(out, 0, sizeof(*out));
    if (sequence == 0)
        return;
    out->sequence = sequence;
    for (i = 0; i < sizeof(out->payload); i++)
        out->payload[i] = (uint8_t)(torture_random(&state) >> 8);
    out->check = checksum(out);
}

bool record_is(const struct journal *journal, uint32_t segment, uint32_t slot, uint32_t sequence,
               const struct record *record)
{
    struct record wanted;

    record_make(journal, segment, slot, sequence, &wanted);
    return memcmp(&wanted, record, sizeof(wanted)) == 0;
}

/* What a dead owner has begun is completed. */
static void complete(struct journal *journal, uint32_t segment, uint32_t slot, uint8_t *at)
{
    struct segment_line *line = &journal->segments[segment];
    struct record record;

    record_make(journal, segment, slot, line->begun[slot], &record);
    memcpy(at, &record, sizeof(record));
    line->done[slot] = line->begun[slot];
}

bool segment_check(struct journal *journal, uint32_t segment, uint8_t *bytes, size_t size,
                   bool told)
{
    struct segment_line *line = &journal->segments[segment];
    struct record record;
    uint32_t slot;
    size_t i;

    for (slot = 0; slot < SLOTS; slot++) {
        uint8_t *at = bytes + slot * RECORD_SIZE;

        if (told && line->begun[slot] != line->done[slot])
            complete(journal, segment, slot, at);
        memcpy(&record, at, sizeof(record));
        if (line->begun[slot] != line->done[slot]) {
            journal_fail(journal, "%s: nobody was told that slot %u died in record %u",
                         torture_name(segment), slot, line->begun[slot]);
            return false;
        }
        if (!record_is(journal, segment, slot, line->done[slot], &record)) {
            journal_fail(journal, "%s: slot %u has record %u%s, and must have %u",
                         torture_name(segment), slot, record.sequence,
                         record.check == checksum(&record) ? "" : ", spoiled", line->done[slot]);
            return false;
        }
    }
    for (i = SLOTS * RECORD_SIZE; i < size; i++)
        if (bytes[i] != 0) {
            journal_fail(journal, "%s: byte %zu is %u, and must be 0", torture_name(segment), i,
                         bytes[i]);
            return false;
        }
    return true;
}
