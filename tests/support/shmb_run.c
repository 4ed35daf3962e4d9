#include "shmb_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 8192

const struct launch shmb_user = {.standard_user = true};

static struct child *start(const struct launch *how, const char *format, va_list arguments)
{
    char text[ARGUMENTS_MAX];

    vsnprintf(text, sizeof(text), format, arguments);
    return child_start(how, "\"%s\" %s", support_sibling("shmb.exe"), text);
}

struct child *shmb_start(const struct launch *how, const char *format, ...)
{
    struct child *child;
    va_list arguments;

    va_start(arguments, format);
    child = start(how, format, arguments);
    va_end(arguments);
    return child;
}

static DWORD run(const struct launch *how, const char **said, const char *format, va_list arguments)
{
    static char text[SUPPORT_LINE_MAX];

    *said = text;
    return child_said(start(how, format, arguments), text, sizeof(text));
}

DWORD shmb_run(const struct launch *how, const char **said, const char *format, ...)
{
    va_list arguments;
    DWORD code;

    va_start(arguments, format);
    code = run(how, said, format, arguments);
    va_end(arguments);
    return code;
}

void shmb_expect(DWORD code, const char *said, const char *format, ...)
{
    const char *got;
    va_list arguments;
    DWORD got_code;

    va_start(arguments, format);
    got_code = run(&shmb_user, &got, format, arguments);
    va_end(arguments);
    if (got_code != code || strcmp(got, said) != 0)
        fail_msg("shmb %s: code %lu, said:\n%s", format, got_code, got);
}

/* Removes the blanks and line ends that are outside of strings. */
static void make_compact(char *json)
{
    char *out = json;
    bool inside = false;

    for (; *json != '\0'; json++) {
        if (*json == '"')
            inside = !inside;
        if (!inside && (*json == ' ' || *json == '\n'))
            continue;
        *out++ = *json;
        if (inside && *json == '\\')
            *out++ = *++json;
    }
    *out = '\0';
}

static DWORD run_json(const char **said, const char *format, va_list arguments)
{
    static char compact[SUPPORT_LINE_MAX];
    const char *got;
    DWORD code = run(&shmb_user, &got, format, arguments);

    snprintf(compact, sizeof(compact), "%s", got);
    make_compact(compact);
    *said = compact;
    return code;
}

DWORD shmb_run_json(const char **said, const char *format, ...)
{
    va_list arguments;
    DWORD code;

    va_start(arguments, format);
    code = run_json(said, format, arguments);
    va_end(arguments);
    return code;
}

void shmb_expect_json(DWORD code, const char *document, const char *format, ...)
{
    const char *got;
    va_list arguments;
    DWORD got_code;

    va_start(arguments, format);
    got_code = run_json(&got, format, arguments);
    va_end(arguments);
    if (got_code != code || strcmp(got, document) != 0)
        fail_msg("shmb %s: code %lu, said:\n%s", format, got_code, got);
}

void shmb_expect_line(DWORD code, const char *part, const char *format, ...)
{
    const char *got;
    va_list arguments;
    DWORD got_code;

    va_start(arguments, format);
    got_code = run(&shmb_user, &got, format, arguments);
    va_end(arguments);
    if (got_code != code || strstr(got, part) == NULL || strncmp(got, "shmb: ", 6) != 0 ||
        strchr(got, '\n') != got + strlen(got) - 1)
        fail_msg("shmb %s: code %lu, said:\n%s", format, got_code, got);
}

/* ---- bytes ---- */

static HANDLE open_file(const char *path, DWORD access)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE file = CreateFileW(support_wide(path), access, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              &inherited, OPEN_EXISTING, 0, NULL);

    assert_true(file != INVALID_HANDLE_VALUE);
    return file;
}

static void put(HANDLE to, const void *bytes, size_t length)
{
    DWORD done = 0;

    assert_true(WriteFile(to, bytes, (DWORD)length, &done, NULL));
    assert_int_equal(done, length);
}

/* The input as a handle to be inherited. Whoever reads a pipe finds nothing first. */
static HANDLE make_input(enum shmb_input from, const void *bytes, size_t length)
{
    HANDLE in, out;

    if (from == SHMB_FROM_FILE) {
        const char *path = support_file("");

        out = open_file(path, GENERIC_WRITE);
        put(out, bytes, length);
        in = open_file(path, GENERIC_READ);
    } else {
        assert_true(CreatePipe(&in, &out, NULL, (DWORD)length + 1));
        put(out, bytes, length);
        SetHandleInformation(in, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    CloseHandle(out);
    return in;
}

static DWORD run_with(HANDLE in, HANDLE out, const char *command)
{
    wchar_t line[ARGUMENTS_MAX];
    STARTUPINFOW startup;
    PROCESS_INFORMATION info;
    DWORD code;

    wcscpy(line, support_wide(command));
    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = in;
    startup.hStdOutput = out;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info));
    assert_int_equal(WaitForSingleObject(info.hProcess, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    return code;
}

static char *read_all(const char *path, size_t *length)
{
    HANDLE file = open_file(path, GENERIC_READ);
    DWORD size = GetFileSize(file, NULL), got = 0;
    char *bytes = malloc(size + 1u);

    assert_non_null(bytes);
    assert_true(ReadFile(file, bytes, size, &got, NULL));
    assert_int_equal(got, size);
    CloseHandle(file);
    *length = size;
    return bytes;
}

static DWORD run_formatted(HANDLE in, HANDLE out, const char *format, va_list arguments)
{
    char command[ARGUMENTS_MAX], text[ARGUMENTS_MAX / 2];

    vsnprintf(text, sizeof(text), format, arguments);
    snprintf(command, sizeof(command), "\"%s\" %s", support_sibling("shmb.exe"), text);
    return run_with(in, out, command);
}

DWORD shmb_bytes(enum shmb_input from, const void *input, size_t length, char **output,
                 size_t *output_length, const char *format, ...)
{
    const char *path = support_file("");
    HANDLE in = make_input(from, input, length), out = open_file(path, GENERIC_WRITE);
    va_list arguments;
    DWORD code;

    va_start(arguments, format);
    code = run_formatted(in, out, format, arguments);
    va_end(arguments);
    CloseHandle(in);
    CloseHandle(out);
    *output = read_all(path, output_length);
    return code;
}

DWORD shmb_unread(const char *format, ...)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE in = make_input(SHMB_FROM_PIPE, "", 0), reader, out;
    va_list arguments;
    DWORD code;

    assert_true(CreatePipe(&reader, &out, &inherited, 0));
    CloseHandle(reader);
    va_start(arguments, format);
    code = run_formatted(in, out, format, arguments);
    va_end(arguments);
    CloseHandle(in);
    CloseHandle(out);
    return code;
}
