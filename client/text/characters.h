/*
 * characters.h - characters that nobody sees in a file, or that look like others.
 *
 * They come from documents, web pages and chat programs by copying, and from escapes in
 * double quotes. YAML takes them as they are, so a name or a value differs from what the
 * reader of the file sees.
 */
#ifndef SHMB_CHARACTERS_H
#define SHMB_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum character_kind {
    CHARACTER_PLAIN,
    CHARACTER_DOUBTFUL, /* an unusual space, a joiner, or one that looks like a plain character */
    CHARACTER_REFUSED   /* a control character, a separator of lines, or an invisible one */
};

enum character_kind character_kind(uint32_t point);

/* What a character that is not plain is, such as "a no-break space". */
const char *character_name(uint32_t point);

/* A character in a text. */
struct character {
    uint32_t point;
    size_t offset, length; /* bytes */
};

/* Finds the first character that is at least `least`. False: none; `out` is then unset. */
bool character_find(const char *text, size_t length, enum character_kind least,
                    struct character *out);

#define CHARACTER_SHOWN 176

/*
 * Writes "U+00A0, a no-break space, between '64' and 'KiB'" for a character of `text`.
 * Returns `out`.
 */
const char *character_show(const char *text, size_t length, const struct character *character,
                           char out[CHARACTER_SHOWN]);

#endif
