/*
 * A keeper is recognised by its command line. Any user can start a process with such a line, so it
 * is believed only if the process has this program's name and an owner that no user can set.
 */
#include "keeper_find.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>
#include <wchar.h>
#include <winternl.h>

#include "failure.h"
#include "keeper_open.h"
#include "line_words.h"
#include "owner.h"
#include "process_id.h"

#define MOST 64u /* of one search; others are found by the next one */

/* ProcessCommandLineInformation: a UNICODE_STRING and its text; since Windows 8.1. */
#define COMMAND_LINE_CLASS ((PROCESSINFOCLASS)60)
#define COMMAND_LINE_MOST  (sizeof(UNICODE_STRING) + 65536u)
#define NO_SUCH_CLASS      ((LONG)0xC0000003)

/* ---- the command line of another process ---------------------------------------- */

/* Reads memory of another process. */
static bool read_there(HANDLE process, const BYTE *from, void *to, size_t size)
{
    SIZE_T done = 0;

    return ReadProcessMemory(process, from, to, size, &done) && done == size;
}

/* The same from the memory of the process. */
static wchar_t *command_in_memory(HANDLE process)
{
    PROCESS_BASIC_INFORMATION basic;
    BYTE *parameters;
    UNICODE_STRING line;
    wchar_t *text = NULL;

    memset(&basic, 0, sizeof(basic));
    if (NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof(basic), NULL) <
            0 ||
        basic.PebBaseAddress == NULL ||
        !read_there(process, (const BYTE *)basic.PebBaseAddress + offsetof(PEB, ProcessParameters),
                    &parameters, sizeof(parameters)) ||
        parameters == NULL ||
        !read_there(process, parameters + offsetof(RTL_USER_PROCESS_PARAMETERS, CommandLine), &line,
                    sizeof(line)))
        return NULL;
    if (line.Length > 0)
        text = malloc(line.Length + sizeof(*text));
    if (text == NULL)
        return NULL;
    text[line.Length / sizeof(*text)] = L'\0';
    if (read_there(process, (const BYTE *)line.Buffer, text, line.Length))
        return text;
    free(text);
    return NULL;
}

/* For systems that do not know the class, such as Wine 8. */
static wchar_t *command_by_number(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id);
    wchar_t *text = process != NULL ? command_in_memory(process) : NULL;

    if (process != NULL)
        CloseHandle(process);
    return text;
}

/*
 * The command line of a process; freed with free(). NULL: it cannot be read. The kernel reads it
 * for whoever may ask for limited information: the memory of a service's keeper is closed even to
 * administrators, because their consoles have a lower integrity level.
 */
static wchar_t *command_of(HANDLE process)
{
    BYTE *found = malloc(COMMAND_LINE_MOST);
    UNICODE_STRING line;
    wchar_t *text = NULL;
    ULONG size = 0;
    LONG status;

    if (found == NULL)
        return NULL;
    status = NtQueryInformationProcess(process, COMMAND_LINE_CLASS, found, (ULONG)COMMAND_LINE_MOST,
                                       &size);
    if (status >= 0) {
        memcpy(&line, found, sizeof(line));
        text = calloc(line.Length / sizeof(*text) + 1, sizeof(*text));
        if (text != NULL)
            memcpy(text, line.Buffer, line.Length / sizeof(*text) * sizeof(*text));
    }
    free(found);
    return status == NO_SUCH_CLASS ? command_by_number(GetProcessId(process)) : text;
}

/* What the command line of a keeper says (keeper_main.h). */
struct told {
    struct sys_keeper maker; /* its broker */
    uint32_t hold_ms, place;
};

/* False: not the command line of a keeper. */
static bool read_told(const wchar_t *command, struct told *out)
{
    int count = 0;
    wchar_t **words = line_words_all(command, &count), *end[4] = {NULL};
    /* The words: program, "keeper", number and start time of the broker, time to hold, place */
    bool is = words != NULL && count >= 6 && wcscmp(words[1], L"keeper") == 0;

    if (is) {
        out->maker.process = wcstoul(words[2], &end[0], 10);
        out->maker.started = wcstoull(words[3], &end[1], 10);
        out->hold_ms = wcstoul(words[4], &end[2], 10);
        out->place = wcstoul(words[5], &end[3], 10);
        is = *end[0] == L'\0' && *end[1] == L'\0' && *end[2] == L'\0' && *end[3] == L'\0';
    }
    free(words);
    return is;
}

/* ---- the search ------------------------------------------------------------------- */

/* keeper_launch.c sets the owner. Setting one of the trusted ones takes a token that has it. */
static bool has_trusted_owner(HANDLE process)
{
    char owner[OWNER_SID_MAX];

    return owner_read(process, owner) == 0 && owner_trusted(owner);
}

/* True for a keeper of this place whose broker has ended. */
static bool is_left(HANDLE process, uint32_t place)
{
    struct told told;
    wchar_t *command;
    bool is;

    if (!process_id_is_ours(process) || !has_trusted_owner(process) ||
        WaitForSingleObject(process, 0) != WAIT_TIMEOUT)
        return false;
    command = command_of(process);
    is = command != NULL && read_told(command, &told) && told.place == place &&
         !process_id_runs(told.maker.process, told.maker.started);
    free(command);
    return is;
}

/* A process that denies the rights to end it is not a keeper that this broker could end. */
static bool look_at(DWORD id, uint32_t place, struct sys_keeper *out)
{
    HANDLE process = keeper_open(id, PROCESS_TERMINATE);
    bool is;

    if (process == NULL)
        return false;
    is = is_left(process, place);
    out->process = id;
    out->started = process_id_started(process);
    CloseHandle(process);
    return is;
}

enum sys_status keeper_find(uint32_t place, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry;
    BOOL more;

    *found = NULL;
    *count = 0;
    if (all == INVALID_HANDLE_VALUE)
        return failure_set(why, "CreateToolhelp32Snapshot", GetLastError());
    *found = malloc(MOST * sizeof(**found));
    if (*found == NULL) {
        CloseHandle(all);
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    }
    memset(&entry, 0, sizeof(entry));
    entry.dwSize = sizeof(entry);
    for (more = Process32FirstW(all, &entry); more && *count < MOST;
         more = Process32NextW(all, &entry))
        /* The name first: it needs no handle, and most processes fail it. */
        if (process_id_name_is_ours(entry.szExeFile) &&
            look_at(entry.th32ProcessID, place, *found + *count))
            ++*count;
    CloseHandle(all);
    return SYS_OK;
}

/* ---- its end ---------------------------------------------------------------------- */

/* NULL: there is no such process, or another one has its number. */
static HANDLE open_process(const struct sys_keeper *which)
{
    HANDLE process =
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, which->process);

    if (process != NULL && process_id_started(process) != which->started) {
        CloseHandle(process);
        process = NULL;
    }
    return process;
}

/* When it ended, as FILETIME. 0: it runs, or that is not known any more. */
static uint64_t ended_at(const struct sys_keeper *which)
{
    FILETIME made, ended = {0, 0}, kernel, user;
    HANDLE process = open_process(which);

    if (process == NULL)
        return 0;
    if (WaitForSingleObject(process, 0) != WAIT_OBJECT_0 ||
        !GetProcessTimes(process, &made, &ended, &kernel, &user))
        ended = (FILETIME){0, 0};
    CloseHandle(process);
    return (uint64_t)ended.dwHighDateTime << 32 | ended.dwLowDateTime;
}

uint64_t keeper_until(const struct sys_keeper *keeper)
{
    HANDLE process = open_process(keeper);
    wchar_t *command = process != NULL ? command_of(process) : NULL;
    struct told told;
    uint64_t ended = 0;

    if (command != NULL && read_told(command, &told))
        ended = ended_at(&told.maker);
    if (ended != 0)
        ended += (uint64_t)told.hold_ms * 10000;
    free(command);
    if (process != NULL)
        CloseHandle(process);
    return ended;
}
