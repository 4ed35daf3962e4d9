/*
 * time_limit - runs a program, and ends it and what it has started after a time. It looks for
 * processes five times a second: it misses those whose parent began and ended in between.
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

/* How often it looks for new processes. */
#define LOOK_MS 200

/*
 * The program, and all below it, also below those that have ended since. A handle keeps the id of
 * each, so that no other process has it.
 */
struct family {
    struct {
        HANDLE process;
        DWORD id;
        ULONGLONG started;
        bool ended;
    } members[PROCESSES_MAX];
    size_t count;
};

static ULONGLONG start_of(HANDLE process)
{
    FILETIME created = {0}, other;

    if (!GetProcessTimes(process, &created, &other, &other, &other))
        return 0;
    return (ULONGLONG)created.dwHighDateTime << 32 | created.dwLowDateTime;
}

/* Its place in the family; `count`: it is not in it. */
static size_t find(const struct family *family, DWORD id)
{
    size_t i = 0;

    while (i < family->count && family->members[i].id != id)
        i++;
    return i;
}

static void add(struct family *family, HANDLE process, DWORD id)
{
    size_t at = family->count++;

    family->members[at].process = process;
    family->members[at].id = id;
    family->members[at].started = start_of(process);
    family->members[at].ended = false;
}

/* An id is used again: a child is younger than its parent. */
static void add_child(struct family *family, DWORD id, size_t parent)
{
    HANDLE process;

    if (family->count == PROCESSES_MAX || find(family, id) < family->count)
        return;
    process =
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);
    if (process == NULL)
        return;
    if (start_of(process) >= family->members[parent].started)
        add(family, process, id);
    else
        CloseHandle(process);
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
        size_t parent = find(family, entry.th32ParentProcessID);

        if (parent < family->count)
            add_child(family, entry.th32ProcessID, parent);
    }
    CloseHandle(all);
    return family->count > before;
}

/* Adds who is new, then leaves out who had ended before: it has no more children. */
static void look(struct family *family)
{
    size_t i, left = 0;

    for (i = 0; i < family->count; i++)
        family->members[i].ended = WaitForSingleObject(family->members[i].process, 0) == 0;
    while (add_children(family)) {
    }
    for (i = 0; i < family->count; i++) {
        if (i > 0 && family->members[i].ended) /* the first is the caller's handle */
            CloseHandle(family->members[i].process);
        else
            family->members[left++] = family->members[i];
    }
    family->count = left;
}

/* Waits for the program. False: the time is over. */
static bool wait_for(HANDLE program, struct family *family, DWORD seconds)
{
    ULONGLONG until = GetTickCount64() + (ULONGLONG)seconds * 1000;

    while (GetTickCount64() < until) {
        look(family);
        if (WaitForSingleObject(program, LOOK_MS) != WAIT_TIMEOUT)
            return true;
    }
    return false;
}

static void end_all(struct family *family)
{
    size_t i;

    look(family);
    for (i = 0; i < family->count; i++)
        TerminateProcess(family->members[i].process, EXIT_TIME_LIMIT);
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
    static struct family family;
    DWORD seconds = argc > 2 ? wcstoul(argv[1], NULL, 10) : 0, code = EXIT_TIME_LIMIT;

    if (seconds == 0) {
        fputs("usage: time_limit SECONDS program [arguments...]\n", stderr);
        return EXIT_USAGE;
    }
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &program)) {
        fprintf(stderr, "time_limit: cannot start %ls: error %lu\n", line, GetLastError());
        return EXIT_NOT_STARTED;
    }
    add(&family, program.hProcess, program.dwProcessId);
    if (!wait_for(program.hProcess, &family, seconds)) {
        end_all(&family);
        fprintf(stderr, "time_limit: stopped after %lu s: %ls\n", seconds, line);
    } else if (!GetExitCodeProcess(program.hProcess, &code)) {
        code = EXIT_NOT_STARTED;
    }
    return (int)code;
}
