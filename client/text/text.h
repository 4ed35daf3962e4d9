/*
 * text.h - a text that grows: for SDDL, lists of messages and output.
 */
#ifndef SHMB_TEXT_H
#define SHMB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"

/* All zero: empty. `at` is NULL until something was added. */
struct text {
    char *at;
    size_t length, capacity;
    bool failed; /* no memory: the text is incomplete, and nothing more is added */
};

/* Adds text, formatted as by printf. Sets `failed` if there is no memory. */
void text_add(struct text *text, const char *format, ...) SHMB_PRINTF(2, 3);

/* Empties the text, and keeps its memory for the next one. */
void text_reset(struct text *text);

/* Frees the memory. The text is empty afterwards. */
void text_free(struct text *text);

#endif
