/*
 * verb_service.h - the broker under the service manager.
 */
#ifndef VERB_SERVICE_H
#define VERB_SERVICE_H

#include <windows.h>

#include <stdbool.h>

#include "exit_codes.h"

/*
 * Hands the process over to the service manager and returns when the service
 * has ended. `config` is the path of the configuration; it must stay valid.
 * `unsafe`: its files need not be safe from others than administrators.
 * SHMB_EXIT_USAGE: this process was not started by the service manager.
 */
enum shmb_exit verb_service(const char *config, bool unsafe, bool audit);

/*
 * What the service manager calls with each control, on a thread of its own; only
 * a test calls it besides, with those that no program can send.
 */
DWORD WINAPI verb_service_control(DWORD control, DWORD type, void *data, void *context);

#endif
