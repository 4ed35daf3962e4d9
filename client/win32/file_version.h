/*
 * file_version.h - the version in the resource of a program or DLL.
 */
#ifndef SHMB_FILE_VERSION_H
#define SHMB_FILE_VERSION_H

#include <stdint.h>
#include <wchar.h>

/*
 * Reads the four numbers; all 0: none. Of our files the last one is that of a candidate, or
 * FILE_VERSION_RELEASE. The file is loaded as data: no code of it runs, and one for another machine
 * works, too.
 */
#define FILE_VERSION_RELEASE 65535u
void file_version_read(const wchar_t *path, uint32_t version[4]);

/* The same as the program's own text of it: "1.0.0-rc.1". Empty: none. */
#define FILE_VERSION_TEXT 40 /* bytes */
void file_version_text(const wchar_t *path, char out[FILE_VERSION_TEXT]);

#endif
