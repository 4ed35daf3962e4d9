/*
 * Reads and writes byte by byte, so that the format does not depend on the machine. copy_read goes
 * from the outside in: kind of file, length, header, content, name. The first check that fails is
 * the verdict.
 */
#include "copy_format.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crc64.h"
#include "utf.h"

#define SUM_PIECE   (4u * 1024 * 1024) /* bytes between two questions whether to go on */
#define MAGIC       "SHMBCOPY"
#define MAGIC_BYTES 8u
#define FLAGS_KNOWN (COPY_INITIALISED | COPY_CONSISTENT | COPY_APART)
#define READABLE    32u /* characters of the segment's name in the file name */

enum {
    AT_VERSION = 8,
    AT_HEADER_SIZE = 12,
    AT_NUMBER = 16,
    AT_SAVED = 24,
    AT_GENERATION = 32,
    AT_SIZE = 40,
    AT_FLAGS = 48,
    AT_NAME_LENGTH = 52,
    AT_BOOT = 56,
    AT_RESERVED = 96,
    AT_SUM = 112,
    AT_HEAD_SUM = 120
};

static_assert(AT_BOOT + SYS_BOOT_MAX == AT_RESERVED, "the text of a boot fits");
static_assert(AT_HEAD_SUM + 8 == COPY_HEADER_SIZE, "the header has 128 bytes");

static void put32(uint8_t *at, uint32_t value)
{
    int i;

    for (i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static uint64_t head_sum(const uint8_t *head, const void *name, size_t name_length)
{
    return crc64(crc64(0, head, AT_HEAD_SUM), name, name_length);
}

size_t copy_head(const struct copy *copy, const char *name, uint8_t out[COPY_HEAD_MAX])
{
    size_t name_length = strlen(name), boot_length = strlen(copy->boot);

    memset(out, 0, COPY_HEADER_SIZE);
    memcpy(out, MAGIC, MAGIC_BYTES);
    put32(out + AT_VERSION, COPY_VERSION);
    put32(out + AT_HEADER_SIZE, COPY_HEADER_SIZE);
    put64(out + AT_NUMBER, copy->number);
    put64(out + AT_SAVED, copy->saved);
    put64(out + AT_GENERATION, copy->generation);
    put64(out + AT_SIZE, copy->size);
    put32(out + AT_FLAGS, copy->flags);
    put32(out + AT_NAME_LENGTH, (uint32_t)name_length);
    memcpy(out + AT_BOOT, copy->boot, boot_length);
    put64(out + AT_SUM, copy->sum);
    put64(out + AT_HEAD_SUM, head_sum(out, name, name_length));
    memcpy(out + COPY_HEADER_SIZE, name, name_length);
    return COPY_HEADER_SIZE + name_length;
}

/* Checks the fields that have only one right value; the header's checksum is right already. */
static bool is_sound(const uint8_t *head)
{
    static const uint8_t zeros[AT_SUM - AT_RESERVED];

    return get32(head + AT_HEADER_SIZE) == COPY_HEADER_SIZE &&
           (get32(head + AT_FLAGS) & ~FLAGS_KNOWN) == 0 && get64(head + AT_SIZE) > 0 &&
           head[AT_BOOT + SYS_BOOT_MAX - 1] == 0 &&
           memcmp(head + AT_RESERVED, zeros, sizeof(zeros)) == 0;
}

/* Copies the fields of a checked header. */
static void take(const uint8_t *head, const uint8_t *content, struct copy *out)
{
    out->number = get64(head + AT_NUMBER);
    out->saved = get64(head + AT_SAVED);
    out->generation = get64(head + AT_GENERATION);
    out->size = get64(head + AT_SIZE);
    out->flags = get32(head + AT_FLAGS);
    memcpy(out->boot, head + AT_BOOT, SYS_BOOT_MAX);
    out->sum = get64(head + AT_SUM);
    out->content = content;
}

/* The checksum in pieces. False: it is no longer wanted. */
static bool sum_content(const uint8_t *content, size_t length, bool (*wanted)(void *context),
                        void *context, uint64_t *sum)
{
    *sum = 0;
    while (length > 0) {
        size_t piece = length < SUM_PIECE ? length : SUM_PIECE;

        *sum = crc64(*sum, content, piece);
        content += piece;
        length -= piece;
        if (wanted != NULL && !wanted(context))
            return false;
    }
    return true;
}

enum copy_verdict copy_read(const uint8_t *bytes, size_t length, const char *name,
                            bool (*wanted)(void *context), void *context, struct copy *out)
{
    uint64_t sum;
    size_t name_length, rest;
    const uint8_t *content;

    memset(out, 0, sizeof(*out));
    if (length < MAGIC_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
        return COPY_FOREIGN;
    /* All that is known of a future format. */
    if (length >= AT_HEADER_SIZE && get32(bytes + AT_VERSION) > COPY_VERSION)
        return COPY_NEWER;
    if (length < COPY_HEADER_SIZE)
        return COPY_SHORT;
    name_length = get32(bytes + AT_NAME_LENGTH);
    /* No checksum has passed yet: the length of the name must not lead out of the file. */
    if (get32(bytes + AT_VERSION) != COPY_VERSION || name_length >= SHMB_NAME_BYTES)
        return COPY_DAMAGED;
    if (length - COPY_HEADER_SIZE < name_length)
        return COPY_SHORT;
    content = bytes + COPY_HEADER_SIZE + name_length;
    rest = length - COPY_HEADER_SIZE - name_length;
    if (get64(bytes + AT_HEAD_SUM) != head_sum(bytes, bytes + COPY_HEADER_SIZE, name_length) ||
        !is_sound(bytes))
        return COPY_DAMAGED;
    if (get64(bytes + AT_SIZE) != rest)
        return COPY_SHORT;
    if (!sum_content(content, rest, wanted, context, &sum))
        return COPY_UNDECIDED;
    if (get64(bytes + AT_SUM) != sum)
        return COPY_DAMAGED;
    if (!shmb_name_same((const char *)bytes + COPY_HEADER_SIZE, name_length, name, strlen(name)))
        return COPY_OTHERS;
    take(bytes, content, out);
    return COPY_WHOLE;
}

const char *copy_verdict_text(enum copy_verdict verdict)
{
    switch (verdict) {
    case COPY_WHOLE:
        return "it is whole";
    case COPY_FOREIGN:
        return "it is not a copy of a segment";
    case COPY_NEWER:
        return "a newer ShmBroker wrote it";
    case COPY_SHORT:
        return "its length is wrong";
    case COPY_OTHERS:
        return "it is the copy of another segment";
    default:
        return "it is damaged";
    }
}

/* The character as the file name shows it. */
static char plain(uint32_t point)
{
    if (point >= 'A' && point <= 'Z')
        return (char)(point - 'A' + 'a');
    return (char)(point >= '0' && point <= '9' ? point : '-');
}

/*
 * Uses the folded name, so that names that differ only in case have the same file. The checksum
 * comes first: a name that begins like a device (CON, NUL) would open the device.
 */
void copy_file_name(const char *name, const char *tail, char out[COPY_FILE_MAX])
{
    const char *at = name, *end = name + strlen(name);
    char shown[READABLE + 1];
    uint64_t sum = 0;
    size_t count = 0;

    while (at < end) {
        uint8_t bytes[4];
        uint32_t point = shmb_utf8_next(&at, end);

        if (point == UINT32_MAX)
            /* An ill-formed byte counts as a number that no character has. */
            point = 0x110000u + (uint8_t)*at++;
        point = shmb_name_fold(point);
        put32(bytes, point);
        sum = crc64(sum, bytes, sizeof(bytes));
        if (count < READABLE)
            shown[count++] = plain(point);
    }
    shown[count] = '\0';
    (void)snprintf(out, COPY_FILE_MAX, "%016" PRIx64 "-%s%s", sum, shown, tail);
}
