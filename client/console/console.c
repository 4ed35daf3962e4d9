/*
 * shmb and shmbroker write through this file. A line goes out in as few writes as possible; a
 * write that takes only a part is continued.
 */
#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "visible.h"
#include "wide.h"

/* Older consoles fail on longer writes. */
#define CONSOLE_PIECE 8000u

#define FILE_PIECE 0x1000000u

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

uint32_t console_text(DWORD which, const char *text, size_t length)
{
    HANDLE out = stream(which);
    wchar_t *wide;
    uint32_t code;
    DWORD mode;

    if (out == NULL)
        return 0;
    /*
     * Only a console has a mode. If conversion fails there, the bytes are better than
     * nothing.
     */
    wide = GetConsoleMode(out, &mode) ? wide_from_utf8(text) : NULL;
    code = wide != NULL ? write_console(out, wide) : write_file(out, text, length);
    free(wide);
    return code;
}

uint32_t console_bytes(const void *bytes, size_t count)
{
    HANDLE out = stream(STD_OUTPUT_HANDLE);

    return out == NULL ? 0 : write_file(out, bytes, count);
}

uint32_t console_file(HANDLE file, const void *bytes, size_t count)
{
    return write_file(file, bytes, count);
}

/* Formats and writes in one piece, so that lines of two processes do not mix. */
static void write_line(DWORD which, const char *format, va_list arguments)
{
    static const char no_memory[] = "(not enough memory for a line of text)\n";
    va_list again;
    char *line = NULL;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length >= 0)
        line = malloc((size_t)length + 2);
    if (line == NULL) {
        console_text(which, no_memory, sizeof(no_memory) - 1);
        return;
    }
    vsnprintf(line, (size_t)length + 1, format, arguments);
    shmb_make_visible(line, true);
    if (which == STD_ERROR_HANDLE)
        answer_note(line);
    strcat(line, "\n");
    console_text(which, line, strlen(line));
    free(line);
}

void console_line(const char *format, ...)
{
    va_list arguments;

    if (answer_wanted())
        return;
    va_start(arguments, format);
    write_line(STD_OUTPUT_HANDLE, format, arguments);
    va_end(arguments);
}

void console_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(STD_ERROR_HANDLE, format, arguments);
    va_end(arguments);
}

uint32_t console_answer(uint32_t *exit_code)
{
    const char *text = answer_text(exit_code);

    return console_text(STD_OUTPUT_HANDLE, text, strlen(text));
}
