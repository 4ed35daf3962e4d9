/*
 * service_manager.h - the service ShmBroker as the tests see it, through the service
 * manager's own calls. There is one such service per machine: a test that
 * finds one it did not make fails, and each ends without one.
 */
#ifndef TEST_SERVICE_MANAGER_H
#define TEST_SERVICE_MANAGER_H

#include "support.h"

/* Group setup: fails where the service is installed already. */
int scm_setup(void **state);

/*
 * Test teardown: stops and deletes the service, removes the executable that
 * `install` puts to its place, and does what support_teardown does.
 */
int scm_teardown(void **state);

/*
 * Creates the service with a command line: shmbroker.exe, `arguments` and
 * --allow-unsafe-config (nothing is safe where tests put files), on Wine in the
 * session of services.
 */
void scm_create(const char *arguments);

/* The same as another account; Wine only, elsewhere the service manager chooses it. */
void scm_create_as(const struct launch *who, const char *arguments);

/* Starts it, or asks it to stop; the call must be accepted. */
void scm_start(void);
void scm_stop(void);

/* Waits until it has this state. */
SERVICE_STATUS_PROCESS scm_wait(DWORD state);

/* True where the service manager knows the service. */
bool scm_installed(void);

/* The folder `install` puts the executable to, and `tail`. */
const wchar_t *scm_program(const wchar_t *tail);

/* A configuration where the account of the service can read it; its path has spaces. */
const char *scm_file(const char *text);

/* A string or number of a key below HKEY_LOCAL_MACHINE; "(none)" where there is none. */
const char *scm_registry(const char *key, const char *value);

#endif
