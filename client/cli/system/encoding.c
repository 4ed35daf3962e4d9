#include "encoding.h"

#include <windows.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "out.h"
#include "wide.h"

bool encoding_read(const char *word, enum encoding *encoding)
{
    static const char *const words[] = {"utf-8", "utf-16le", "ansi"};
    int i;

    *encoding = ENCODING_UTF8;
    if (word == NULL)
        return true;
    for (i = ENCODING_UTF8; i <= ENCODING_ANSI; i++) {
        if (strcmp(word, words[i]) == 0) {
            *encoding = (enum encoding)i;
            return true;
        }
    }
    out_error("--encoding takes utf-8, utf-16le or ansi, not \"%s\"", word);
    return false;
}

/* Converts to the ANSI code page. 0: out of memory, or, with `*lacks`, it has no such character. */
static int to_ansi(const wchar_t *wide, uint8_t **bytes, BOOL *lacks)
{
    /* Of a code page that is UTF-8, the call takes neither the flag nor the default character. */
    const bool utf8 = GetACP() == CP_UTF8;
    DWORD flags = utf8 ? 0 : WC_NO_BEST_FIT_CHARS;
    BOOL *used = utf8 ? NULL : lacks;
    int size = WideCharToMultiByte(CP_ACP, flags, wide, -1, NULL, 0, NULL, used);

    *lacks = FALSE;
    *bytes = size > 0 ? malloc((size_t)size) : NULL;
    if (*bytes != NULL)
        size = WideCharToMultiByte(CP_ACP, flags, wide, -1, (char *)*bytes, size, NULL, used);
    return *bytes != NULL && !*lacks ? size : 0;
}

enum shmb_exit encoding_encode(enum encoding encoding, const char *name, const char *text,
                               uint8_t **bytes, size_t *length)
{
    wchar_t *wide;
    BOOL lacks = FALSE;
    int size;

    *bytes = NULL;
    *length = strlen(text);
    if (encoding == ENCODING_UTF8) {
        *bytes = (uint8_t *)_strdup(text);
        return *bytes != NULL ? SHMB_EXIT_DONE : fail_memory(name);
    }
    wide = wide_from_utf8(text);
    if (wide == NULL)
        return fail_memory(name);
    if (encoding == ENCODING_UTF16LE) {
        *bytes = (uint8_t *)wide;
        *length = wcslen(wide) * sizeof(*wide);
        return SHMB_EXIT_DONE;
    }
    size = to_ansi(wide, bytes, &lacks);
    free(wide);
    if (size > 0) {
        *length = (size_t)size - 1;
        return SHMB_EXIT_DONE;
    }
    free(*bytes);
    *bytes = NULL;
    if (!lacks)
        return fail_memory(name);
    out_error("%s: the ANSI code page %u lacks a character of the text; use --encoding utf-8 or "
              "utf-16le",
              name, GetACP());
    return SHMB_EXIT_USAGE;
}

static char *decode_wide(const wchar_t *wide, size_t length)
{
    int size = length > 0 && length <= INT_MAX
                   ? WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, NULL, 0, NULL, NULL)
                   : 0;
    char *text = malloc((size_t)size + 1);

    if (text == NULL)
        return NULL;
    if (size > 0)
        WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, text, size, NULL, NULL);
    text[size] = '\0';
    return text;
}

/* The bytes may begin at an odd address, so they are copied. */
static char *decode_utf16(const uint8_t *bytes, size_t count)
{
    size_t length = count / sizeof(wchar_t);
    wchar_t *wide = malloc((length + 1) * sizeof(*wide));
    char *text;

    if (wide == NULL)
        return NULL;
    memcpy(wide, bytes, length * sizeof(*wide));
    wide[length] = L'\0';
    text = decode_wide(wide, wcslen(wide));
    free(wide);
    return text;
}

static char *decode_ansi(const char *bytes, size_t length)
{
    int size = length > 0 && length <= INT_MAX
                   ? MultiByteToWideChar(CP_ACP, 0, bytes, (int)length, NULL, 0)
                   : 0;
    wchar_t *wide = malloc(((size_t)size + 1) * sizeof(*wide));
    char *text;

    if (wide == NULL)
        return NULL;
    if (size > 0)
        MultiByteToWideChar(CP_ACP, 0, bytes, (int)length, wide, size);
    text = decode_wide(wide, (size_t)size);
    free(wide);
    return text;
}

char *encoding_decode(enum encoding encoding, const uint8_t *bytes, size_t count)
{
    const uint8_t *end;
    char *text;

    if (encoding == ENCODING_UTF16LE)
        return decode_utf16(bytes, count);
    end = count > 0 ? memchr(bytes, 0, count) : NULL;
    if (end != NULL)
        count = (size_t)(end - bytes);
    if (encoding == ENCODING_ANSI)
        return decode_ansi((const char *)bytes, count);
    text = malloc(count + 1);
    if (text != NULL) {
        memcpy(text, bytes, count);
        text[count] = '\0';
    }
    return text;
}

bool encoding_ends(enum encoding encoding, const uint8_t *bytes, size_t count)
{
    size_t i;

    if (encoding != ENCODING_UTF16LE)
        return count > 0 && memchr(bytes, 0, count) != NULL;
    for (i = 0; i + 1 < count; i += 2)
        if (bytes[i] == 0 && bytes[i + 1] == 0)
            return true;
    return false;
}
