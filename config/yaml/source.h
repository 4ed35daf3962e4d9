/*
 * source.h - checks the bytes of a file before the YAML parser gets them.
 */
#ifndef CFG_SOURCE_H
#define CFG_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Finds the first byte that a configuration must not contain: ill-formed
 * UTF-8, control characters other than tab and line ends, noncharacters.
 * Returns NULL if there is none, else what is wrong and what to do; `*offset`
 * is where.
 */
const char *source_fault(const char *text, size_t length, size_t *offset);

/* Line and column, counted from 1 in characters, of an offset into well-formed text. */
void source_place(const char *text, size_t offset, uint32_t *line, uint32_t *column);

#endif
