#include "verbs.h"

#include <windows.h>
#include <shellapi.h>

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "paths.h"
#include "scm.h"
#include "status.h"
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

/* What the service manager knows; false: no memory. */
static bool ask_manager(struct status *out, const SERVICE_STATUS_PROCESS *service,
                        const QUERY_SERVICE_CONFIGW *config)
{
    char text[SCM_TEXT_MAX];
    const wchar_t *account = config->lpServiceStartName;

    out->state_word = scm_state_word(service->dwCurrentState);
    out->runs = service->dwCurrentState == SERVICE_RUNNING;
    out->process = service->dwProcessId;
    if (service->dwCurrentState == SERVICE_STOPPED) {
        scm_end_text(service, text);
        out->end = _strdup(text);
        if (out->end == NULL)
            return false;
    }
    out->account =
        account != NULL && account[0] != L'\0' ? wide_to_utf8(account) : _strdup("LocalSystem");
    out->start_word = start_word(config->dwStartType);
    out->config = config_path(config->lpBinaryPathName);
    return out->account != NULL;
}

/* False: no memory. */
static bool ask(struct status *out, const SERVICE_STATUS_PROCESS *service,
                const QUERY_SERVICE_CONFIGW *config)
{
    if (!ask_manager(out, service, config) || !status_ask_broker(out))
        return false;
    if (!out->directory && !status_ask_names(out))
        return false;
    return status_find_holders(out);
}

static enum shmb_exit show(SC_HANDLE service, bool as_json)
{
    SERVICE_STATUS_PROCESS state;
    QUERY_SERVICE_CONFIGW *config;
    struct status status = {0};
    enum shmb_exit result = SHMB_EXIT_DONE;
    bool enough;

    if (!scm_query(service, &state))
        return scm_failed("cannot ask for the state of the service", GetLastError());
    config = query_config(service);
    if (config == NULL)
        return scm_failed("cannot ask for the configuration of the service", GetLastError());
    enough = ask(&status, &state, config);
    free(config);
    if (enough && as_json)
        enough = status_print_json(&status);
    else if (enough)
        status_print(&status);
    if (status.incomplete)
        result = SHMB_EXIT_NOT_SO;
    if (!status.runs)
        result = SHMB_EXIT_NO_BROKER;
    status_free(&status);
    if (enough)
        return result;
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}

enum shmb_exit verb_status(bool json)
{
    SC_HANDLE service;
    enum shmb_exit result = scm_open(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG, &service);

    if (result == SHMB_EXIT_DONE)
        result = show(service, json);
    scm_close(service);
    return result;
}
