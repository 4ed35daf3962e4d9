/*
 * text.h - a text that grows: for SDDL, lists of messages and lines for people.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

/* All zero: empty. `at` is NULL until something was added. */
struct text {
    char *at;
    size_t length, capacity;
    bool failed; /* no memory: the text is not complete and nothing more is added */
};

/* Adds like printf. */
void text_add(struct text *text, const char *format, ...) SHMB_PRINTF(2, 3);

/* Empties the text and keeps its memory. */
void text_reset(struct text *text);
void text_free(struct text *text);

#endif
