#include "support.h"

#include <shellapi.h>
#include <tlhelp32.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"

#define FILES_MAX 64

static char *files[FILES_MAX];

/* ---- the place we run in ---- */

bool support_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

static bool has_privilege(const wchar_t *name)
{
    struct {
        TOKEN_PRIVILEGES list;
        LUID_AND_ATTRIBUTES more[63];
    } all;
    bool found = false;
    HANDLE token;
    DWORD size, i;
    LUID wanted;

    if (!LookupPrivilegeValueW(NULL, name, &wanted) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    if (GetTokenInformation(token, TokenPrivileges, &all, sizeof(all), &size))
        for (i = 0; i < all.list.PrivilegeCount && !found; i++)
            found = memcmp(&all.list.Privileges[i].Luid, &wanted, sizeof(wanted)) == 0;
    CloseHandle(token);
    return found;
}

bool support_tokens(void)
{
    const char *(CDECL * version)(void) = (const char *(CDECL *)(void))(
        void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");

    if (version != NULL)
        return atoi(version()) >= 9;
    return has_privilege(L"SeCreateTokenPrivilege") &&
           has_privilege(L"SeAssignPrimaryTokenPrivilege");
}

const wchar_t *support_wide(const char *text)
{
    static wchar_t buffers[8][SUPPORT_LINE_MAX];
    static unsigned turn;
    wchar_t *out = buffers[turn++ % 8];

    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, SUPPORT_LINE_MAX) == 0)
        out[0] = 0;
    return out;
}

const char *support_narrow(const wchar_t *text)
{
    static char buffers[4][SUPPORT_LINE_MAX];
    static unsigned turn;
    char *out = buffers[turn++ % 4];

    if (WideCharToMultiByte(CP_UTF8, 0, text, -1, out, SUPPORT_LINE_MAX, NULL, NULL) == 0)
        out[0] = 0;
    return out;
}

const char *support_own_path(void)
{
    static wchar_t path[MAX_PATH * 4];

    GetModuleFileNameW(NULL, path, MAX_PATH * 4);
    return support_narrow(path);
}

static uint64_t made(HANDLE process)
{
    FILETIME from, to, kernel, user;

    if (process == NULL || !GetProcessTimes(process, &from, &to, &kernel, &user))
        return 0;
    return (uint64_t)from.dwHighDateTime << 32 | from.dwLowDateTime;
}

/* The number of a parent that has ended may be another process's by now. */
static bool is_orphan(HANDLE process, DWORD parent)
{
    HANDLE its = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, parent);
    bool lives =
        its != NULL && made(its) <= made(process) && WaitForSingleObject(its, 0) == WAIT_TIMEOUT;

    if (its != NULL)
        CloseHandle(its);
    return !lives;
}

/* Where tests put the executable, or `install` does. */
static bool is_of_the_tests(HANDLE process)
{
    wchar_t path[MAX_PATH * 4], installed[MAX_PATH];
    const wchar_t *broker = support_wide(support_sibling("shmbroker.exe"));
    size_t folder = (size_t)(wcsrchr(broker, L'\\') - broker);
    DWORD size = MAX_PATH * 4;

    if (!QueryFullProcessImageNameW(process, 0, path, &size) ||
        ExpandEnvironmentStringsW(L"%ProgramW6432%\\ShmBroker", installed, MAX_PATH) == 0)
        return false;
    return _wcsnicmp(path, broker, folder) == 0 ||
           _wcsnicmp(path, installed, wcslen(installed)) == 0;
}

static void end_if_left(const PROCESSENTRY32W *entry)
{
    HANDLE process =
        OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE,
                    entry->th32ProcessID);

    if (process == NULL)
        return;
    if (is_of_the_tests(process) && is_orphan(process, entry->th32ParentProcessID)) {
        TerminateProcess(process, 99);
        WaitForSingleObject(process, SUPPORT_DEADLINE_MS);
    }
    CloseHandle(process);
}

void support_end_keepers(void)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W entry;
    BOOL more;

    if (all == INVALID_HANDLE_VALUE)
        return;
    entry.dwSize = sizeof(entry);
    for (more = Process32FirstW(all, &entry); more; more = Process32NextW(all, &entry))
        if (_wcsnicmp(entry.szExeFile, L"shmbroker", 9) == 0)
            end_if_left(&entry);
    CloseHandle(all);
}

static bool is_of_the_system(const char *file)
{
    return strcmp(file, "shmbroker.exe") == 0 || strcmp(file, "session_launcher.exe") == 0;
}

const char *support_sibling(const char *file)
{
    static char paths[4][MAX_PATH * 4];
    static unsigned turn;
    char *out = paths[turn++ % 4];
    const char *own = support_own_path();
    const char *end = strrchr(own, '\\');
    const char *elsewhere = getenv("SHMB_BROKER");

    if (elsewhere != NULL && is_of_the_system(file))
        snprintf(out, sizeof(paths[0]), "%s\\%s", elsewhere, file);
    else
        snprintf(out, sizeof(paths[0]), "%.*s%s", end == NULL ? 0 : (int)(end - own + 1), own,
                 file);
    return out;
}

const char *support_counterpart(void)
{
    static char path[MAX_PATH * 4];
    const char *folder = getenv("SHMB_OTHER_BIN");
    const char *own = support_own_path();
    const char *end = strrchr(own, '\\');

    if (folder == NULL)
        return NULL;
    snprintf(path, sizeof(path), "%s\\%s", folder, end == NULL ? own : end + 1);
    return path;
}

/* ---- the broker ---- */

static void remove_files(void)
{
    size_t i;

    for (i = 0; i < FILES_MAX && files[i] != NULL; i++) {
        support_writable(files[i]);
        DeleteFileW(support_wide(files[i]));
        free(files[i]);
        files[i] = NULL;
    }
}

const char *support_file(const char *text)
{
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 1];
    size_t i = 0;
    HANDLE file;
    DWORD done = 0;

    while (i < FILES_MAX && files[i] != NULL)
        i++;
    assert_true(i < FILES_MAX);
    if (i == 0)
        atexit(remove_files);
    assert_true(GetTempPathW(MAX_PATH, folder) != 0);
    assert_true(GetTempFileNameW(folder, L"shm", 0, path) != 0);
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
    files[i] = _strdup(support_narrow(path));
    assert_non_null(files[i]);
    return files[i];
}

void support_writable(const char *path)
{
    if (support_wine())
        SetFileAttributesW(support_wide(path), FILE_ATTRIBUTE_NORMAL);
}

struct child *broker_run(const struct launch *how, const char *configuration)
{
    struct child *child =
        child_start(how, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker.exe"), support_file(configuration));

    for (;;) {
        const char *line = child_line(child);

        if (line == NULL)
            fail_msg("the broker ended before it ran");
        if (strncmp(line, "info 100:", 9) == 0 || strncmp(line, "warning 101:", 12) == 0 ||
            strncmp(line, "warning 103:", 12) == 0)
            return child;
        print_message("    broker: %s\n", line);
    }
}

struct child *broker_run_session0(const char *configuration)
{
    const struct launch services = {.session = "0"};

    return broker_run(support_wine() ? &services : NULL, configuration);
}

const char *program_says(const char *program, const char *arguments, DWORD code, const char *part)
{
    static char said[SUPPORT_LINE_MAX];
    struct child *child = child_start(NULL, "\"%s\" %s", program, arguments);
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("%s %s: code %lu instead of %lu, or no \"%s\", in:\n%s", program, arguments, got,
                 code, part, said);
    return said;
}

void broker_says(const char *arguments, DWORD code, const char *part)
{
    (void)program_says(support_sibling("shmbroker.exe"), arguments, code, part);
}

/* ---- the client's side ---- */

void client_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

void client_wait_for_end(void)
{
    char byte;
    DWORD got;

    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) && got > 0)
        ;
}

static int run_verb(const struct verb *verbs, size_t count, int argc, char **argv)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(verbs[i].name, argv[0]) == 0 && argc - 1 >= verbs[i].arguments)
            return verbs[i].run(argc - 1, argv + 1);
    return -1;
}

static void empty_folder(const wchar_t *tail)
{
    wchar_t folder[MAX_PATH], path[2 * MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    if (GetEnvironmentVariableW(L"ProgramData", folder, MAX_PATH - 40) == 0)
        return;
    wcscat(folder, tail);
    swprintf(path, sizeof(path) / sizeof(path[0]), L"%ls*", folder);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        swprintf(path, sizeof(path) / sizeof(path[0]), L"%ls%ls", folder, found.cFileName);
        if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
            DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

void support_forget(void)
{
    empty_folder(L"\\ShmBroker\\state\\");
    empty_folder(L"\\ShmBroker\\keep\\");
}

void support_client(const struct verb *own, size_t count)
{
    static char *argv[512];
    int argc = 0, i, code;
    LPWSTR *wide = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (wide == NULL || argc < 3 || wcscmp(wide[1], L"--client") != 0) {
        support_forget();
        return;
    }
    for (i = 0; i < argc - 2 && i < 511; i++)
        argv[i] = _strdup(support_narrow(wide[i + 2]));
    code = run_verb(own, count, i, argv);
    if (code < 0)
        code = run_verb(clients_verbs, clients_verb_count, i, argv);
    if (code < 0)
        client_say("unknown verb %s", argv[0]);
    fflush(stdout);
    ExitProcess(code < 0 ? 2 : (UINT)code);
}
