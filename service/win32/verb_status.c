#include "verbs.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "console.h"
#include "paths.h"
#include "scm.h"
#include "status.h"
#include "wide.h"

/* The configuration the service's command line names; to be freed with free(), NULL: unknown. */
static char *config_path(const wchar_t *command)
{
    struct command_line line;
    char *path = NULL;

    if (command_line_read(command, &line)) {
        path = line.config != NULL ? line.config : paths_default_config();
        line.config = NULL;
    }
    command_line_free(&line);
    return path;
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
    status_find_access(out);
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
    config = scm_query_config(service);
    if (config == NULL)
        return scm_failed("cannot ask for the configuration of the service", GetLastError());
    enough = ask(&status, &state, config);
    free(config);
    /* What a broker has published that ended may be there still: its keeper holds it. */
    status.incomplete |= !status.runs;
    if (enough && as_json)
        enough = status_print_json(&status);
    else if (enough)
        enough = status_print(&status);
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
