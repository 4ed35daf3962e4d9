/* Facts about a DLL file: machine type and version. The file is read, not loaded as code. */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "ask_system.h"
#include "file_version.h"
#include "wide.h"

#define HEADER_FARTHEST 0x100000 /* no linker puts the PE header behind this */

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
        if (out->state == DOCTOR_DLL_GOOD) {
            uint32_t version[4];

            file_version_read(full, version);
            memcpy(out->version, version, sizeof(out->version));
        }
    }
    free(full);
}
