/*
 * process_id.h - which process a number means: it is given out again.
 */
#ifndef PROCESS_ID_H
#define PROCESS_ID_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* When it was made, a FILETIME; 0: not known. */
uint64_t process_id_started(HANDLE process);

/* Whether it runs this program, by the name of its file; after an upgrade, that has a longer one.
 */
bool process_id_is_ours(HANDLE process);
bool process_id_name_is_ours(const wchar_t *file);

#endif
