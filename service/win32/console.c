#include "console.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wide.h"

/* Older consoles refuse to take much at once. */
#define CONSOLE_PIECE 8000u

static void write_console(HANDLE console, const wchar_t *text)
{
    size_t left = wcslen(text);

    while (left > 0) {
        DWORD piece = left < CONSOLE_PIECE ? (DWORD)left : CONSOLE_PIECE, done = 0;

        if (!WriteConsoleW(console, text, piece, &done, NULL) || done == 0)
            return;
        text += done;
        left -= done;
    }
}

static void write_bytes(HANDLE file, const char *text, size_t left)
{
    while (left > 0) {
        DWORD done = 0;

        if (!WriteFile(file, text, left < MAXDWORD ? (DWORD)left : MAXDWORD, &done, NULL) ||
            done == 0)
            return;
        text += done;
        left -= done;
    }
}

static void write_text(DWORD which, const char *text, size_t length)
{
    HANDLE out = GetStdHandle(which);
    wchar_t *wide;
    DWORD mode;

    if (out == NULL || out == INVALID_HANDLE_VALUE)
        return;
    wide = GetConsoleMode(out, &mode) ? wide_from_utf8(text) : NULL;
    if (wide != NULL)
        write_console(out, wide);
    else
        write_bytes(out, text, length);
    free(wide);
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
        write_text(which, no_memory, sizeof(no_memory) - 1);
        return;
    }
    vsnprintf(line, (size_t)length + 1, format, arguments);
    memcpy(line + length, "\n", 2);
    write_text(which, line, (size_t)length + 1);
    free(line);
}

void console_line(const char *format, ...)
{
    va_list arguments;

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
