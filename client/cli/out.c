#include "out.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf.h"
#include "wide.h"

/* Older consoles refuse to take much at once. */
#define CONSOLE_PIECE 8000u

/* Whole characters only, and room for a terminator. */
static char kept[32768];
static size_t kept_length;
static uint32_t failure;

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
        DWORD piece = left < 0x1000000u ? (DWORD)left : 0x1000000u, done = 0;

        if (!WriteFile(file, bytes, piece, &done, NULL))
            return GetLastError();
        if (done == 0)
            return ERROR_WRITE_FAULT;
        bytes += done;
        left -= done;
    }
    return 0;
}

/* NULL: there is none. */
static HANDLE stream(DWORD which)
{
    HANDLE handle = GetStdHandle(which);

    return handle == INVALID_HANDLE_VALUE ? NULL : handle;
}

static uint32_t write_text(DWORD which, const char *text, size_t length)
{
    HANDLE out = stream(which);
    wchar_t *wide;
    uint32_t code;
    DWORD mode;

    if (out == NULL)
        return 0;
    wide = GetConsoleMode(out, &mode) ? wide_from_utf8(text) : NULL;
    code = wide != NULL ? write_console(out, wide) : write_file(out, text, length);
    free(wide);
    return code;
}

static void flush(void)
{
    if (kept_length > 0 && failure == 0) {
        kept[kept_length] = '\0';
        failure = write_text(STD_OUTPUT_HANDLE, kept, kept_length);
    }
    kept_length = 0;
}

/* `length` is at most OUT_TEXT_MAX, and no character is divided. */
static void keep(const char *text, size_t length)
{
    if (length >= sizeof(kept) - kept_length)
        flush();
    memcpy(kept + kept_length, text, length);
    kept_length += length;
}

/* Returns the length of what is in `out`. */
static size_t format_text(char out[OUT_TEXT_MAX], const char *format, va_list arguments)
{
    int length = vsnprintf(out, OUT_TEXT_MAX, format, arguments);

    if (length < 0)
        out[0] = '\0';
    else if ((size_t)length >= OUT_TEXT_MAX)
        wide_mark_cut(out, OUT_TEXT_MAX);
    return strlen(out);
}

void out_text(const char *format, ...)
{
    char text[OUT_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    keep(text, format_text(text, format, arguments));
    va_end(arguments);
}

static void json_escape(uint32_t point)
{
    if (point == '"' || point == '\\')
        out_text("\\%c", (int)point);
    else
        out_text("\\u%04x", (unsigned)point);
}

void out_json_string(const char *text)
{
    const char *end = text + strlen(text);

    keep("\"", 1);
    while (text < end) {
        const char *from = text;
        uint32_t point = shmb_utf8_next(&text, end);

        if (point == UINT32_MAX) {
            json_escape(0xFFFD);
            text++;
        } else if (point < 0x20 || point == 0x7F || point == '"' || point == '\\') {
            json_escape(point);
        } else {
            keep(from, (size_t)(text - from));
        }
    }
    keep("\"", 1);
}

bool out_bytes(const void *bytes, size_t count)
{
    HANDLE out = stream(STD_OUTPUT_HANDLE);

    flush();
    if (failure == 0 && out != NULL)
        failure = write_file(out, bytes, count);
    return failure == 0;
}

uint32_t out_end(void)
{
    flush();
    return failure;
}

void out_error(const char *format, ...)
{
    char text[OUT_TEXT_MAX], line[OUT_TEXT_MAX + 16];
    va_list arguments;
    char *at;

    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    /* A name from the command line must not make a second line, or move the cursor. */
    for (at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = '?';
    snprintf(line, sizeof(line), "shmb: %s\n", text);
    write_text(STD_ERROR_HANDLE, line, strlen(line));
}
