/*
 * Conversions for calls of Win32, on top of contract/utf.h: here they get memory, a last
 * error, and a way to cut texts for people.
 */
#include "wide.h"

#include <windows.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "utf.h"

_Static_assert(sizeof(wchar_t) == sizeof(uint16_t), "wchar_t is a UTF-16 unit");

#define MARK "..."

/* Memory for a converted text and its terminator. NULL: the last error says why. */
static void *new_text(size_t units, size_t unit_size)
{
    void *text = NULL;

    if (units == SHMB_UTF_BAD) {
        SetLastError(ERROR_NO_UNICODE_TRANSLATION);
        return NULL;
    }
    if (units < SIZE_MAX / unit_size - 1)
        text = calloc(units + 1, unit_size);
    if (text == NULL)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return text;
}

wchar_t *wide_from_utf8(const char *text)
{
    size_t length = strlen(text);
    size_t units = shmb_utf8_to_utf16(text, length, NULL, 0);
    wchar_t *wide = new_text(units, sizeof(wchar_t));

    if (wide != NULL)
        shmb_utf8_to_utf16(text, length, (uint16_t *)wide, units);
    return wide;
}

char *wide_to_utf8(const wchar_t *text)
{
    size_t length = wcslen(text);
    size_t bytes = shmb_utf16_to_utf8((const uint16_t *)text, length, NULL, 0);
    char *narrow = new_text(bytes, 1);

    if (narrow != NULL)
        shmb_utf16_to_utf8((const uint16_t *)text, length, narrow, bytes);
    return narrow;
}

wchar_t *wide_full_path(const char *path)
{
    wchar_t *wide = wide_from_utf8(path), *full = NULL;
    DWORD length = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;

    if (length > 0)
        full = malloc(length * sizeof(*full));
    if (full != NULL && GetFullPathNameW(wide, length, full, NULL) >= length) {
        free(full);
        full = NULL;
    }
    free(wide);
    return full;
}

void wide_to_buffer(const wchar_t *text, size_t length, char *out, size_t size)
{
    const uint16_t *units = (const uint16_t *)text;
    size_t bytes = shmb_utf16_to_utf8(units, length, out, size - 1);

    if (bytes < size) {
        out[bytes] = '\0';
        return;
    }
    /*
     * Too long, or ill-formed: SHMB_UTF_BAD is larger than any size. Each unit becomes one
     * byte or more, so no more than `size` units can fit.
     */
    if (length > size)
        length = size;
    /* Drops units from the end until the rest is well-formed and leaves room for the mark. */
    do {
        bytes = length == 0 ? 0 : shmb_utf16_to_utf8(units, --length, out, size - sizeof(MARK));
    } while (bytes > size - sizeof(MARK));
    memcpy(out + bytes, MARK, sizeof(MARK));
}

void wide_mark_cut(char *out, size_t size)
{
    size_t end = size - sizeof(MARK);

    /* Go back to the start of a character: 10xxxxxx continues one. */
    while (end > 0 && ((unsigned char)out[end] & 0xC0u) == 0x80u)
        end--;
    memcpy(out + end, MARK, sizeof(MARK));
}
