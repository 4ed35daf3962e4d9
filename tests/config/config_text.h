/*
 * config_text.h - loads a text for a test and gives all that was said of it.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define TEXT(text) text, sizeof(text) - 1

struct loaded {
    enum cfg_result result;
    struct cfg *configuration;
    struct cfg_messages messages;
    char lines[8192]; /* every message, each with a line end */
};

static inline void join_lines(const struct cfg_messages *messages, char *out, size_t size)
{
    size_t i, used = 0;

    out[0] = '\0';
    for (i = 0; i < messages->count && used + 2 < size; i++) {
        size_t length = cfg_message_format(&messages->items[i], out + used, size - used - 1);

        used += length < size - used - 1 ? length : size - used - 2;
        out[used++] = '\n';
        out[used] = '\0';
    }
}

/* The text is given in memory of exactly its length, so that a sanitizer sees a read beyond. */
static inline void load(struct loaded *out, const char *text, size_t length)
{
    char *exact = malloc(length > 0 ? length : 1);

    if (exact == NULL)
        abort();
    memcpy(exact, text, length);
    cfg_messages_init(&out->messages);
    out->result = cfg_load("f", exact, length, &out->messages, &out->configuration);
    free(exact);
    join_lines(&out->messages, out->lines, sizeof out->lines);
}

static inline void unload(struct loaded *out)
{
    cfg_free(out->configuration);
    cfg_messages_free(&out->messages);
}

#endif
