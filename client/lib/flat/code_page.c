#include "code_page.h"

#include <wchar.h>
#include <windows.h>

#define GB18030 54936u

bool code_page_widen(unsigned page, const char *text, shmb_wchar *out, int32_t units)
{
    return MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, text, -1, out, units) != 0;
}

/*
 * A code page with all of Unicode lacks no character. WideCharToMultiByte refuses the flag for
 * others and, for UTF-8, the question for replaced characters.
 */
static bool is_unicode(unsigned page)
{
    return page == CP_UTF8 || page == GB18030;
}

int32_t code_page_name(unsigned page, const shmb_wchar *text, char *buffer, int32_t size)
{
    BOOL replaced = FALSE;
    int bytes = is_unicode(page) ? WideCharToMultiByte(page, WC_ERR_INVALID_CHARS, text, -1, buffer,
                                                       size, NULL, NULL)
                                 : WideCharToMultiByte(page, WC_NO_BEST_FIT_CHARS, text, -1, buffer,
                                                       size, NULL, &replaced);

    if (bytes > 0 && !replaced)
        return bytes - 1;
    replaced = replaced || GetLastError() == ERROR_NO_UNICODE_TRANSLATION;
    buffer[0] = '\0';
    return replaced ? SHMB_BAD_NAME : SHMB_RANGE;
}

int32_t code_page_text(unsigned page, const shmb_wchar *text, char *buffer, int32_t size)
{
    size_t length = wcslen(text);
    int units, bytes = 0;

    /* Every unit becomes one byte or more. */
    units = length < (size_t)size ? (int)length : (int)(size - 1);
    for (; units > 0 && bytes == 0; units--) {
        if (text[units] >= 0xDC00 && text[units] <= 0xDFFF)
            continue; /* it would cut a surrogate pair in half */
        bytes = WideCharToMultiByte(page, 0, text, units, buffer, size - 1, NULL, NULL);
    }
    buffer[bytes] = '\0';
    return bytes;
}
