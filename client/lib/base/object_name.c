#include "object_name.h"

#include <string.h>

#include "utf.h"

int32_t object_name_check(const char *name, char bare[SHMB_NAME_BYTES])
{
    const char *start;
    size_t length;

    bare[0] = '\0';
    if (name == NULL)
        return SHMB_BAD_ARGUMENT;
    /* A checked name always fits; the second condition guards the copy all the same. */
    if (shmb_name_check(name, strlen(name), &start, &length) != SHMB_NAME_OK ||
        length >= SHMB_NAME_BYTES)
        return SHMB_BAD_NAME;
    memcpy(bare, start, length);
    bare[length] = '\0';
    return SHMB_OK;
}

int32_t object_name_utf8(const shmb_wchar *name, char out[OBJECT_NAME_UTF8_MAX])
{
    size_t length;

    out[0] = '\0';
    if (name == NULL)
        return SHMB_BAD_ARGUMENT;
    length =
        shmb_utf16_to_utf8((const uint16_t *)name, wcslen(name), out, OBJECT_NAME_UTF8_MAX - 1);
    if (length >= OBJECT_NAME_UTF8_MAX) { /* too long, or ill-formed */
        out[0] = '\0';
        return SHMB_BAD_NAME;
    }
    out[length] = '\0';
    return SHMB_OK;
}

void object_name_wide(const char *bare, wchar_t out[OBJECT_NAME_WIDE_MAX])
{
    static const wchar_t prefix[] = L"Global\\";
    const size_t before = sizeof(prefix) / sizeof(prefix[0]) - 1;
    const size_t room = OBJECT_NAME_WIDE_MAX - before - 1;
    size_t units;

    memcpy(out, prefix, before * sizeof(prefix[0]));
    units = shmb_utf8_to_utf16(bare, strlen(bare), (uint16_t *)(out + before), room);
    if (units > room)
        units = 0; /* not a checked name: results in a name that no object has */
    out[before + units] = L'\0';
}
