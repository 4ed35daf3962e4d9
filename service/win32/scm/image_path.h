/*
 * image_path.h - the program that a service's image path names.
 *
 * Windows reads the path as CreateProcess reads a command line: a quoted path ends at the next
 * quote. Of a path without quotes it tries the part before each blank in turn, with .exe where the
 * file's name has no extension, and starts the first file that it finds: for
 * C:\Program Files\My Broker\shmbroker.exe first C:\Program.exe.
 */
#ifndef IMAGE_PATH_H
#define IMAGE_PATH_H

#include <stdbool.h>
#include <wchar.h>

/* All zero: nothing to free. */
struct image_path {
    wchar_t *program;    /* the path, with its extension */
    wchar_t *other;      /* the file that Windows finds before it, and starts instead; NULL: none */
    bool plain;          /* quoted, or it needs no quotes; no blanks before it */
    const wchar_t *rest; /* the arguments; points into the line */
};

/*
 * If no part of a path without quotes is a file, the program is the part that ends with .exe, or
 * else with our program's name, or else the first. The same if that is ours and Windows finds
 * another file before it. False: no memory. Freed with image_path_free in any case.
 */
bool image_path_read(const wchar_t *line, struct image_path *out);
void image_path_free(struct image_path *path);

/* True for a path whose file is shmbroker.exe. */
bool image_path_is_ours(const wchar_t *path);

#endif
