/*
 * reload_request.h - has the service reload its configuration, and waits for the report of it.
 */
#ifndef RELOAD_REQUEST_H
#define RELOAD_REQUEST_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "exit_codes.h"
#include "status_report.h"

#define RELOAD_WAIT_MS 60000u /* how long a reload may take, unless the user says otherwise */

/* Identifies a reload that was requested. */
struct reload_request {
    uint32_t wait_ms; /* set by the caller: how long it may take */
    DWORD process;    /* of the service */
    uint32_t reloads; /* the counter at the request; see status_report.h */
    uint64_t sent;    /* GetTickCount64() */
};

/*
 * Requests a reload; the handle needs SERVICE_PAUSE_CONTINUE and SERVICE_QUERY_STATUS. 0, or a
 * Win32 code; ERROR_SERVICE_NOT_ACTIVE: the service does not run. Nothing is printed.
 */
DWORD reload_request_send(SC_HANDLE service, struct reload_request *request);

/* True: the time since the request is over. */
bool reload_request_is_over(const struct reload_request *request);

/*
 * Waits for the end of a reload that began after the request, until its time is over. Returns the
 * text of the report, freed with free(). NULL: `*result` is SHMB_EXIT_NO_BROKER, the service has
 * ended, or SHMB_EXIT_TIMEOUT; that has been printed.
 */
char *reload_request_wait(SC_HANDLE service, const struct reload_request *request,
                          struct shmb_report *report, enum shmb_exit *result);

#endif
