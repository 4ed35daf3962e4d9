/*
 * keeper_open.h - opens the process of a keeper that another account may have started.
 */
#ifndef KEEPER_OPEN_H
#define KEEPER_OPEN_H

#include <windows.h>

/*
 * Opens a process with these rights, to wait for it, and to ask who it and its owner are; closed
 * with CloseHandle. NULL: GetLastError(); ERROR_INVALID_PARAMETER: there is no such process.
 *
 * A keeper of the service has the integrity level of the system, above that of an administrator's
 * console. So an access that is denied is tried again with SeDebugPrivilege, which administrators
 * have; the broker has given it up. The handle then says nothing about the process: check by
 * process_id.h that it is a keeper before it is ended or its handles are used.
 */
HANDLE keeper_open(DWORD id, DWORD rights);

#endif
