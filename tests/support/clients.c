#include "clients.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

HANDLE client_open(const char *kind, const char *name, DWORD mask)
{
    const wchar_t *wide = support_wide(name);

    if (strcmp(kind, "section") == 0)
        return OpenFileMappingW(mask, FALSE, wide);
    if (strcmp(kind, "mutex") == 0)
        return OpenMutexW(mask, FALSE, wide);
    if (strcmp(kind, "event") == 0)
        return OpenEventW(mask, FALSE, wide);
    if (strcmp(kind, "semaphore") == 0)
        return OpenSemaphoreW(mask, FALSE, wide);
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
}

HANDLE client_create(const char *kind, const char *name, SECURITY_ATTRIBUTES *security)
{
    const wchar_t *wide = support_wide(name);

    SetLastError(0);
    if (strcmp(kind, "section") == 0)
        return CreateFileMappingW(INVALID_HANDLE_VALUE, security, PAGE_READWRITE, 0, 256, wide);
    if (strcmp(kind, "mutex") == 0)
        return CreateMutexW(security, FALSE, wide);
    if (strcmp(kind, "event") == 0)
        return CreateEventW(security, TRUE, FALSE, wide);
    if (strcmp(kind, "semaphore") == 0)
        return CreateSemaphoreW(security, 1, 3, wide);
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
}

static int open_each(int argc, char **argv)
{
    static char line[SUPPORT_LINE_MAX];
    size_t used = 0;
    int i;

    for (i = 2; i < argc; i++) {
        HANDLE handle = client_open(argv[0], argv[1], (DWORD)strtoul(argv[i], NULL, 0));
        DWORD code = handle != NULL ? 0 : GetLastError();

        if (handle != NULL)
            CloseHandle(handle);
        used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%lu", i > 2 ? " " : "", code);
    }
    client_say("%s", line);
    return 0;
}

static int create(int argc, char **argv)
{
    HANDLE handle = client_create(argv[0], argv[1], NULL);
    DWORD code = GetLastError();

    (void)argc;
    if (handle == NULL)
        client_say("%lu", code);
    else
        client_say(code == ERROR_ALREADY_EXISTS ? "exists" : "created");
    client_wait_for_end();
    return 0;
}

static int owner(int argc, char **argv)
{
    HANDLE handle = client_open(argv[0], argv[1], READ_CONTROL);
    PSECURITY_DESCRIPTOR security = NULL;
    wchar_t *text = NULL;
    PSID sid = NULL;
    DWORD code = handle == NULL
                     ? GetLastError()
                     : GetSecurityInfo(handle, SE_KERNEL_OBJECT, OWNER_SECURITY_INFORMATION, &sid,
                                       NULL, NULL, NULL, &security);

    (void)argc;
    if (code == 0 && sid != NULL && ConvertSidToStringSidW(sid, &text))
        client_say("%ls", text);
    else
        client_say("%lu", code);
    return 0;
}

/* Says what failed where a view cannot be had. */
static unsigned char *view_of(const char *name, DWORD access)
{
    HANDLE section = OpenFileMappingW(access, FALSE, support_wide(name));
    void *view;

    if (section == NULL) {
        client_say("OpenFileMapping %s: error %lu", name, GetLastError());
        return NULL;
    }
    view = MapViewOfFile(section, access, 0, 0, 0);
    if (view == NULL)
        client_say("MapViewOfFile %s: error %lu", name, GetLastError());
    return view; /* the section handle stays open, as in most programs */
}

static bool write_text(char **argv)
{
    unsigned char *view = view_of(argv[0], FILE_MAP_WRITE);

    if (view == NULL)
        return false;
    memcpy(view + strtoul(argv[1], NULL, 0), argv[2], strlen(argv[2]));
    client_say("written");
    return true;
}

static int write_and_exit(int argc, char **argv)
{
    (void)argc;
    return write_text(argv) ? 0 : 1;
}

static int write_and_wait(int argc, char **argv)
{
    (void)argc;
    if (!write_text(argv))
        return 1;
    client_wait_for_end();
    return 0;
}

static int dump(int argc, char **argv)
{
    static char hex[SUPPORT_LINE_MAX];
    unsigned char *view = view_of(argv[0], FILE_MAP_READ);
    MEMORY_BASIC_INFORMATION region;
    size_t length, i;

    (void)argc;
    if (view == NULL)
        return 1;
    VirtualQuery(view, &region, sizeof(region));
    length = region.RegionSize;
    while (length > 0 && view[length - 1] == 0)
        length--;
    if (length * 2 >= sizeof(hex) - 32)
        length = sizeof(hex) / 2 - 32;
    for (i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", view[i]);
    hex[2 * length] = 0;
    client_say("%lu: %s", (unsigned long)region.RegionSize, hex);
    return 0;
}

static HANDLE open_mutex(const char *name)
{
    HANDLE mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, support_wide(name));

    if (mutex == NULL)
        client_say("OpenMutex %s: error %lu", name, GetLastError());
    return mutex;
}

static int take_and_release(HANDLE mutex, DWORD ms)
{
    DWORD result = WaitForSingleObject(mutex, ms);

    if (result == WAIT_TIMEOUT || result == WAIT_FAILED) {
        client_say(result == WAIT_TIMEOUT ? "timeout" : "failed");
        return 0;
    }
    client_say(result == WAIT_ABANDONED ? "abandoned" : "taken");
    return ReleaseMutex(mutex) ? 0 : 1;
}

static int take(int argc, char **argv)
{
    HANDLE mutex = open_mutex(argv[0]);

    (void)argc;
    return mutex == NULL ? 1 : take_and_release(mutex, (DWORD)strtoul(argv[1], NULL, 0));
}

static int wait_then_take(int argc, char **argv)
{
    HANDLE mutex = open_mutex(argv[0]);

    (void)argc;
    if (mutex == NULL)
        return 1;
    client_say("opened");
    client_wait_for_end();
    return take_and_release(mutex, 0);
}

static int hold(int argc, char **argv)
{
    HANDLE mutex = open_mutex(argv[0]);

    (void)argc;
    if (mutex == NULL)
        return 1;
    if (WaitForSingleObject(mutex, SUPPORT_DEADLINE_MS) == WAIT_OBJECT_0)
        client_say("holding");
    else
        client_say("not taken");
    client_wait_for_end();
    ReleaseMutex(mutex);
    return 0;
}

/* The sender hears it as well, and to ignore Ctrl+C does not help against Ctrl+Break. */
static BOOL WINAPI ignore(DWORD event)
{
    (void)event;
    return TRUE;
}

static int send_to_console(const char *process, DWORD event)
{
    FreeConsole();
    if (!AttachConsole((DWORD)strtoul(process, NULL, 0)) || !SetConsoleCtrlHandler(ignore, TRUE) ||
        !GenerateConsoleCtrlEvent(event, 0)) {
        client_say("error %lu", GetLastError());
        return 1;
    }
    client_say("sent");
    return 0;
}

static int interrupt(int argc, char **argv)
{
    (void)argc;
    return send_to_console(argv[0], CTRL_C_EVENT);
}

static int send_break(int argc, char **argv)
{
    (void)argc;
    return send_to_console(argv[0], CTRL_BREAK_EVENT);
}

const struct verb clients_verbs[] = {
    {"open", 3, open_each},
    {"create", 2, create},
    {"owner", 2, owner},
    {"write", 3, write_and_exit},
    {"write-wait", 3, write_and_wait},
    {"dump", 1, dump},
    {"take", 2, take},
    {"wait", 1, wait_then_take},
    {"hold", 1, hold},
    {"interrupt", 1, interrupt},
    {"break", 1, send_break},
};
const size_t clients_verb_count = sizeof(clients_verbs) / sizeof(clients_verbs[0]);
