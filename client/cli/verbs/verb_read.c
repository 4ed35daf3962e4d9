/* shmb read and shmb dump: copy a range in pieces, as bytes or as lines of a dump. */
#include "verb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "fail.h"
#include "open_segment.h"
#include "out.h"
#include "target.h"

/* Bytes read in one snapshot; a multiple of a dump line. */
#define PIECE ((uint64_t)16 * 1024 * 1024)

/* Bytes written by one out_text, which cuts at OUT_TEXT_MAX. */
#define TEXT_PART ((size_t)4000)

/* How long to retry a snapshot if writers keep changing the bytes. */
#define BUSY_MS 1000u

/* Receives the pieces in order. `take` returns false to stop. */
struct sink {
    bool (*take)(struct sink *sink, uint64_t offset, const uint8_t *bytes, size_t count);
    enum encoding encoding; /* read --text */
    bool taken, no_memory;  /* read --text: there was a piece; its text found no memory */
    uint64_t rest;          /* read --text: where the text goes on; 0: its end was found */
    bool squeezing;         /* dump: the line before was left out, as equal to the last */
    uint8_t last[16];       /* dump: the last whole line */
    bool has_last;
};

static int32_t copy(const struct arguments *arguments, const shmb_segment *segment, uint8_t *buffer,
                    size_t count)
{
    int32_t result = SHMB_BAD_ARGUMENT;

    if ((arguments->given & OPTION_RAW) == 0)
        result = shmb_snapshot_wait(segment, 0, buffer, count, BUSY_MS, NULL);
    /* --raw, or no snapshots: read without waiting. */
    if (result == SHMB_BAD_ARGUMENT)
        result = shmb_read(segment, 0, buffer, count, NULL);
    return result;
}

/*
 * Copies one piece, through a mapping of its own: a 32-bit shmb cannot map all of a large
 * segment. SHMB_STALE: recreated since the first piece, so the output would mix old and new
 * bytes.
 */
static int32_t copy_piece(const struct arguments *arguments, const shmb_info *whole,
                          uint64_t offset, uint8_t *buffer, size_t count)
{
    shmb_segment *segment;
    shmb_info info;
    int32_t result = segment_open(arguments->name, SHMB_READ, offset, count, &segment, &info);

    if (result != SHMB_OK)
        return result;
    result =
        info.generation == whole->generation ? copy(arguments, segment, buffer, count) : SHMB_STALE;
    shmb_close(segment);
    return result;
}

/* Where the range ends: at the end of the segment at the latest. */
static uint64_t range_end(const struct arguments *arguments, const shmb_info *whole)
{
    const uint64_t left = whole->bytes - arguments->offset;

    return arguments->offset + (arguments->count < left ? arguments->count : left);
}

/* Feeds the range to the sink piece by piece, cut at the end of the segment. */
static int32_t copy_range(const struct arguments *arguments, const shmb_info *whole,
                          uint8_t *buffer, struct sink *sink)
{
    uint64_t offset = arguments->offset, left = range_end(arguments, whole) - offset;
    int32_t result = SHMB_OK;

    while (left > 0) {
        size_t count = (size_t)(left < PIECE ? left : PIECE);

        result = copy_piece(arguments, whole, offset, buffer, count);
        if (result != SHMB_OK || !sink->take(sink, offset, buffer, count))
            break;
        offset += count;
        left -= count;
    }
    return result;
}

/* Copies the range, to the file of --output if there is one. */
static enum shmb_exit copy_out(const struct arguments *arguments, struct sink *sink,
                               shmb_info *whole)
{
    shmb_segment *segment;
    enum shmb_exit code = SHMB_EXIT_DONE;
    uint8_t *buffer;
    int32_t result = segment_open(arguments->name, SHMB_READ, 0, 1, &segment, whole);

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    shmb_close(segment);
    if (arguments->offset > whole->bytes)
        return fail_result(arguments->name, SHMB_RANGE);
    buffer = malloc((size_t)(whole->bytes < PIECE ? whole->bytes : PIECE));
    if (buffer == NULL)
        return fail_memory(arguments->name);
    if (arguments->output != NULL)
        code = target_begin(arguments->output);
    if (code == SHMB_EXIT_DONE) {
        result = copy_range(arguments, whole, buffer, sink);
        if (result != SHMB_OK)
            code = fail_result(arguments->name, result);
    }
    free(buffer);
    return code;
}

static bool take_bytes(struct sink *sink, uint64_t offset, const uint8_t *bytes, size_t count)
{
    (void)sink;
    (void)offset;
    return out_bytes(bytes, count);
}

/* Writes a text of any length; out_text cuts a long one. */
static void put_text(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t part = left < TEXT_PART ? left : TEXT_PART;

        /* Not in the middle of a character, nor of CR LF. */
        while (part < left && part > TEXT_PART - 4 &&
               (((unsigned char)text[part] & 0xC0u) == 0x80u || text[part] == '\n'))
            part--;
        out_text("%.*s", (int)part, text);
        text += part;
        left -= part;
    }
    out_text("\n");
}

/* Writes the text that the first piece begins with, and takes no other piece. */
static bool take_text(struct sink *sink, uint64_t offset, const uint8_t *bytes, size_t count)
{
    char *text = encoding_decode(sink->encoding, bytes, count);

    sink->taken = true;
    sink->rest = encoding_ends(sink->encoding, bytes, count) ? 0 : offset + count;
    sink->no_memory = text == NULL;
    if (text != NULL)
        put_text(text);
    free(text);
    return false;
}

static enum shmb_exit read_text(const struct arguments *arguments)
{
    struct sink sink = {.take = take_text};
    enum shmb_exit code;
    shmb_info whole;

    if (!encoding_read(arguments->encoding, &sink.encoding))
        return SHMB_EXIT_USAGE;
    code = copy_out(arguments, &sink, &whole);
    if (code == SHMB_EXIT_DONE && !sink.taken)
        put_text(""); /* of an empty range */
    if (sink.no_memory)
        code = fail_memory(arguments->name);
    code = target_end(code);
    if (code == SHMB_EXIT_DONE && sink.rest != 0 && sink.rest < range_end(arguments, &whole)) {
        out_error("%s: the text goes on: --text writes at most %lu MiB; the rest begins at "
                  "--offset %" PRIu64,
                  arguments->name, (unsigned long)(PIECE >> 20), sink.rest);
        code = SHMB_EXIT_NOT_SO;
    }
    return code;
}

enum shmb_exit verb_read(struct arguments *arguments)
{
    struct sink sink = {.take = take_bytes};
    shmb_info whole;

    if ((arguments->given & OPTION_AS_TEXT) != 0)
        return read_text(arguments);
    if (arguments->encoding != NULL) {
        out_error("--encoding is for --text; without it the bytes are written unchanged");
        return SHMB_EXIT_USAGE;
    }
    return target_end(copy_out(arguments, &sink, &whole));
}

static void dump_line(uint64_t offset, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char hex[16 * 3 + 2], text[17];
    size_t i;

    memset(hex, ' ', sizeof(hex));
    for (i = 0; i < count; i++) {
        size_t at = i * 3 + (i >= 8 ? 1 : 0); /* a gap in the middle */

        hex[at] = digits[bytes[i] >> 4];
        hex[at + 1] = digits[bytes[i] & 15];
        text[i] = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';
    }
    hex[sizeof(hex) - 1] = '\0';
    text[count] = '\0';
    out_text("%08" PRIx64 "  %s |%s|\n", offset, hex, text);
}

static bool take_lines(struct sink *sink, uint64_t offset, const uint8_t *bytes, size_t count)
{
    size_t at;

    for (at = 0; at < count; at += 16) {
        size_t length = count - at < 16 ? count - at : 16;
        bool same = sink->has_last && length == 16 && memcmp(sink->last, bytes + at, 16) == 0;

        if (same && !sink->squeezing)
            out_text("*\n");
        if (!same)
            dump_line(offset + at, bytes + at, length);
        sink->squeezing = same;
        sink->has_last = length == 16;
        memcpy(sink->last, bytes + at, length);
    }
    return true;
}

enum shmb_exit verb_dump(struct arguments *arguments)
{
    struct sink sink = {.take = take_lines};
    shmb_info whole;
    enum shmb_exit code = copy_out(arguments, &sink, &whole);

    if (code == SHMB_EXIT_DONE)
        out_text("%08" PRIx64 "\n", range_end(arguments, &whole));
    return target_end(code);
}
