/*
 * pending_removal.h - files that Windows deletes at its next restart.
 *
 * MoveFileExW with MOVEFILE_DELAY_UNTIL_REBOOT writes the name of the file into the
 * registry. Windows deletes whatever has that name then, also a file that was put
 * there later.
 */
#ifndef PENDING_REMOVAL_H
#define PENDING_REMOVAL_H

#include <windows.h>

#include <stdint.h>
#include <wchar.h>

/*
 * Takes back what Windows would do with `path`, a full path, at its next restart:
 * delete or rename it. Entries for other paths stay as they are, byte for byte.
 * 0, also if there is no such entry; else a Win32 code, and nothing has changed:
 * ERROR_INVALID_DATA for a value that is no list, ERROR_BUSY if others change it
 * all the time.
 */
uint32_t pending_removal_forget(const wchar_t *path);

/* The same with the lists in `key`, opened to query and set values. */
uint32_t pending_removal_forget_in(HKEY key, const wchar_t *path);

#endif
