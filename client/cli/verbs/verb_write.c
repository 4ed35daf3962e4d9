/*
 * shmb write: all input is read first, then written under the lock in one call, together with
 * the zeros of --zero and --pad: no reader sees the new text with the end of the old one.
 */
#include "verb.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "answer.h"
#include "fail.h"
#include "input.h"
#include "object_use.h"
#include "open_segment.h"
#include "out.h"

/* The bytes to write. */
struct input {
    const uint8_t *bytes;
    size_t length;
};

static int32_t write_locked(const struct arguments *arguments, const struct input *input)
{
    shmb_segment *segment;
    shmb_info info;
    int32_t result = segment_open(arguments->name, SHMB_WRITE, arguments->offset, input->length,
                                  &segment, &info);

    if (result != SHMB_OK)
        return result;
    if ((info.flags & SHMB_FLAG_HAS_LOCK) != 0)
        result = shmb_update(segment, 0, input->bytes, input->length, arguments->timeout_ms, NULL);
    else
        result = shmb_write(segment, 0, input->bytes, input->length, NULL);
    shmb_close(segment);
    return result;
}

static void answer_written(const struct arguments *arguments, size_t bytes, bool cut)
{
    struct json *json = answer_open();

    if (json == NULL)
        return;
    json_names(json, arguments->name, false);
    json_number(json, "offset", arguments->offset);
    json_number(json, "bytes", bytes);
    json_bool(json, "cut", cut);
    answer_done();
}

/* Writes the bytes, cut to `room`. */
static enum shmb_exit write_bytes(const struct arguments *arguments, uint64_t room,
                                  struct input *input)
{
    int32_t result = SHMB_OK;
    bool cut = input->length > room;

    if (cut)
        input->length = (size_t)room;
    if (input->length > 0)
        result = write_locked(arguments, input);
    if (result == SHMB_TIMEOUT)
        return object_use_fail(arguments->name, result);
    if (result < 0)
        return fail_result(arguments->name, result);
    if (result == SHMB_ABANDONED)
        fail_warn_abandoned(arguments->name, "; after repairing it: shmb repair");
    answer_written(arguments, input->length, cut);
    if (!cut)
        return SHMB_EXIT_DONE;
    out_error("%s: cut at the end of the segment; bytes written: %zu", arguments->name,
              input->length);
    return SHMB_EXIT_NOT_SO;
}

/* Writes the input, with the zeros behind it that --zero and --pad want. */
static enum shmb_exit write_input(const struct arguments *arguments, uint64_t room,
                                  struct input *input)
{
    uint64_t wanted = (arguments->given & OPTION_ZERO) != 0 ? room : arguments->pad;
    struct input filled = {NULL, (size_t)wanted};
    enum shmb_exit code;
    uint8_t *bytes;

    if ((arguments->given & OPTION_PAD) != 0 && input->length > arguments->pad) {
        out_error("%s: nothing was written: the input has %s%zu bytes, more than --pad %llu",
                  arguments->name, input->length > room ? "at least " : "", input->length,
                  (unsigned long long)arguments->pad);
        return SHMB_EXIT_NOT_SO;
    }
    if (wanted <= input->length)
        return write_bytes(arguments, room, input);
    bytes = wanted <= SIZE_MAX ? calloc(filled.length, 1) : NULL;
    if (bytes == NULL) {
        answer_fault("NO_MEMORY", 0);
        out_error("%s: nothing was written: %s takes all %llu bytes at once, and this %u-bit "
                  "program has no memory for them; write parts, with --offset and --pad",
                  arguments->name, (arguments->given & OPTION_ZERO) != 0 ? "--zero" : "--pad",
                  (unsigned long long)wanted, (unsigned)(8 * sizeof(void *)));
        return SHMB_EXIT_SYSTEM;
    }
    if (input->length > 0)
        memcpy(bytes, input->bytes, input->length);
    filled.bytes = bytes;
    code = write_bytes(arguments, room, &filled);
    free(bytes);
    return code;
}

/* Reads all of the input before it takes the lock: the sender may be slow. */
static enum shmb_exit write_stream(const struct arguments *arguments, uint64_t room)
{
    struct input input;
    uint8_t *bytes;
    enum shmb_exit code =
        input_read(arguments->name, arguments->input, room, &bytes, &input.length);

    input.bytes = bytes;
    if (code == SHMB_EXIT_DONE)
        code = write_input(arguments, room, &input);
    free(bytes);
    return code;
}

static enum shmb_exit write_text(const struct arguments *arguments, enum encoding encoding,
                                 uint64_t room)
{
    struct input input;
    uint8_t *bytes;
    enum shmb_exit code =
        encoding_encode(encoding, arguments->name, arguments->text, &bytes, &input.length);

    input.bytes = bytes;
    if (code == SHMB_EXIT_DONE)
        code = write_input(arguments, room, &input);
    free(bytes);
    return code;
}

/* Do the options go together? If not, prints why. */
static bool check_options(const struct arguments *arguments, enum encoding *encoding)
{
    const char *wrong = NULL;

    if (!encoding_read(arguments->encoding, encoding))
        return false;
    if (arguments->text != NULL && arguments->input != NULL)
        wrong = "--text and --input do not go together";
    else if (arguments->encoding != NULL && arguments->text == NULL)
        wrong = "--encoding is for --text; other input is written unchanged";
    else if ((arguments->given & OPTION_ZERO) != 0 && (arguments->given & OPTION_PAD) != 0)
        wrong = "--zero and --pad do not go together";
    if (wrong != NULL)
        out_error("%s", wrong);
    return wrong == NULL;
}

enum shmb_exit verb_write(struct arguments *arguments)
{
    enum encoding encoding;
    shmb_segment *segment;
    shmb_info whole;
    uint64_t room;
    int32_t result;

    if (!check_options(arguments, &encoding))
        return SHMB_EXIT_USAGE;
    /* Fails before the input is read, so that nobody produces it for nothing. */
    result = segment_open(arguments->name, SHMB_WRITE, 0, 1, &segment, &whole);
    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    shmb_close(segment);
    if (arguments->offset > whole.bytes || arguments->pad > whole.bytes - arguments->offset)
        return fail_result(arguments->name, SHMB_RANGE);
    room = whole.bytes - arguments->offset;
    if (arguments->text != NULL)
        return write_text(arguments, encoding, room);
    return write_stream(arguments, room);
}
