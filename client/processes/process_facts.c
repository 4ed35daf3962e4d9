/*
 * A process tells its path, account and start to those who may open it. Its name, session and start
 * are also in the system's list of processes, which everybody may read.
 */
#include "process_facts.h"

#include <windows.h>

#include <winternl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "debug_privilege.h"
#include "system_table.h"
#include "visible.h"
#include "wide.h"

#define LIST_FIRST (512u << 10) /* bytes for the list of processes; doubled if too small */
#define LIST_MOST  (64u << 20)

static void take_listed(const SYSTEM_PROCESS_INFORMATION *listed, struct process_facts *out)
{
    const UNICODE_STRING *name;
    LARGE_INTEGER started;

    /*
     * winternl.h hides some members: the time at which the process was made is at offset 32 and
     * its name at 56, or 56 in 32 bit as well.
     */
    memcpy(&started, (const BYTE *)listed + 32, sizeof(started));
    name = (const UNICODE_STRING *)(const void *)((const BYTE *)listed + 56);
    out->started = (uint64_t)started.QuadPart;
    out->session = (uint32_t)listed->SessionId;
    if (name->Buffer != NULL)
        wide_to_buffer(name->Buffer, name->Length / sizeof(wchar_t), out->path, sizeof(out->path));
}

static void find_listed(struct process_facts *out)
{
    BYTE *list = system_table_read(SystemProcessInformation, LIST_FIRST, LIST_MOST), *at = list;

    while (at != NULL) {
        const SYSTEM_PROCESS_INFORMATION *listed = (const void *)at;

        if ((uint32_t)(uintptr_t)listed->UniqueProcessId == out->process) {
            take_listed(listed, out);
            break;
        }
        at = listed->NextEntryOffset != 0 ? at + listed->NextEntryOffset : NULL;
    }
    free(list);
}

static void add_path(HANDLE process, struct process_facts *out)
{
    wchar_t path[PROCESS_PATH];
    DWORD length = PROCESS_PATH;

    if (QueryFullProcessImageNameW(process, 0, path, &length))
        wide_to_buffer(path, length, out->path, sizeof(out->path));
}

static void add_account(HANDLE process, struct process_facts *out)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } buffer;
    HANDLE token;
    DWORD size;

    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return;
    if (GetTokenInformation(token, TokenUser, &buffer, sizeof(buffer), &size))
        account_text(buffer.user.User.Sid, out->account, sizeof(out->account));
    CloseHandle(token);
}

static void add_start(HANDLE process, struct process_facts *out)
{
    FILETIME made, ended, kernel, user;

    if (GetProcessTimes(process, &made, &ended, &kernel, &user))
        out->started = (uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime;
}

void process_facts_find(uint32_t process, struct process_facts *out)
{
    TOKEN_PRIVILEGES before;
    bool debug;
    HANDLE handle;

    memset(out, 0, sizeof(*out));
    out->process = process;
    out->session = PROCESS_NO_SESSION;
    debug = debug_privilege_enable(&before);
    find_listed(out);
    handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    if (handle != NULL) {
        add_path(handle, out);
        add_account(handle, out);
        add_start(handle, out);
        CloseHandle(handle);
    }
    if (debug)
        debug_privilege_restore(&before);
}

size_t process_facts_text(const struct process_facts *facts, char *out, size_t size)
{
    char session[32] = "", account[PROCESS_ACCOUNT + 2] = "";
    int length;

    if (facts->session != PROCESS_NO_SESSION)
        (void)snprintf(session, sizeof(session), ", session %lu", (unsigned long)facts->session);
    if (facts->account[0] != '\0')
        (void)snprintf(account, sizeof(account), ", %s", facts->account);
    length = snprintf(out, size, "%s (process %lu%s%s)",
                      facts->path[0] != '\0' ? facts->path : "a program",
                      (unsigned long)facts->process, session, account);
    if (length >= (int)size)
        wide_mark_cut(out, size);
    shmb_make_visible(out, false);
    return strlen(out);
}
