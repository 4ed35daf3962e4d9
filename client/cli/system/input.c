#include "input.h"

#include <windows.h>

#include <stdbool.h>
#include <stdlib.h>

#include "fail.h"
#include "out.h"
#include "wide.h"

#define INPUT_STEP 65536u

/* The bytes read so far. */
struct reading {
    uint8_t *bytes;
    size_t length, capacity;
};

/* Makes room for more bytes. False: out of memory. */
static bool grow(struct reading *reading)
{
    size_t capacity = reading->capacity == 0 ? INPUT_STEP : reading->capacity * 2;
    uint8_t *bytes = capacity > reading->capacity ? realloc(reading->bytes, capacity) : NULL;

    if (bytes == NULL)
        return false;
    reading->bytes = bytes;
    reading->capacity = capacity;
    return true;
}

/* Reads once and appends the bytes. Returns 0, or the Win32 code. */
static DWORD read_some(HANDLE in, struct reading *reading, bool *end)
{
    size_t left = reading->capacity - reading->length;
    DWORD code, got = 0;

    if (ReadFile(in, reading->bytes + reading->length, left < INPUT_STEP ? (DWORD)left : INPUT_STEP,
                 &got, NULL)) {
        reading->length += got;
        /* A writer can send zero bytes through a pipe: that is not its end. */
        *end = got == 0 && GetFileType(in) != FILE_TYPE_PIPE;
        return 0;
    }
    code = GetLastError();
    *end = true;
    return code == ERROR_BROKEN_PIPE || code == ERROR_HANDLE_EOF ? 0 : code;
}

/* Reads to the end, or until there are more than `room` bytes. */
static enum shmb_exit read_all(const char *name, HANDLE in, uint64_t room, struct reading *reading)
{
    bool end = false;
    DWORD code, mode;

    /* Bytes from a console are in its code page; --text is simpler for typed input. */
    if (GetConsoleMode(in, &mode)) {
        out_error("%s: the input is a console; give --text, --input, or a file or pipe", name);
        return SHMB_EXIT_USAGE;
    }
    while (!end && reading->length <= room) {
        if (reading->length == reading->capacity && !grow(reading))
            return fail_memory(name);
        code = read_some(in, reading, &end);
        if (code != 0)
            return fail_call(name, "reading the input failed", "ReadFile", code);
    }
    return SHMB_EXIT_DONE;
}

enum shmb_exit input_read(const char *name, const char *path, uint64_t room, uint8_t **bytes,
                          size_t *length)
{
    struct reading reading = {NULL, 0, 0};
    enum shmb_exit code = SHMB_EXIT_DONE;
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
    wchar_t *wide = NULL;

    if (path != NULL) {
        wide = wide_from_utf8(path);
        in = wide == NULL ? INVALID_HANDLE_VALUE
                          : CreateFileW(wide, GENERIC_READ,
                                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                        NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
        if (wide == NULL)
            code = fail_memory(path);
        else if (in == INVALID_HANDLE_VALUE)
            code = fail_call(path, "opening the file failed", "CreateFileW", GetLastError());
        free(wide);
    }
    if (code == SHMB_EXIT_DONE)
        code = read_all(name, in, room, &reading);
    if (path != NULL && in != INVALID_HANDLE_VALUE)
        CloseHandle(in);
    *bytes = reading.bytes;
    *length = reading.length;
    return code;
}
