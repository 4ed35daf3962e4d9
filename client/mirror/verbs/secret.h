/*
 * secret.h - passwords, from a file or the environment.
 */
#ifndef MIRROR_SECRET_H
#define MIRROR_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define SECRET_MAX 512 /* bytes of a password */

/*
 * Reads a password: the first line of `file`, or of the variable of the environment if `file` is
 * NULL. `*out` is NULL if there is none; else free it with secret_free. False: `why` says what is
 * wrong with the file: it cannot be read, or everybody may read it.
 */
bool secret_read(const char *file, const wchar_t *variable, char **out, char *why, size_t size);

/* Overwrites and frees. NULL is allowed. */
void secret_free(char *secret);

#endif
