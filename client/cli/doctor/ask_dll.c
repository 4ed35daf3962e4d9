/* Facts about a DLL file: machine type and version. The file is read, not loaded as code. */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "ask_system.h"
#include "wide.h"

#define FIXED_INFO_SIGNATURE 0xFEEF04BDu
#define HEADER_FARTHEST      0x100000 /* no linker puts the PE header behind this */

static bool read_at(HANDLE file, LONG offset, void *out, DWORD size)
{
    DWORD got = 0;

    return SetFilePointer(file, offset, NULL, FILE_BEGIN) == (DWORD)offset &&
           ReadFile(file, out, size, &got, NULL) && got == size;
}

/* Reads the machine type from the PE header. */
static enum doctor_dll_state read_machine(HANDLE file, uint32_t *machine)
{
    IMAGE_DOS_HEADER dos;
    struct {
        DWORD signature;
        IMAGE_FILE_HEADER header;
    } pe;

    if (!read_at(file, 0, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE ||
        dos.e_lfanew < 0 || dos.e_lfanew > HEADER_FARTHEST ||
        !read_at(file, dos.e_lfanew, &pe, sizeof(pe)) || pe.signature != IMAGE_NT_SIGNATURE)
        return DOCTOR_DLL_NO_IMAGE;
    *machine = pe.header.Machine;
    return DOCTOR_DLL_GOOD;
}

/* Finds the fixed part of a version resource: it is 4-aligned, after a few texts. */
static void find_version(const BYTE *bytes, DWORD size, uint32_t version[3])
{
    VS_FIXEDFILEINFO info;
    DWORD at;

    for (at = 0; at + sizeof(info) <= size; at += 4) {
        memcpy(&info, bytes + at, sizeof(info));
        if (info.dwSignature != FIXED_INFO_SIGNATURE)
            continue;
        version[0] = info.dwFileVersionMS >> 16;
        version[1] = info.dwFileVersionMS & 0xFFFF;
        version[2] = info.dwFileVersionLS >> 16;
        return;
    }
}

/* Loads the file as data: no code runs, and the other bitness works, too. */
static void read_version(const wchar_t *path, uint32_t version[3])
{
    HMODULE module =
        LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    HRSRC found;

    if (module == NULL) /* an image for another machine */
        module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    if (module == NULL)
        return;
    found = FindResourceW(module, MAKEINTRESOURCEW(VS_VERSION_INFO), MAKEINTRESOURCEW(16));
    if (found != NULL) {
        HGLOBAL loaded = LoadResource(module, found);
        const BYTE *bytes = loaded != NULL ? LockResource(loaded) : NULL;

        if (bytes != NULL)
            find_version(bytes, SizeofResource(module, found), version);
    }
    FreeLibrary(module);
}

void doctor_dll(void *context, const char *path, struct doctor_dll *out)
{
    wchar_t *full = wide_full_path(path);
    HANDLE file;

    (void)context;
    out->state = DOCTOR_DLL_UNREADABLE;
    out->code = ERROR_INVALID_NAME;
    if (full == NULL)
        return;
    file = CreateFileW(full, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        out->code = GetLastError();
    } else {
        out->code = 0;
        out->state = read_machine(file, &out->machine);
        CloseHandle(file);
        if (out->state == DOCTOR_DLL_GOOD)
            read_version(full, out->version);
    }
    free(full);
}
