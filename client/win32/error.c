#include "error.h"

#include <windows.h>

#include <stdio.h>

#include "wide.h"

void error_text(uint32_t code, char *out, size_t size)
{
    DWORD saved = GetLastError();
    wchar_t text[512];
    /* The width mask joins the lines of a text that has several. */
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                      FORMAT_MESSAGE_MAX_WIDTH_MASK,
                                  NULL, code, 0, text, sizeof(text) / sizeof(text[0]), NULL);

    while (length > 0 && (text[length - 1] <= L' ' || text[length - 1] == L'.'))
        length--;
    if (length == 0)
        snprintf(out, size, "error %lu", (unsigned long)code);
    else
        wide_to_buffer(text, length, out, size);
    SetLastError(saved);
}
