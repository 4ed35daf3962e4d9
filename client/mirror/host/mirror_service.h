/*
 * mirror_service.h - the service ShmBrokerMirror: how it is registered.
 *
 * It runs as NT AUTHORITY\LocalService with the one privilege that every program has.
 */
#ifndef MIRROR_SERVICE_H
#define MIRROR_SERVICE_H

#include <wchar.h>

#include "exit_codes.h"

#define MIRROR_SERVICE L"ShmBrokerMirror"

/* NT SERVICE\ShmBrokerMirror, made from the name as SHMB_SERVICE_SID is (names.h). */
#define MIRROR_SERVICE_SID L"S-1-5-80-2653151257-2178739692-2560705701-2478396598-3301160223"

/*
 * Registers this program as the service, or changes the registration: it starts with Windows, with
 * this configuration, a full path. `folder` (may be NULL): it is made, and the service may write
 * there. Details that are refused are printed; the service runs without them. On
 * anything but SHMB_EXIT_DONE the reason has been printed.
 */
enum shmb_exit mirror_service_install(const wchar_t *config, const wchar_t *folder);

/* Stops and removes it. SHMB_EXIT_NO_BROKER: there is none. */
enum shmb_exit mirror_service_uninstall(void);

#endif
