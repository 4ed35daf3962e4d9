/*
 * service_host.h - a function as the process of a Windows service.
 */
#ifndef MIRROR_SERVICE_HOST_H
#define MIRROR_SERVICE_HOST_H

#include "exit_codes.h"

/* Runs until `stop`, an event, is set. Its result becomes the service's own exit code. */
typedef enum shmb_exit service_work(void *context, void *stop);

/*
 * Call it first in a process that the service manager has started. Returns when the service has
 * ended. SHMB_EXIT_USAGE: the service manager did not start this process.
 */
enum shmb_exit service_host_run(service_work *work, void *context);

#endif
