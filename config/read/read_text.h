/*
 * read_text.h - checks the characters of names, accounts and paths.
 */
#ifndef CFG_READ_TEXT_H
#define CFG_READ_TEXT_H

#include "read_value.h"

/*
 * Checks a text of which every character matters. `what` is how messages call it, such as
 * "the name". An error: a control character, an invisible one. Warnings: unusual spaces,
 * typographic quotes and the like, white space at the ends, escapes in double quotes that
 * were hardly meant. False: an error was added.
 */
bool read_text_check(struct reader *reader, const struct node *node, const struct path *path,
                     const char *what);

/*
 * Checks the name of an object as written. On true, `*bare` and `*length` are the name
 * without Global\. False: an error was added; its object is `error_path`.
 */
bool read_name(struct reader *reader, const struct node *node, const struct path *path,
               const struct path *error_path, const char **bare, size_t *length);

#define ESCAPE_NOTE 112

/*
 * Writes what an escape in double quotes has made of a text, for the end of a message:
 * " (in double quotes \P is U+2029; ...)", or "". Returns `out`.
 */
const char *read_escape_note(const struct node *node, char out[ESCAPE_NOTE]);

#endif
