/*
 * error.h - the texts of Windows for its error codes.
 */
#ifndef SHMB_ERROR_H
#define SHMB_ERROR_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes the system's text for a Win32 code, in its language, as UTF-8: one line without
 * full stop and line end, always terminated; "error N" if the system has no text. `size`
 * is at least 16. Keeps the last error.
 */
void error_text(uint32_t code, char *out, size_t size);

#endif
