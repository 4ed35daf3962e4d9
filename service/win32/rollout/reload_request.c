#include "reload_request.h"

#include <stdlib.h>

#include "console.h"
#include "published.h"
#include "scm.h"

#define POLL_MS  50u
#define START_MS 60000u /* how long the service may take to start */
#define RETRY_MS 200u

/* True if a reload that began after the request has ended. The counter is odd during a reload. */
static bool has_ended(const struct reload_request *request, uint32_t reloads)
{
    uint32_t begun = request->reloads + (request->reloads & 1); /* skips one in progress */

    return (reloads & 1) == 0 && reloads - begun >= 2 && reloads - begun < UINT32_MAX / 2;
}

/* Retries while the service is starting, when it takes no such control. */
static DWORD send(SC_HANDLE service)
{
    ULONGLONG start = GetTickCount64();

    for (;;) {
        SERVICE_STATUS_PROCESS now;
        SERVICE_STATUS status;
        DWORD code;

        if (ControlService(service, SERVICE_CONTROL_PARAMCHANGE, &status))
            return ERROR_SUCCESS;
        code = GetLastError();
        if (code != ERROR_SERVICE_CANNOT_ACCEPT_CTRL && code != ERROR_INVALID_SERVICE_CONTROL)
            return code;
        if (!scm_query(service, &now) || now.dwCurrentState == SERVICE_STOP_PENDING ||
            now.dwCurrentState == SERVICE_STOPPED)
            return ERROR_SERVICE_NOT_ACTIVE;
        if (now.dwCurrentState != SERVICE_START_PENDING || GetTickCount64() - start >= START_MS)
            return code;
        Sleep(RETRY_MS);
    }
}

DWORD reload_request_send(SC_HANDLE service, struct reload_request *request)
{
    SERVICE_STATUS_PROCESS status;
    struct shmb_report report;
    DWORD code;
    char *text;

    if (!scm_query(service, &status))
        return GetLastError();
    request->process = status.dwProcessId;
    /* Before the control: the counter tells this reload from earlier ones. */
    text = published_report(&report);
    request->reloads = text != NULL ? report.reloads : 0;
    free(text);
    code = send(service);
    request->sent = GetTickCount64();
    return code;
}

bool reload_request_is_over(const struct reload_request *request)
{
    return GetTickCount64() - request->sent >= request->wait_ms;
}

char *reload_request_wait(SC_HANDLE service, const struct reload_request *request,
                          struct shmb_report *report, enum shmb_exit *result)
{
    SERVICE_STATUS_PROCESS status;
    bool seen = false;

    for (;;) {
        char *text = published_report(report);

        /* The report before the state: a service that has ended may have done the reload. */
        seen |= text != NULL;
        if (text != NULL && has_ended(request, report->reloads))
            return text;
        free(text);
        if (scm_query(service, &status) &&
            (status.dwProcessId != request->process || status.dwCurrentState == SERVICE_STOPPED)) {
            console_error("shmbroker: the service has ended in the meantime; see shmbroker status");
            *result = SHMB_EXIT_NO_BROKER;
            return NULL;
        }
        if (reload_request_is_over(request))
            break;
        Sleep(POLL_MS);
    }
    console_error(seen ? "shmbroker: the reload timed out after %g seconds"
                       : "shmbroker: a reload was requested, but the report could not be read for "
                         "%g seconds; see the application event log",
                  request->wait_ms / 1000.0);
    *result = SHMB_EXIT_TIMEOUT;
    return NULL;
}
