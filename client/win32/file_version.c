#include "file_version.h"

#include <windows.h>

#include <stdio.h>
#include <string.h>

/* Finds the fixed part of a version resource: it is 4-aligned, after a few texts. */
static void find_version(const BYTE *bytes, DWORD size, uint32_t version[4])
{
    VS_FIXEDFILEINFO info;
    DWORD at;

    for (at = 0; at + sizeof(info) <= size; at += 4) {
        memcpy(&info, bytes + at, sizeof(info));
        if (info.dwSignature != VS_FFI_SIGNATURE)
            continue;
        version[0] = info.dwFileVersionMS >> 16;
        version[1] = info.dwFileVersionMS & 0xFFFF;
        version[2] = info.dwFileVersionLS >> 16;
        version[3] = info.dwFileVersionLS & 0xFFFF;
        return;
    }
}

void file_version_read(const wchar_t *path, uint32_t version[4])
{
    HMODULE module =
        LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    HRSRC found;

    memset(version, 0, 4 * sizeof(*version));
    if (module == NULL) /* an image for another machine */
        module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    if (module == NULL)
        return;
    /* The number, not RT_VERSION: that macro is the ANSI form for some compilers. */
    found = FindResourceW(module, MAKEINTRESOURCEW(VS_VERSION_INFO), MAKEINTRESOURCEW(16));
    if (found != NULL) {
        HGLOBAL loaded = LoadResource(module, found);
        const BYTE *bytes = loaded != NULL ? LockResource(loaded) : NULL;

        if (bytes != NULL)
            find_version(bytes, SizeofResource(module, found), version);
    }
    FreeLibrary(module);
}

void file_version_text(const wchar_t *path, char out[FILE_VERSION_TEXT])
{
    uint32_t version[4];
    char candidate[16] = "";

    out[0] = '\0';
    file_version_read(path, version);
    if ((version[0] | version[1] | version[2]) == 0)
        return;
    if (version[3] != 0 && version[3] != FILE_VERSION_RELEASE)
        (void)snprintf(candidate, sizeof(candidate), "-rc.%lu", (unsigned long)version[3]);
    (void)snprintf(out, FILE_VERSION_TEXT, "%lu.%lu.%lu%s", (unsigned long)version[0],
                   (unsigned long)version[1], (unsigned long)version[2], candidate);
}
