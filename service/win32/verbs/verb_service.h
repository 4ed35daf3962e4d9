/*
 * verb_service.h - the broker under the service manager.
 */
#ifndef VERB_SERVICE_H
#define VERB_SERVICE_H

#include <windows.h>

#include <stdbool.h>

#include "exit_codes.h"

/*
 * Runs this process as the service; returns when the service has ended.
 * `config` is the path of the configuration; it must stay valid. `unsafe`:
 * accepts files that others than administrators can change. `audit`: audits
 * objects. SHMB_EXIT_USAGE: the service manager did not start this process.
 */
enum shmb_exit verb_service(const char *config, bool unsafe, bool audit);

/*
 * Handles a control; the service manager calls it on a thread of its own. Public
 * for a test, which passes controls that no program can send.
 */
DWORD WINAPI verb_service_control(DWORD control, DWORD type, void *data, void *context);

#endif
