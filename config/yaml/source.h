/*
 * source.h - checks the bytes of a file before the YAML parser gets them.
 */
#ifndef CFG_SOURCE_H
#define CFG_SOURCE_H

#include <stddef.h>
#include <stdint.h>

enum source_fault {
    SOURCE_GOOD,
    SOURCE_UTF16,    /* it begins with a mark of UTF-16 */
    SOURCE_NOT_UTF8, /* ill-formed */
    SOURCE_NUL,
    SOURCE_CONTROL, /* other than tab and line ends; a noncharacter, too */
    /* Only where the file itself is checked: */
    SOURCE_MARK, /* a byte order mark */
    SOURCE_BREAK /* U+2028 or U+2029, which ends a line for YAML and for no editor */
};

/*
 * Finds the first character that a configuration must not contain. `*offset` is where, and
 * `*point` the character (0 for SOURCE_UTF16 and SOURCE_NOT_UTF8).
 */
enum source_fault source_fault(const char *text, size_t length, size_t *offset, uint32_t *point);

/* The same for a text out of the file, in which escapes may stand for any character. */
enum source_fault source_text_fault(const char *text, size_t length);

/* Line and column, counted from 1 in characters, of an offset into well-formed text. */
void source_place(const char *text, size_t offset, uint32_t *line, uint32_t *column);

/* The line, counted from 1, without its end. `*length` is 0 beyond the last one. */
const char *source_line(const char *text, size_t size, uint32_t line, size_t *length);

#endif
