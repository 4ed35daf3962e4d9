#include "verbs.h"

#include <windows.h>
#include <shellapi.h>

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "files.h"
#include "holder.h"
#include "load.h"
#include "owner.h"
#include "paths.h"
#include "scm.h"
#include "wide.h"

/* To be freed with free(); NULL: GetLastError(). */
static QUERY_SERVICE_CONFIGW *query_config(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config;
    DWORD size = 0;

    QueryServiceConfigW(service, NULL, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    config = malloc(size);
    if (config == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!QueryServiceConfigW(service, config, size, &size)) {
        DWORD code = GetLastError();

        free(config);
        SetLastError(code);
        return NULL;
    }
    return config;
}

/* The configuration the service's command line names; to be freed with free(), NULL: unknown. */
static char *config_path(const wchar_t *command)
{
    char *path = NULL;
    bool named = false;
    int count = 0, i;
    wchar_t **words = CommandLineToArgvW(command, &count);

    if (words == NULL)
        return NULL;
    for (i = 1; i + 1 < count && !named; i++) {
        if (wcscmp(words[i], L"--config") == 0) {
            path = wide_to_utf8(words[i + 1]);
            named = true;
        }
    }
    LocalFree(words);
    return named ? path : paths_default_config();
}

static const char *start_word(DWORD type)
{
    switch (type) {
    case SERVICE_AUTO_START:
        return "automatic";
    case SERVICE_DEMAND_START:
        return "manual";
    case SERVICE_DISABLED:
        return "disabled";
    default:
        return "other";
    }
}

static void print_service(const SERVICE_STATUS_PROCESS *status, const QUERY_SERVICE_CONFIGW *config,
                          const char *path)
{
    char text[SCM_TEXT_MAX];
    char account[ACCOUNT_NAME_MAX] = "LocalSystem";

    if (status->dwCurrentState == SERVICE_STOPPED) {
        scm_end_text(status, text);
        console_line("state:         stopped; %s", text);
    } else {
        console_line("state:         %s, process %lu", scm_state_word(status->dwCurrentState),
                     (unsigned long)status->dwProcessId);
    }
    if (config->lpServiceStartName != NULL && config->lpServiceStartName[0] != L'\0')
        wide_to_buffer(config->lpServiceStartName, wcslen(config->lpServiceStartName), account,
                       sizeof(account));
    console_line("account:       %s", account);
    console_line("start:         %s", start_word(config->dwStartType));
    console_line("configuration: %s", path == NULL ? "(not known)" : path);
}

/* One line; true when the name is held by an object the broker can have made. */
static bool print_object(enum shmb_kind kind, const char *name)
{
    wchar_t full[OBJECT_NAME_UNITS];
    char text[HOLDER_TEXT_MAX];
    struct holder holder = {0};
    const char *word = shmb_kind_word(kind);
    bool held;

    if (holder_name(name, full))
        holder = holder_ask(full);
    if (holder.state == HOLDER_NONE) {
        console_line("%s Global\\%s: missing", word, name);
        return false;
    }
    /* Somebody without rights on an object cannot tell; that is no sign of a fault. */
    if (holder.state == HOLDER_HIDDEN && holder.kind == kind) {
        console_line("%s Global\\%s: not visible (access denied)", word, name);
        return true;
    }
    held = holder.kind == kind && owner_trusted(holder.owner);
    if (held) {
        console_line("%s Global\\%s: held", word, name);
    } else {
        holder_text(&holder, text);
        console_line("%s Global\\%s: taken by %s", word, name, text);
    }
    return held;
}

/* How many names are missing or taken. */
static size_t print_objects(const struct cfg *configuration)
{
    size_t missing = 0, i;

    for (i = 0; i < configuration->count; i++) {
        const struct cfg_object *object = &configuration->objects[i];

        if (object->kind == SHMB_SECTION && object->u.segment.lock.name != NULL &&
            !print_object(SHMB_MUTEX, object->u.segment.lock.name))
            missing++;
        if (!print_object(object->kind, object->name))
            missing++;
    }
    return missing;
}

/* False: something is missing or taken, or the configuration is of no use. */
static bool print_configuration(const char *path)
{
    struct cfg_messages messages;
    struct cfg *configuration;
    struct sys_failure why;
    enum sys_status status;
    size_t length;
    char *text;
    bool complete = false;

    status = files_read(path, CFG_FILE_MAX, &text, &length, &why);
    if (status != SYS_OK) {
        console_line("objects:       not known, the configuration cannot be read: %s", why.text);
        return status == SYS_DENIED; /* an ordinary user: no sign of a fault */
    }
    cfg_messages_init(&messages);
    if (cfg_load(path, text, length, &messages, &configuration) == CFG_OK)
        complete = print_objects(configuration) == 0;
    else
        console_line("objects:       not known, the configuration has %zu errors; run shmbroker "
                     "check",
                     messages.errors);
    cfg_free(configuration);
    cfg_messages_free(&messages);
    free(text);
    return complete;
}

static enum shmb_exit show(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status;
    QUERY_SERVICE_CONFIGW *config;
    enum shmb_exit result = SHMB_EXIT_DONE;
    char *path;

    if (!scm_query(service, &status))
        return scm_failed("cannot ask for the state of the service", GetLastError());
    config = query_config(service);
    if (config == NULL)
        return scm_failed("cannot ask for the configuration of the service", GetLastError());
    path = config_path(config->lpBinaryPathName);
    print_service(&status, config, path);
    if (path == NULL || !print_configuration(path))
        result = SHMB_EXIT_NOT_SO;
    if (status.dwCurrentState != SERVICE_RUNNING)
        result = SHMB_EXIT_NO_BROKER;
    free(path);
    free(config);
    return result;
}

enum shmb_exit verb_status(void)
{
    SC_HANDLE service;
    enum shmb_exit result = scm_open(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG, &service);

    if (result == SHMB_EXIT_DONE)
        result = show(service);
    scm_close(service);
    return result;
}
