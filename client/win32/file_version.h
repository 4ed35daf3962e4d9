/*
 * file_version.h - the version in the resource of a program or DLL.
 */
#ifndef SHMB_FILE_VERSION_H
#define SHMB_FILE_VERSION_H

#include <stdint.h>
#include <wchar.h>

/*
 * Reads the first three numbers; all 0: none. The file is loaded as data: no code of it runs, and
 * one for another machine works, too.
 */
void file_version_read(const wchar_t *path, uint32_t version[3]);

#endif
