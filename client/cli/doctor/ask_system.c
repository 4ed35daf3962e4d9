/* The port of shmb doctor: service, broker, directory, report. */
#include "ask_system.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "namespace.h"
#include "owner.h"
#include "plain.h"
#include "published.h"
#include "shmb.h"
#include "status_report.h"
#include "suggest.h"

static enum doctor_service of_status(const SERVICE_STATUS *status, uint32_t *code)
{
    switch (status->dwCurrentState) {
    case SERVICE_STOPPED:
        *code = status->dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR
                    ? status->dwServiceSpecificExitCode
                    : status->dwWin32ExitCode;
        /* No failure to report. */
        if (*code == ERROR_SERVICE_NEVER_STARTED)
            *code = 0;
        return DOCTOR_SERVICE_STOPPED;
    case SERVICE_START_PENDING:
        return DOCTOR_SERVICE_STARTING;
    case SERVICE_STOP_PENDING:
        return DOCTOR_SERVICE_STOPPING;
    default:
        return DOCTOR_SERVICE_RUNS;
    }
}

static enum doctor_service ask_service(void *context, uint32_t *code)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    enum doctor_service result = DOCTOR_SERVICE_UNKNOWN;
    SERVICE_STATUS status;
    SC_HANDLE service;

    (void)context;
    if (manager == NULL)
        return result;
    service = OpenServiceW(manager, L"" SHMB_SERVICE_NAME, SERVICE_QUERY_STATUS);
    if (service != NULL) {
        if (QueryServiceStatus(service, &status))
            result = of_status(&status, code);
        CloseServiceHandle(service);
    } else if (GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST) {
        result = DOCTOR_SERVICE_MISSING;
    }
    CloseServiceHandle(manager);
    return result;
}

/*
 * As broker_runs of the library: only administrators may open the instance mutex, so "access
 * denied" means that it exists. If it is another program's, only a directory shows a broker.
 */
static bool ask_broker(void *context, bool *proven)
{
    HANDLE instance = plain_open(false, SHMB_MUTEX, SHMB_INSTANCE_NAME, SYNCHRONIZE | READ_CONTROL);
    DWORD code = GetLastError();
    struct owner_descriptor owner;
    bool trusted;
    int32_t result;
    shmb_list *list;

    (void)context;
    if (instance == NULL && (code == ERROR_ACCESS_DENIED || code == ERROR_FILE_NOT_FOUND))
        return code == ERROR_ACCESS_DENIED;
    if (instance != NULL) {
        trusted = owner_get(instance, &owner) == 0 && owner_sid_trusted(owner.sid);
        CloseHandle(instance);
        *proven = trusted;
        if (trusted)
            return true;
    }
    result = shmb_list_open(&list, NULL);
    shmb_list_close(list);
    return result != SHMB_NO_BROKER;
}

/*
 * A broker can hold everything and still be degraded, for example by a file that was left
 * out.
 */
static bool has_degraded_line(const char *text, size_t size)
{
    static const char word[] = "degraded";
    struct shmb_report_line line;
    size_t at = 0;

    while (shmb_report_next(text, size, &at, &line))
        if (line.length[0] == sizeof(word) - 1 && memcmp(line.field[0], word, line.length[0]) == 0)
            return true;
    return false;
}

/* Reads the report once. A torn or foreign report counts as unknown: it is only a hint. */
static enum doctor_health ask_health(void *context)
{
    enum doctor_health result = DOCTOR_HEALTH_UNKNOWN;
    struct shmb_report report;
    char *text = published_report(&report);

    (void)context;
    if (text != NULL)
        result = report.result == SHMB_REPORT_COMPLETE && !has_degraded_line(text, report.text_size)
                     ? DOCTOR_HEALTH_COMPLETE
                     : DOCTOR_HEALTH_DEGRADED;
    free(text);
    return result;
}

static enum doctor_directory of_result(int32_t result)
{
    switch (result) {
    case SHMB_OK:
        return DOCTOR_DIRECTORY_GOOD;
    case SHMB_NO_BROKER:
        return DOCTOR_DIRECTORY_NONE;
    case SHMB_NOT_FOUND:
        return DOCTOR_DIRECTORY_EMPTY;
    case SHMB_ACCESS_DENIED:
        return DOCTOR_DIRECTORY_DENIED;
    case SHMB_NOT_OURS:
        return DOCTOR_DIRECTORY_NOT_OURS;
    case SHMB_VERSION_MISMATCH:
        return DOCTOR_DIRECTORY_VERSION;
    case SHMB_CORRUPT:
        return DOCTOR_DIRECTORY_CORRUPT;
    default:
        return DOCTOR_DIRECTORY_FAILED;
    }
}

/* The library does not distinguish a missing directory from an empty one while a broker runs. */
static bool root_exists(void)
{
    HANDLE root = plain_open(false, SHMB_SECTION, SHMB_ROOT_NAME, READ_CONTROL);

    if (root == NULL)
        return GetLastError() != ERROR_FILE_NOT_FOUND;
    CloseHandle(root);
    return true;
}

static enum doctor_directory look_up(void *context, const char *name, struct doctor_entry *entry,
                                     bool *found)
{
    shmb_list *list;
    shmb_info info;
    int32_t result = shmb_list_open(&list, NULL);

    (void)context;
    if (result == SHMB_NOT_FOUND && !root_exists())
        return DOCTOR_DIRECTORY_NONE;
    if (result != SHMB_OK)
        return of_result(result);
    shmb_list_close(list);
    info.size = sizeof(info);
    result = shmb_describe(name, &info);
    if (result == SHMB_OK) {
        snprintf(entry->name, sizeof(entry->name), "%.*s", SHMB_NAME_BYTES - 1, info.name);
        entry->kind = info.kind;
        entry->state = info.state;
        entry->bytes = info.bytes;
        entry->twofold = (info.flags & SHMB_FLAG_DOUBLE) != 0;
        *found = true;
    }
    /* The directory is open, so "not found" is about the name. */
    return result == SHMB_NOT_FOUND ? DOCTOR_DIRECTORY_GOOD : of_result(result);
}

/* Up to `*count` names of the list, to be freed; sets `*count`. NULL: out of memory. */
static char **take_names(shmb_list *list, uint32_t *count)
{
    char **names = calloc(*count + 1u, sizeof(*names));
    uint32_t used = 0;
    shmb_info info;

    info.size = sizeof(info);
    while (names != NULL && used < *count && shmb_list_next(list, &info) == SHMB_OK &&
           (names[used] = _strdup(info.name)) != NULL)
        used++;
    *count = used;
    return names;
}

static size_t ask_nearest(void *context, const char *name,
                          char out[DOCTOR_NEAREST][SHMB_NAME_BYTES])
{
    size_t found = 0;
    uint32_t count, i;
    shmb_list *list;
    char **names;

    (void)context;
    if (shmb_list_open(&list, &count) != SHMB_OK)
        return 0;
    names = take_names(list, &count);
    /* suggest_word finds one word, so it is called again without that one. */
    while (names != NULL && found < DOCTOR_NEAREST) {
        const char *near_one = suggest_word(name, strlen(name), (const char *const *)names, count);

        if (near_one == NULL)
            break;
        snprintf(out[found++], SHMB_NAME_BYTES, "%.*s", SHMB_NAME_BYTES - 1, near_one);
        for (i = 0; i < count; i++) /* so that the next call finds another one */
            if (names[i] == near_one)
                names[i][0] = '\0';
    }
    for (i = 0; names != NULL && i < count; i++)
        free(names[i]);
    free(names);
    shmb_list_close(list);
    return found;
}

static uint32_t try_open(void *context, bool local, enum shmb_kind kind, const char *name,
                         uint32_t mask)
{
    HANDLE handle = plain_open(local, kind, name, mask);

    (void)context;
    if (handle == NULL)
        return GetLastError();
    CloseHandle(handle);
    return 0;
}

static bool ask_link(void *context, uint32_t session, const char *name)
{
    (void)context;
    return namespace_links(session, name);
}

const struct doctor_system doctor_win32 = {
    NULL,         ask_service,  ask_broker,      ask_health,
    look_up,      ask_nearest,  try_open,        doctor_control,
    ask_link,     doctor_owner, doctor_trustees, doctor_lock,
    doctor_place, doctor_dll,   doctor_request,  doctor_broker_version,
};
