/*
 * code_page.h - strings of the flat interface: from an ANSI code page to UTF-16 and back.
 *
 * The ANSI code page of a process can be UTF-8 (65001): its manifest or the system says so.
 * https://learn.microsoft.com/windows/apps/design/globalizing/use-utf8-code-page
 */
#ifndef LIB_CODE_PAGE_H
#define LIB_CODE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "shmb.h"

/* Converts a text. False: ill-formed, or it does not fit into `units` with its terminator. */
bool code_page_widen(unsigned page, const char *text, shmb_wchar *out, int32_t units);

/*
 * Converts a name into `size` bytes with the terminator. Returns its length, SHMB_RANGE: too
 * small, or SHMB_BAD_NAME: the code page lacks a character. On failure the buffer is empty.
 */
int32_t code_page_name(unsigned page, const shmb_wchar *text, char *buffer, int32_t size);

/*
 * Converts a sentence into `size` bytes with the terminator; cuts it between two characters,
 * and replaces those that the code page lacks. Returns its length.
 */
int32_t code_page_text(unsigned page, const shmb_wchar *text, char *buffer, int32_t size);

#endif
