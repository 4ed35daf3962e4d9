/*
 * Buffers text, because a list can have thousands of lines, and each write to a console is
 * slow. The first failure is kept and ends all writing; verbs_main reports it.
 */
#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "console.h"
#include "visible.h"
#include "wide.h"

/*
 * Holds whole characters only, so that a console shows each of them. One byte is left for a
 * terminator.
 */
static char buffer[32768];
static size_t buffered;
static uint32_t failure;
static HANDLE to_file; /* NULL: the standard output */

static void flush(void)
{
    if (buffered > 0 && failure == 0) {
        buffer[buffered] = '\0';
        failure = to_file != NULL ? console_file(to_file, buffer, buffered)
                                  : console_text(STD_OUTPUT_HANDLE, buffer, buffered);
    }
    buffered = 0;
}

/* Adds to the buffer: at most OUT_TEXT_MAX bytes, which end with a whole character. */
static void add(const char *text, size_t length)
{
    if (answer_wanted()) /* the output has documents only */
        return;
    if (length >= sizeof(buffer) - buffered)
        flush();
    memcpy(buffer + buffered, text, length);
    buffered += length;
}

/* Formats into `out`; marks a text that was cut. */
static void format_text(char out[OUT_TEXT_MAX], const char *format, va_list arguments)
{
    int length = vsnprintf(out, OUT_TEXT_MAX, format, arguments);

    if (length < 0)
        out[0] = '\0';
    else if ((size_t)length >= OUT_TEXT_MAX)
        wide_mark_cut(out, OUT_TEXT_MAX);
}

void out_text(const char *format, ...)
{
    char text[OUT_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    shmb_make_visible(text, true);
    add(text, strlen(text));
}

void out_visible(const char *text)
{
    char part[OUT_TEXT_MAX];

    if ((size_t)snprintf(part, sizeof(part), "%s", text) >= sizeof(part))
        wide_mark_cut(part, sizeof(part));
    shmb_make_visible(part, false);
    add(part, strlen(part));
}

void out_sequence(const char *sequence)
{
    add(sequence, strlen(sequence));
}

static void put_colour(enum colour colour)
{
    if (to_file == NULL)
        out_sequence(colour_sequence(STD_OUTPUT_HANDLE, colour));
}

void out_as_error(void)
{
    put_colour(COLOUR_ERROR);
}

void out_as_warning(void)
{
    put_colour(COLOUR_WARNING);
}

void out_as_usual(void)
{
    put_colour(COLOUR_NONE);
}

bool out_bytes(const void *bytes, size_t count)
{
    flush();
    if (failure == 0)
        failure =
            to_file != NULL ? console_file(to_file, bytes, count) : console_bytes(bytes, count);
    return failure == 0;
}

bool out_answer(uint32_t *exit_code)
{
    uint32_t code = console_answer(exit_code);

    if (failure == 0)
        failure = code;
    return failure == 0;
}

uint32_t out_to(void *file)
{
    uint32_t code;

    flush();
    code = failure;
    if (to_file != NULL)
        failure = 0;
    to_file = file;
    return code;
}

uint32_t out_end(void)
{
    flush();
    return failure;
}

/* As shmb_make_visible(text, false) leaves it. */
static void format_line(char text[OUT_TEXT_MAX], const char *format, va_list arguments)
{
    format_text(text, format, arguments);
    shmb_make_visible(text, false);
}

void out_error(const char *format, ...)
{
    char text[OUT_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    format_line(text, format, arguments);
    va_end(arguments);
    console_error("shmb: %s", text);
}

void out_warning(const char *format, ...)
{
    char text[OUT_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    format_line(text, format, arguments);
    va_end(arguments);
    console_warning("shmb: %s", text);
}
