/* shmb queue: messages of a queue. A message is written before the next one is taken. */
#include "verb_queue.h"

#include <windows.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "encoding.h"
#include "fail.h"
#include "input.h"
#include "json_lines.h"
#include "json_queue.h"
#include "out.h"
#include "shmb.h"
#include "stopping.h"

#define LINE_PART     1024 /* out_text cuts a long one */
#define PAUSE_MOST_MS 20

/* An open queue, with room for any of its messages. */
struct source {
    shmb_queue *queue;
    uint8_t *buffer;
    uint32_t size;
    enum encoding encoding;
};

static enum shmb_exit open_source(const struct arguments *arguments, uint32_t rights,
                                  struct source *source)
{
    shmb_queue_info level = {.size = sizeof(level)};
    int32_t result;

    memset(source, 0, sizeof(*source));
    if (arguments->encoding != NULL && (arguments->given & OPTION_AS_TEXT) == 0) {
        out_error("--encoding is for --text; without it the bytes are written unchanged");
        return SHMB_EXIT_USAGE;
    }
    if ((arguments->given & OPTION_AS_TEXT) != 0 && (arguments->given & OPTION_AS_HEX) != 0) {
        out_error("--text and --hex do not go together");
        return SHMB_EXIT_USAGE;
    }
    if (!encoding_read(arguments->encoding, &source->encoding))
        return SHMB_EXIT_USAGE;
    result = shmb_queue_open(arguments->name, rights, 0, &source->queue);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    /* Of a damaged queue, too: the sizes are the directory's. */
    (void)shmb_queue_level(source->queue, &level);
    source->size = level.slot_size;
    source->buffer = malloc(source->size);
    return source->buffer != NULL ? SHMB_EXIT_DONE : fail_memory(arguments->name);
}

static void close_source(struct source *source)
{
    shmb_queue_close(source->queue);
    free(source->buffer);
}

/* ---- writing a message ---- */

/* Writes a text of any length on one line. */
static void put_line(const char *text)
{
    size_t left = strlen(text);
    char part[LINE_PART + 1];

    while (left > 0) {
        size_t length = left < LINE_PART ? left : LINE_PART;

        /* Not in the middle of a character. */
        while (length < left && length > LINE_PART - 4 &&
               ((unsigned char)text[length] & 0xC0u) == 0x80u)
            length--;
        memcpy(part, text, length);
        part[length] = '\0';
        out_visible(part);
        text += length;
        left -= length;
    }
    out_text("\n");
}

/* Writes the message as a line of text. False: out of memory. */
static bool show_line(char *text)
{
    if (text != NULL)
        put_line(text);
    free(text);
    return text != NULL;
}

/* Writes the message as bytes or text. False: out of memory. */
static bool show_text(const struct arguments *arguments, const struct source *source,
                      uint32_t length)
{
    if ((arguments->given & OPTION_AS_HEX) != 0)
        return show_line(queue_hex(source->buffer, length));
    if ((arguments->given & OPTION_AS_TEXT) != 0)
        return show_line(encoding_decode(source->encoding, source->buffer, length));
    (void)out_bytes(source->buffer, length);
    return true;
}

/* ---- get and peek ---- */

/* What is left of the time since `start`, at most SHMB_RECHECK_MS. */
static DWORD left(ULONGLONG start, uint32_t timeout_ms)
{
    const ULONGLONG gone = GetTickCount64() - start;

    if (timeout_ms == SHMB_INFINITE)
        return SHMB_RECHECK_MS;
    if (gone >= timeout_ms)
        return 0;
    return timeout_ms - gone < SHMB_RECHECK_MS ? (DWORD)(timeout_ms - gone) : SHMB_RECHECK_MS;
}

/*
 * Gets the next message. Ctrl+C ends the wait, and never comes between a message that was taken
 * and its writing: then `*stopped`.
 */
static int32_t next(const struct arguments *arguments, const struct source *source,
                    uint32_t *length, bool *stopped)
{
    const ULONGLONG start = GetTickCount64();
    HANDLE handles[2] = {NULL, stopping_event()};
    DWORD ms, pause = 0;
    bool signalled = false;
    int32_t result;

    for (;;) {
        *stopped = stopping_wait(0);
        if (*stopped)
            return SHMB_OK;
        result = shmb_queue_get(source->queue, source->buffer, source->size, length, 0);
        if (result != SHMB_TIMEOUT)
            return result;
        /* A program that sets the event all the time must not use up a processor. */
        if (signalled) {
            pause += pause < PAUSE_MOST_MS;
            (void)stopping_wait(pause);
        }
        ms = left(start, arguments->timeout_ms);
        if (ms == 0)
            return result;
        result = shmb_queue_event(source->queue, &handles[0]);
        if (result != SHMB_OK)
            return result;
        signalled =
            WaitForMultipleObjects(handles[1] != NULL ? 2 : 1, handles, FALSE, ms) == WAIT_OBJECT_0;
    }
}

/* Writes a message that was taken, at once. False: out of memory. */
static bool show_got(const struct arguments *arguments, const struct source *source,
                     uint32_t length)
{
    return answer_wanted() ? json_message(arguments->name, source->buffer, length)
                           : show_text(arguments, source, length);
}

enum shmb_exit verb_queue_get(struct arguments *arguments)
{
    uint64_t count = (arguments->given & OPTION_COUNT) != 0 ? arguments->count : 1;
    struct source source;
    enum shmb_exit code;
    uint32_t length = 0;
    bool stopped = false;
    int32_t result;

    if ((arguments->given & OPTION_COUNT) != 0 && (arguments->given & OPTION_FOLLOW) != 0) {
        out_error("--count and --follow do not go together");
        return SHMB_EXIT_USAGE;
    }
    code = open_source(arguments, SHMB_WRITE, &source);
    if (code == SHMB_EXIT_DONE)
        stopping_begin();
    while (code == SHMB_EXIT_DONE && ((arguments->given & OPTION_FOLLOW) != 0 || count-- > 0)) {
        result = next(arguments, &source, &length, &stopped);
        if (result != SHMB_OK)
            code = fail_result(arguments->name, result);
        else if (stopped)
            break;
        else if (!show_got(arguments, &source, length))
            code = fail_memory(arguments->name);
        else if (out_end() != 0) /* nobody reads; verbs_main reports it */
            break;
    }
    close_source(&source);
    return code;
}

/* Writes the message, or the answer that verbs_main writes. False: out of memory. */
static bool show_peeked(const struct arguments *arguments, const struct source *source,
                        uint32_t length)
{
    if (!answer_wanted())
        return show_text(arguments, source, length);
    if (!json_put_message(answer_open(), arguments->name, source->buffer, length))
        return false;
    answer_done();
    return true;
}

enum shmb_exit verb_queue_peek(struct arguments *arguments)
{
    struct source source;
    enum shmb_exit code = open_source(arguments, SHMB_READ, &source);
    uint32_t length;
    int32_t result;

    if (code == SHMB_EXIT_DONE) {
        result = shmb_queue_peek(source.queue, source.buffer, source.size, &length);
        if (result != SHMB_OK)
            code = fail_result(arguments->name, result);
        else if (!show_peeked(arguments, &source, length))
            code = fail_memory(arguments->name);
    }
    close_source(&source);
    return code;
}

/* ---- put ---- */

static int digit_of(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit != '\0' ? strchr(digits, digit | 0x20) : NULL;

    return at != NULL && (digit < 'A' || digit > 'Z' || digit <= 'F') ? (int)(at - digits) : -1;
}

/* The bytes of --hex; blanks between them are allowed. */
static enum shmb_exit read_hex(const char *text, uint8_t **bytes, size_t *length)
{
    *length = 0;
    *bytes = malloc(strlen(text) / 2 + 1);
    if (*bytes == NULL)
        return fail_memory("--hex");
    while (*text != '\0') {
        const int high = digit_of(text[0]), low = high >= 0 ? digit_of(text[1]) : -1;

        if (*text == ' ') {
            text++;
            continue;
        }
        if (low < 0) {
            out_error("--hex needs bytes of two digits each, such as 0d0a, not \"%s\"", text);
            return SHMB_EXIT_USAGE;
        }
        (*bytes)[(*length)++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return SHMB_EXIT_DONE;
}

/* The message that the command line means. `*bytes` is to be freed in any case. */
static enum shmb_exit read_message(const struct arguments *arguments, uint64_t room,
                                   uint8_t **bytes, size_t *length)
{
    enum encoding encoding;

    *bytes = NULL;
    if ((arguments->text != NULL) + (arguments->hex != NULL) + (arguments->input != NULL) > 1) {
        out_error("of --text, --hex and --input only one can be given");
        return SHMB_EXIT_USAGE;
    }
    if (arguments->encoding != NULL && arguments->text == NULL) {
        out_error("--encoding is for --text; other input is put unchanged");
        return SHMB_EXIT_USAGE;
    }
    if (arguments->hex != NULL)
        return read_hex(arguments->hex, bytes, length);
    if (arguments->text == NULL)
        return input_read(arguments->name, arguments->input, room, bytes, length);
    if (!encoding_read(arguments->encoding, &encoding))
        return SHMB_EXIT_USAGE;
    return encoding_encode(encoding, arguments->name, arguments->text, bytes, length);
}

static enum shmb_exit put_message(const struct arguments *arguments, shmb_queue *queue,
                                  const uint8_t *bytes, size_t length, uint32_t room)
{
    struct json *json;
    int32_t result;

    if (length > room) {
        answer_fault("RANGE", 0);
        out_error("%s: nothing was put: the message has %s%zu bytes, more than the queue's "
                  "slot_size of %" PRIu32,
                  arguments->name,
                  arguments->text == NULL && arguments->hex == NULL ? "at least " : "", length,
                  room);
        return SHMB_EXIT_NOT_SO;
    }
    result = shmb_queue_put(queue, bytes, (uint32_t)length, arguments->timeout_ms);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    json = answer_open();
    if (json != NULL) {
        json_names(json, arguments->name, false);
        json_number(json, "bytes", length);
        answer_done();
    }
    return SHMB_EXIT_DONE;
}

enum shmb_exit verb_queue_put(struct arguments *arguments)
{
    shmb_queue_info level = {.size = sizeof(level)};
    shmb_queue *queue;
    uint8_t *bytes;
    size_t length = 0;
    enum shmb_exit code;
    /* Fails before the input is read, so that nobody produces it for nothing. */
    int32_t result = shmb_queue_open(arguments->name, SHMB_WRITE, 0, &queue);

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    (void)shmb_queue_level(queue, &level);
    code = read_message(arguments, level.slot_size, &bytes, &length);
    if (code == SHMB_EXIT_DONE)
        code = put_message(arguments, queue, bytes, length, level.slot_size);
    free(bytes);
    shmb_queue_close(queue);
    return code;
}

/* ---- clear ---- */

enum shmb_exit verb_queue_clear(struct arguments *arguments)
{
    shmb_queue *queue;
    struct json *json;
    uint64_t count;
    int32_t result = shmb_queue_open(arguments->name, SHMB_WRITE, 0, &queue);

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    result = shmb_queue_clear(queue, &count);
    shmb_queue_close(queue);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    json = answer_open();
    if (json != NULL) {
        json_names(json, arguments->name, false);
        json_number(json, "removed", count);
        answer_done();
    } else {
        out_text("%" PRIu64 " messages removed\n", count);
    }
    return SHMB_EXIT_DONE;
}
