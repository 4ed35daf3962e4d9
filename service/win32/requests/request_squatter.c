/*
 * Connects without saying who we are, and asks for nothing but the owner: a stranger's pipe gets
 * no token of the broker's.
 */
#include "request_squatter.h"

#include <windows.h>

#include <stdio.h>

#include "accounts.h"
#include "failure.h"
#include "owner.h"
#include "request_message.h"

static void read_owner(HANDLE pipe, char *out, size_t size)
{
    char sid[OWNER_SID_MAX], account[ACCOUNT_NAME_MAX];

    if (owner_read(pipe, sid) == ERROR_SUCCESS) {
        accounts_name(sid, account);
        (void)snprintf(out, size, "owned by %s", account);
    } else {
        (void)snprintf(out, size, "without an owner that can be read");
    }
}

enum sys_status request_squatter_ask(struct sys_failure *why)
{
    char owner[ACCOUNT_NAME_MAX + 16], process[32] = "";
    ULONG server;
    HANDLE pipe = CreateFileW(L"" SHMB_REQUEST_PIPE, READ_CONTROL, 0, NULL, OPEN_EXISTING,
                              SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, NULL);
    DWORD code = GetLastError();

    if (pipe == INVALID_HANDLE_VALUE && code == ERROR_FILE_NOT_FOUND)
        return failure_set(why, "CreateNamedPipeW", code);
    if (pipe == INVALID_HANDLE_VALUE)
        return failure_say(why, SYS_TAKEN, "CreateNamedPipeW", code,
                           "another program has a pipe of this name, whose owner cannot be read");
    read_owner(pipe, owner, sizeof(owner));
    if (GetNamedPipeServerProcessId(pipe, &server))
        (void)snprintf(process, sizeof(process), " (process %lu)", (unsigned long)server);
    CloseHandle(pipe);
    return failure_say(why, SYS_TAKEN, "CreateNamedPipeW", 0,
                       "another program has a pipe of this name, %s%s", owner, process);
}
