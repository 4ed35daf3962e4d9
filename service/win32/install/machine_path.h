/*
 * machine_path.h - a folder on the path of this machine: the value Path of the system's
 * environment variables. Every other entry stays as it is, byte for byte, and so does the type of
 * the value, by which %variables% in it are replaced or not.
 */
#ifndef MACHINE_PATH_H
#define MACHINE_PATH_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Puts the folder, a full path, at the end. `*added`: false if it was there already, in whatever
 * case, with quotes, a last backslash or variables. 0 or a Win32 code: ERROR_INVALID_NAME if the
 * path of the folder has a character with a meaning there (; or %), ERROR_INVALID_DATA if the value
 * is no text, ERROR_BUFFER_OVERFLOW if it would be too long, ERROR_BUSY if others change it all
 * the time.
 */
uint32_t machine_path_add(const char *folder, bool *added);

/* Removes the entry that machine_path_add put there. 0, also if there is none. */
uint32_t machine_path_remove(const char *folder);

/* True: one of its entries is the folder. */
bool machine_path_has(const char *folder);

/* The same with the value in `key`, opened to query and set values. */
uint32_t machine_path_add_in(HKEY key, const char *folder, bool *added);
uint32_t machine_path_remove_in(HKEY key, const char *folder);

/*
 * Tells running programs, such as the one that starts new prompts, that the variables have changed.
 * Waits a few seconds at most.
 */
void machine_path_tell(void);

/* Record and read, freed with free(), the folder that `install` has put there; NULL: none. */
uint32_t machine_path_remember(const char *folder);
uint32_t machine_path_forget(void);
char *machine_path_recorded(void);

#endif
