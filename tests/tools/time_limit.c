/*
 * time_limit - runs a program, and ends it and what it has started after a time.
 *
 *   time_limit SECONDS program [arguments...]
 *
 * Exit code: the program's; 124 time limit, 125 wrong usage, 127 the program could not
 * be started.
 *
 * There is no job around the program: the tests look at the jobs they are in.
 */
#include <windows.h>

#include <tlhelp32.h>

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#define EXIT_TIME_LIMIT  124
#define EXIT_USAGE       125
#define EXIT_NOT_STARTED 127
#define PROCESSES_MAX    256

struct family {
    DWORD ids[PROCESSES_MAX]; /* the program, and all below it */
    ULONGLONG started[PROCESSES_MAX];
    size_t count;
};

/* When it started; 0: it cannot be asked, or is gone. */
static ULONGLONG start_of(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    FILETIME created = {0}, other;

    if (process == NULL)
        return 0;
    if (!GetProcessTimes(process, &created, &other, &other, &other))
        created = (FILETIME){0};
    CloseHandle(process);
    return (ULONGLONG)created.dwHighDateTime << 32 | created.dwLowDateTime;
}

static bool is_in(const struct family *family, DWORD id)
{
    size_t i;

    for (i = 0; i < family->count; i++)
        if (family->ids[i] == id)
            return true;
    return false;
}

/* An id is used again: a child is younger than its parent. */
static bool is_child(const struct family *family, const PROCESSENTRY32W *entry, ULONGLONG started)
{
    size_t i;

    for (i = 0; i < family->count; i++)
        if (family->ids[i] == entry->th32ParentProcessID)
            return started >= family->started[i];
    return false;
}

/* Adds the children of those that are in it. Returns whether there were any. */
static bool add_children(struct family *family)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    size_t before = family->count;
    BOOL more;

    if (all == INVALID_HANDLE_VALUE)
        return false;
    for (more = Process32FirstW(all, &entry); more; more = Process32NextW(all, &entry)) {
        ULONGLONG started = start_of(entry.th32ProcessID);

        if (family->count < PROCESSES_MAX && started != 0 && !is_in(family, entry.th32ProcessID) &&
            is_child(family, &entry, started)) {
            family->started[family->count] = started;
            family->ids[family->count++] = entry.th32ProcessID;
        }
    }
    CloseHandle(all);
    return family->count > before;
}

static void end_all(DWORD program)
{
    struct family family = {.ids = {program}, .started = {start_of(program)}, .count = 1};
    size_t i;

    while (add_children(&family)) {
    }
    for (i = 0; i < family.count; i++) {
        HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, family.ids[i]);

        if (process != NULL) {
            TerminateProcess(process, EXIT_TIME_LIMIT);
            CloseHandle(process);
        }
    }
}

/* The rest of a command line behind its first word, which may be in quotes. */
static wchar_t *behind_word(wchar_t *line)
{
    bool quoted = false;

    for (; *line != L'\0' && (quoted || (*line != L' ' && *line != L'\t')); line++)
        if (*line == L'"')
            quoted = !quoted;
    while (*line == L' ' || *line == L'\t')
        line++;
    return line;
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t *line = behind_word(behind_word(GetCommandLineW()));
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION program;
    DWORD seconds = argc > 2 ? wcstoul(argv[1], NULL, 10) : 0, code = EXIT_TIME_LIMIT;

    if (seconds == 0) {
        fputs("usage: time_limit SECONDS program [arguments...]\n", stderr);
        return EXIT_USAGE;
    }
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &program)) {
        fprintf(stderr, "time_limit: cannot start %ls: error %lu\n", line, GetLastError());
        return EXIT_NOT_STARTED;
    }
    if (WaitForSingleObject(program.hProcess, seconds * 1000) == WAIT_TIMEOUT) {
        end_all(program.dwProcessId);
        fprintf(stderr, "time_limit: stopped after %lu s: %ls\n", seconds, line);
    } else if (!GetExitCodeProcess(program.hProcess, &code)) {
        code = EXIT_NOT_STARTED;
    }
    return (int)code;
}
