#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "asker.h"
#include "process.h"
#include "shmb.h"
#include "status_report.h"

#define LEFT       64 /* processes looked for */
#define SERVICE    L"ShmBroker"
#define PROGRAM    L"shmbroker.exe"
#define HOLD_HOURS 24

/* A keeper that nobody ends must be seen, and not go by itself before it is looked for. */
static_assert(HOLD_HOURS * 3600000ull > 10ull * PATIENCE_MS, "keepers outlive every wait");

static struct journal *journal;
static const wchar_t *source;            /* the program to be installed */
static wchar_t place[MAX_PATH];          /* folder of the service's program */
static wchar_t configuration[MAX_PATH];  /* its file */
static wchar_t installed[MAX_PATH + 32]; /* the service's program */
static struct site_counts counts;
static uint64_t generations[64]; /* of all objects, in the order of the list; 0: not known */
static HANDLE reloading;

static bool failed(const char *what, long code)
{
    journal_fail(journal, "%s: %ld", what, code);
    return false;
}

/* ---- the configuration ---- */

static bool leaves_out(enum site_configuration which, uint32_t segment)
{
    return which == SITE_WITHOUT && (segment == 1 || segment == 4 || segment == 7);
}

/* Before a reload that retires segments, and after one that brings them back. */
static void note_retired(enum site_configuration which)
{
    uint32_t i;

    for (i = 0; i < SEGMENTS; i++) {
        volatile uint32_t *retired = &journal->segments[i].retired;

        if (leaves_out(which, i) != (*retired % 2 != 0))
            InterlockedIncrement((volatile LONG *)retired);
    }
}

static void put_segments(FILE *file, enum site_configuration which)
{
    uint32_t i;

    fputs("segments:\n", file);
    for (i = 0; i < SEGMENTS; i++)
        if (!leaves_out(which, i))
            fprintf(file, "  %s: { size: %u }\n", torture_name(i),
                    which == SITE_OTHER_SIZE && i == 2 ? 3 * SEGMENT_SIZE : SEGMENT_SIZE);
}

static bool configure(enum site_configuration which)
{
    FILE *file = _wfopen(configuration, L"wb");

    if (file == NULL)
        return failed("the configuration cannot be written", (long)GetLastError());
    fprintf(file, "version: 1\nhold_for: %d h\ndefaults: { access: { write: [Interactive]%s } }\n",
            HOLD_HOURS, which == SITE_ACCESS ? ", read: [Users]" : "");
    put_segments(file, which);
    if (which == SITE_BROKEN)
        fputs("  ShmbTorture.Broken: { size: 0 }\n", file);
    if (which == SITE_MORE)
        fputs("  ShmbTorture.More: { size: 100000 }\n", file);
    fprintf(file,
            "mutexes: { ShmbTorture.Mutex: {} }\n"
            "events: { ShmbTorture.Event: { reset: manual }%s }\n"
            "semaphores: { ShmbTorture.Semaphore: { initial: 1, maximum: 3 } }\n"
            "requests:\n"
            "  Asked:\n"
            "    names: '" ASKER_NAMES "*'\n"
            "    who: [Users]\n"
            "    size: 64 KiB\n"
            "    rate: 10000\n"
            "    access: { write: [Requester] }\n"
            "    lives: until released\n",
            which == SITE_MORE ? ", ShmbTorture.MoreEvent: { reset: auto }" : "");
    return fclose(file) == 0 || failed("the configuration cannot be written", 0);
}

/* ---- the service ---- */

/* NULL where there is none. */
static SC_HANDLE open_service(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = manager != NULL ? OpenServiceW(manager, SERVICE, SERVICE_ALL_ACCESS) : NULL;

    if (manager != NULL)
        CloseServiceHandle(manager);
    return service;
}

static SERVICE_STATUS_PROCESS query(void)
{
    SERVICE_STATUS_PROCESS status = {0};
    SC_HANDLE service = open_service();
    DWORD size;

    if (service != NULL) {
        (void)QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status),
                                   &size);
        CloseServiceHandle(service);
    }
    return status;
}

static bool wait_state(DWORD state)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    while (query().dwCurrentState != state) {
        if (GetTickCount64() > until)
            return failed("the service is in state", (long)query().dwCurrentState);
        Sleep(5);
    }
    return true;
}

DWORD site_broker(void)
{
    SERVICE_STATUS_PROCESS status = query();

    return status.dwCurrentState == SERVICE_RUNNING && process_lives(status.dwProcessId)
               ? status.dwProcessId
               : 0;
}

bool site_kill_start(DWORD ms)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    SC_HANDLE service = open_service();
    BOOL ok = service != NULL && StartServiceW(service, 0, NULL);
    DWORD code = GetLastError();

    if (service != NULL)
        CloseServiceHandle(service);
    if (!ok && code != ERROR_SERVICE_ALREADY_RUNNING)
        return failed("the service cannot be started", (long)code);
    /* Wine's manager waits a minute for a process that dies before it has called back. */
    while (query().dwCurrentState == SERVICE_START_PENDING && query().dwCheckPoint == 0 &&
           GetTickCount64() < until)
        Sleep(1);
    Sleep(ms);
    (void)process_kill(query().dwProcessId);
    return true;
}

/* A service that was just killed may be seen as running for a while, and be started by others. */
static bool run(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    while (site_broker() == 0) {
        SC_HANDLE service = open_service();
        BOOL ok = service != NULL && StartServiceW(service, 0, NULL);
        DWORD code = ok ? 0 : GetLastError();

        if (service != NULL)
            CloseServiceHandle(service);
        if ((!ok && code != ERROR_SERVICE_ALREADY_RUNNING) || GetTickCount64() > until)
            return failed("the service cannot be started", (long)code);
        while (query().dwCurrentState == SERVICE_START_PENDING && GetTickCount64() < until)
            Sleep(2);
        if (query().dwCurrentState == SERVICE_STOPPED)
            return failed("the service ended at once with code",
                          (long)query().dwServiceSpecificExitCode);
    }
    return true;
}

bool site_start(void)
{
    return run();
}

bool site_stop(void)
{
    SC_HANDLE service = open_service();
    SERVICE_STATUS status;
    BOOL ok = service != NULL && ControlService(service, SERVICE_CONTROL_STOP, &status);
    DWORD code = GetLastError();

    if (service != NULL)
        CloseServiceHandle(service);
    return ok ? wait_state(SERVICE_STOPPED) : failed("the service takes no stop", (long)code);
}

bool site_kill_broker(void)
{
    return process_kill(site_broker()) || failed("there is no broker to kill", 0);
}

/* The report's line: keeper, its process, "holds", how many. */
static DWORD keeper_in(const char *text, size_t size)
{
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line))
        if (line.length[0] == 6 && memcmp(line.field[0], "keeper", 6) == 0 && line.length[2] == 5 &&
            memcmp(line.field[2], "holds", 5) == 0)
            return (DWORD)strtoul(line.field[1], NULL, 10);
    return 0;
}

DWORD site_keeper(void)
{
    static char text[SHMB_REPORT_TEXT_MAX + 1];
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Global\\" SHMB_REPORT_NAME);
    const void *view = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
    struct shmb_report report;
    DWORD keeper = 0;

    if (view != NULL && shmb_report_read(view, SHMB_REPORT_SIZE, &report, text) == SHMB_READ_OK)
        keeper = keeper_in(text, report.text_size);
    if (view != NULL)
        UnmapViewOfFile(view);
    if (section != NULL)
        CloseHandle(section);
    return process_lives(keeper) ? keeper : 0;
}

bool site_wait_keeper(DWORD other_than)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    DWORD keeper;

    while ((keeper = site_keeper()) == 0 || keeper == other_than) {
        if (GetTickCount64() > until)
            return failed("there is no keeper that holds everything", (long)keeper);
        Sleep(2);
    }
    return true;
}

bool site_alone(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    size_t count;

    while ((count = process_count(PROGRAM)) != 2) {
        if (GetTickCount64() > until)
            return failed("there are not a broker and its keeper, but processes:", (long)count);
        Sleep(2);
    }
    return true;
}

/* ---- its verbs ---- */

static bool verb(const wchar_t *program, const wchar_t *arguments, DWORD expected)
{
    wchar_t command[2048];
    HANDLE process;
    DWORD code;

    swprintf(command, 2048, L"\"%ls\" %ls", program, arguments);
    process = process_start(command);
    if (process == NULL)
        return failed("shmbroker cannot be started", (long)GetLastError());
    code = process_end(process, PATIENCE_MS);
    if (code == expected)
        return true;
    journal_fail(journal, "shmbroker %ls: code %ld, not %lu", arguments, (long)code, expected);
    return false;
}

bool site_reload(enum site_configuration which)
{
    DWORD expected = which == SITE_BROKEN || which == SITE_OTHER_SIZE ? 1 : 0;

    if (which == SITE_WITHOUT)
        note_retired(which);
    if (!configure(which) || !verb(installed, L"reload", expected))
        return false;
    if (which != SITE_BROKEN)
        note_retired(which);
    return true;
}

bool site_reload_begun(enum site_configuration which)
{
    wchar_t command[MAX_PATH + 64];

    if (!configure(which))
        return false;
    if (which == SITE_WITHOUT)
        note_retired(which);
    swprintf(command, MAX_PATH + 64, L"\"%ls\" reload", installed);
    reloading = process_start(command);
    return reloading != NULL || failed("shmbroker cannot be started", (long)GetLastError());
}

/* Whatever it says: the broker was killed meanwhile. */
bool site_reload_ended(void)
{
    bool ended = process_end(reloading, 2 * PATIENCE_MS) != PROCESS_HANGS;

    reloading = NULL;
    return ended || failed("shmbroker reload hangs", 0);
}

static bool install(const wchar_t *program)
{
    wchar_t arguments[3 * MAX_PATH];

    swprintf(arguments, 3 * MAX_PATH,
             L"install --allow-unsafe-config --account LocalSystem --to \"%ls\" --config \"%ls\"",
             place, configuration);
    return verb(program, arguments, 0);
}

/* Another program by its bytes: one more at the end of the file, which means nothing. */
bool site_upgrade(void)
{
    wchar_t copy[MAX_PATH + 32];
    FILE *file;
    bool well;

    swprintf(copy, MAX_PATH + 32, L"%ls\\next.exe", place);
    if (!CopyFileW(source, copy, FALSE))
        return failed("no copy of the program", (long)GetLastError());
    file = _wfopen(copy, L"ab");
    if (file == NULL || fprintf(file, "%llu", GetTickCount64()) < 0 || fclose(file) != 0)
        return failed("no copy of the program", 0);
    well = install(copy);
    (void)DeleteFileW(copy);
    return well && run();
}

/* ---- begin and end ---- */

static void choose_place(void)
{
    wchar_t temporary[MAX_PATH - 60];
    DWORD length = GetTempPathW(MAX_PATH - 60, temporary);

    if (length == 0 || length >= MAX_PATH - 60)
        wcscpy(temporary, L".\\");
    swprintf(place, MAX_PATH, L"%lsshmb-torture-%lu", temporary, GetCurrentProcessId());
    (void)CreateDirectoryW(place, NULL);
    swprintf(configuration, MAX_PATH, L"%ls\\torture.yaml", place);
    swprintf(installed, MAX_PATH + 32, L"%ls\\%ls", place, PROGRAM);
}

bool site_begin(struct journal *shared, const wchar_t *broker)
{
    SC_HANDLE service = open_service();

    journal = shared;
    if (service != NULL) {
        CloseServiceHandle(service);
        return failed("a service ShmBroker is installed here; torture would take it down", 0);
    }
    source = broker;
    choose_place();
    return configure(SITE_USUAL) && install(broker) && site_start();
}

static void remove_place(void)
{
    wchar_t pattern[MAX_PATH + 32], path[2 * MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(pattern, MAX_PATH + 32, L"%ls\\*", place);
    search = FindFirstFileW(pattern, &found);
    while (search != INVALID_HANDLE_VALUE) {
        swprintf(path, 2 * MAX_PATH, L"%ls\\%ls", place, found.cFileName);
        (void)DeleteFileW(path);
        if (!FindNextFileW(search, &found))
            break;
    }
    if (search != INVALID_HANDLE_VALUE)
        FindClose(search);
    (void)RemoveDirectoryW(place);
}

bool site_end(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    DWORD left[LEFT];
    size_t count;
    uint32_t i;

    if (!verb(source, L"uninstall", 0))
        return false;
    /* Nothing is done to them: one that never began would stay for ever. */
    while ((count = process_find(PROGRAM, left, LEFT)) > 0) {
        if (GetTickCount64() > until) {
            journal_fail(journal, "%zu processes are left, the first with %u handles", count,
                         process_handles(left[0]));
            return false;
        }
        Sleep(50);
    }
    for (i = 0; i < SEGMENTS; i++) {
        wchar_t name[64];

        swprintf(name, 64, L"Global\\%hs", torture_name(i));
        if (OpenFileMappingW(FILE_MAP_READ, FALSE, name) != NULL)
            return failed("left behind: segment", (long)i);
    }
    remove_place();
    return true;
}

void site_abandon(void)
{
    SC_HANDLE service = open_service();

    if (service != NULL) {
        (void)DeleteService(service);
        CloseServiceHandle(service);
    }
    process_kill_all(PROGRAM, place);
    remove_place();
}

/* ---- what it holds ---- */

static bool check_object(const shmb_info *info, size_t index)
{
    uint64_t *known = &generations[index];

    if (info->state != SHMB_STATE_HELD) {
        journal_fail(journal, "%s is not held: state %u", info->name, info->state);
        return false;
    }
    if (*known == 0)
        *known = info->generation;
    if (*known != info->generation) {
        journal_fail(journal, "%s has another generation", info->name);
        return false;
    }
    if (info->kind == SHMB_KIND_SEGMENT && info->bytes != SEGMENT_SIZE) {
        journal_fail(journal, "%s has %llu bytes", info->name, (unsigned long long)info->bytes);
        return false;
    }
    return true;
}

bool site_check(bool adopted)
{
    shmb_info info = {.size = sizeof(info)};
    uint32_t count = 0, i;
    shmb_list *list;
    bool well = true;
    int32_t result = shmb_list_open(&list, &count);

    if (result != SHMB_OK || count != 2 * SEGMENTS + 3)
        well = failed("the directory has another number of objects, or is not there",
                      result != SHMB_OK ? result : (long)count);
    for (i = 0; well && i < count; i++) {
        result = shmb_list_next(list, &info);
        well = result == SHMB_OK ? check_object(&info, i) : failed("shmb_list_next", result);
    }
    shmb_list_close(list);
    if (well && adopted)
        counts.adopted += count;
    return well;
}

bool site_is_there(void)
{
    uint32_t i;

    for (i = 0; i < SEGMENTS; i++) {
        wchar_t name[64];
        HANDLE section, mutex;

        swprintf(name, 64, L"Global\\%hs", torture_name(i));
        section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, name);
        wcscat(name, L".lock");
        mutex = OpenMutexW(SYNCHRONIZE, FALSE, name);
        if (section != NULL)
            CloseHandle(section);
        if (mutex != NULL)
            CloseHandle(mutex);
        if (section == NULL || mutex == NULL)
            return failed("gone with the broker, though there was a keeper: segment", (long)i);
    }
    return true;
}

uint32_t site_handles(void)
{
    uint32_t broker = process_handles(site_broker()), keeper = process_handles(site_keeper());

    return broker != 0 && keeper != 0 ? broker + keeper : 0;
}

struct site_counts site_counts(void)
{
    return counts;
}
