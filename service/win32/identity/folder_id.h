/*
 * folder_id.h - identifies a folder independently of its name. No two folders that are
 * open at the same time have the same identity.
 */
#ifndef FOLDER_ID_H
#define FOLDER_ID_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

struct folder_id {
    uint64_t volume;
    unsigned char id[16];
};

/* False: not known (GetLastError() says why), and `*id` is all zero. */
bool folder_id_of(HANDLE folder, struct folder_id *id);

/* True if the folder is at that path now. False: another one is, or none can be opened. */
bool folder_id_is_at(const struct folder_id *id, const wchar_t *path);

#endif
