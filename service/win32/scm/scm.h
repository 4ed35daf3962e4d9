/*
 * scm.h - the installed service, through the service control manager; shared by
 * the verbs.
 */
#ifndef SCM_H
#define SCM_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

#define SCM_TEXT_MAX 1200 /* bytes of a reason as text */

/* The name for calls that take a wide string. */
#define SCM_SERVICE_NAME L"ShmBroker"

/* Opens the installed service. 0, or the Win32 code and NULL. */
DWORD scm_find(DWORD access, SC_HANDLE *service);

/*
 * The same for a verb. On anything but SHMB_EXIT_DONE `*service` is NULL and
 * the reason has been printed to standard error. `console` is the advice to
 * print if no service is installed, but a broker runs in a console.
 */
enum shmb_exit scm_open(DWORD access, const char *console, SC_HANDLE *service);
void scm_close(SC_HANDLE handle); /* NULL is allowed */

/* Prints what failed and why; returns the matching exit code. */
enum shmb_exit scm_failed(const char *what, DWORD code);

/* The same for StartServiceW: prints also what helps. */
enum shmb_exit scm_start_failed(DWORD code);

/* Prints that the service of our name runs this program, not ours. SHMB_EXIT_CONFLICT. */
enum shmb_exit scm_not_ours(const char *program);

/* The current state. False: GetLastError() says why. */
bool scm_query(SC_HANDLE service, SERVICE_STATUS_PROCESS *out);

/* How the service is registered; freed with free(). NULL: GetLastError() says why. */
QUERY_SERVICE_CONFIGW *scm_query_config(SC_HANDLE service);

/*
 * Waits until the service is in `state` or stopped; `*out` is its last state.
 * If the service makes no progress for a minute, prints so and returns
 * SHMB_EXIT_TIMEOUT.
 */
enum shmb_exit scm_wait(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *out);

/* "running", "stopped", ... */
const char *scm_state_word(DWORD state);

/* Why a stopped service ended, as text. */
void scm_end_text(const SERVICE_STATUS_PROCESS *status, char out[SCM_TEXT_MAX]);

/* The exit code for a verb that finds the service stopped when it should run. */
enum shmb_exit scm_end_exit(const SERVICE_STATUS_PROCESS *status);

#endif
