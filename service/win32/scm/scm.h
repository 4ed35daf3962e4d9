/*
 * scm.h - the service as its manager sees it; what the verbs share.
 */
#ifndef SCM_H
#define SCM_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

#define SCM_TEXT_MAX 1200 /* bytes of a reason in words */

/* The name for calls that take a wide string. */
#define SCM_SERVICE_NAME L"ShmBroker"

/* Opens the installed service. 0, or the Win32 code and NULL. */
DWORD scm_find(DWORD access, SC_HANDLE *service);

/*
 * The same for a verb. On anything but SHMB_EXIT_DONE `*service` is NULL and
 * the reason has been said on the standard error output: `console` where there
 * is no service, but a broker in a console.
 */
enum shmb_exit scm_open(DWORD access, const char *console, SC_HANDLE *service);
void scm_close(SC_HANDLE handle); /* NULL is allowed */

/* Says what could not be done and why; returns the exit code that fits. */
enum shmb_exit scm_failed(const char *what, DWORD code);

/* False: GetLastError() says why. */
bool scm_query(SC_HANDLE service, SERVICE_STATUS_PROCESS *out);

/* How it is registered; to be freed with free(). NULL: GetLastError() says why. */
QUERY_SERVICE_CONFIGW *scm_query_config(SC_HANDLE service);

/*
 * Waits until the service is in `state`, or stopped, and tells its last state
 * in `*out`. Gives up, says so and returns SHMB_EXIT_TIMEOUT when nothing has
 * moved for a minute.
 */
enum shmb_exit scm_wait(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *out);

/* "running", "stopped", ... */
const char *scm_state_word(DWORD state);

/* Why a stopped service ended, in words. */
void scm_end_text(const SERVICE_STATUS_PROCESS *status, char out[SCM_TEXT_MAX]);

/* The exit code for a verb that finds the service stopped though it should run. */
enum shmb_exit scm_end_exit(const SERVICE_STATUS_PROCESS *status);

#endif
