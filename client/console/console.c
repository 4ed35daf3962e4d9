/*
 * shmb and shmbroker write through this file. A line goes out in as few writes as possible; a
 * write that takes only a part is continued.
 */
#include "console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "visible.h"
#include "wide.h"

/* Older consoles fail on longer writes. */
#define CONSOLE_PIECE 8000u

#define FILE_PIECE 0x1000000u

static bool quiet;
static DWORD line_stream = STD_OUTPUT_HANDLE; /* of console_line and console_coloured */

static uint32_t write_console(HANDLE console, const wchar_t *text)
{
    size_t left = wcslen(text);

    while (left > 0) {
        DWORD piece = left < CONSOLE_PIECE ? (DWORD)left : CONSOLE_PIECE, done = 0;

        if (!WriteConsoleW(console, text, piece, &done, NULL))
            return GetLastError();
        if (done == 0)
            return ERROR_WRITE_FAULT;
        text += done;
        left -= done;
    }
    return 0;
}

static uint32_t write_file(HANDLE file, const char *bytes, size_t left)
{
    while (left > 0) {
        DWORD piece = left < FILE_PIECE ? (DWORD)left : FILE_PIECE, done = 0;

        if (!WriteFile(file, bytes, piece, &done, NULL))
            return GetLastError();
        if (done == 0)
            return ERROR_WRITE_FAULT;
        bytes += done;
        left -= done;
    }
    return 0;
}

/* The standard handle. NULL: the process has none. */
static HANDLE stream(DWORD which)
{
    HANDLE handle = GetStdHandle(which);

    return handle == INVALID_HANDLE_VALUE ? NULL : handle;
}

void console_quiet(void)
{
    quiet = true;
}

/* As write_console; the text may have sequences for colours. */
static uint32_t write_sequences(HANDLE console, const wchar_t *text)
{
    uint32_t code;

    if (wcschr(text, L'\x1b') == NULL)
        return write_console(console, text);
    colour_begin(console);
    code = write_console(console, text);
    colour_end(console);
    return code;
}

uint32_t console_text(DWORD which, const char *text, size_t length)
{
    HANDLE out = stream(which);
    wchar_t *wide;
    uint32_t code;
    DWORD mode;

    if (out == NULL || (quiet && which == STD_OUTPUT_HANDLE))
        return 0;
    /*
     * Only a console has a mode. If conversion fails there, the bytes are better than
     * nothing.
     */
    wide = GetConsoleMode(out, &mode) ? wide_from_utf8(text) : NULL;
    code = wide != NULL ? write_sequences(out, wide) : write_file(out, text, length);
    free(wide);
    return code;
}

size_t console_width(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE out = stream(STD_OUTPUT_HANDLE);

    if (out == NULL || !GetConsoleScreenBufferInfo(out, &info) ||
        info.srWindow.Right < info.srWindow.Left)
        return 0;
    return (size_t)(info.srWindow.Right - info.srWindow.Left) + 1;
}

uint32_t console_bytes(const void *bytes, size_t count)
{
    HANDLE out = stream(STD_OUTPUT_HANDLE);

    return out == NULL || quiet ? 0 : write_file(out, bytes, count);
}

uint32_t console_file(HANDLE file, const void *bytes, size_t count)
{
    return write_file(file, bytes, count);
}

static const char no_memory[] = "(not enough memory for a line of text)\n";

/* Puts a line and its end between the sequences of a colour, and writes it in one piece. */
static void write_coloured(DWORD which, enum colour colour, const char *line)
{
    const char *begin = colour != COLOUR_NONE ? colour_sequence(which, colour) : "";
    const char *end = begin[0] != '\0' ? colour_sequence(which, COLOUR_NONE) : "";
    size_t size = strlen(begin) + strlen(line) + strlen(end) + 2;
    char *all = malloc(size);

    if (all == NULL) {
        console_text(which, no_memory, sizeof(no_memory) - 1);
        return;
    }
    snprintf(all, size, "%s%s%s\n", begin, line, end);
    console_text(which, all, size - 1);
    free(all);
}

/* The line, visible; to be freed. NULL: out of memory. */
static char *format_line(const char *format, va_list arguments)
{
    va_list again;
    char *line = NULL;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length >= 0)
        line = malloc((size_t)length + 1);
    if (line == NULL)
        return NULL;
    vsnprintf(line, (size_t)length + 1, format, arguments);
    shmb_make_visible(line, true);
    return line;
}

/* Formats and writes in one piece, so that lines of two processes do not mix. Not with --json. */
static void write_line(enum colour colour, const char *format, va_list arguments)
{
    char *line;

    if (answer_wanted())
        return;
    line = format_line(format, arguments);
    if (line == NULL)
        console_text(line_stream, no_memory, sizeof(no_memory) - 1);
    else
        write_coloured(line_stream, colour, line);
    free(line);
}

void console_lines_to_errors(bool on)
{
    line_stream = on ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE;
}

void console_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(COLOUR_NONE, format, arguments);
    va_end(arguments);
}

void console_coloured(enum colour colour, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(colour, format, arguments);
    va_end(arguments);
}

static void write_note(bool warning, const char *format, va_list arguments)
{
    char *line = format_line(format, arguments);

    if (line == NULL) {
        console_text(STD_ERROR_HANDLE, no_memory, sizeof(no_memory) - 1);
        return;
    }
    answer_note(line, warning);
    if (!warning || !quiet)
        write_coloured(STD_ERROR_HANDLE, warning ? COLOUR_WARNING : COLOUR_ERROR, line);
    free(line);
}

void console_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_note(false, format, arguments);
    va_end(arguments);
}

void console_warning(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_note(true, format, arguments);
    va_end(arguments);
}

uint32_t console_answer(uint32_t *exit_code)
{
    const char *text = answer_text(exit_code);

    return console_text(STD_OUTPUT_HANDLE, text, strlen(text));
}
