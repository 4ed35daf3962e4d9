/*
 * messages.h - what is wrong with a configuration, and where.
 *
 * One list collects the errors and warnings of a whole load, so that a person
 * sees all of them at once. What only the system knows (an unknown account) goes
 * into the same list later. A list never forgets that there was an error: without
 * memory, or beyond CFG_MESSAGES_MAX, a text is dropped but still counted.
 */
#ifndef CFG_MESSAGES_H
#define CFG_MESSAGES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

struct json;

#define CFG_MESSAGES_MAX 200 /* messages stored with their text */

/*
 * A place in a configuration file. `file` is borrowed: it lives as long as the
 * configuration or the list it came from. Line and column count from 1; line 0
 * means the file as a whole.
 */
struct cfg_place {
    const char *file;
    uint32_t line;
    uint32_t column;
};

enum cfg_severity { CFG_WARNING, CFG_ERROR };

struct cfg_message {
    enum cfg_severity severity;
    char *file; /* owned, as are the other texts; never NULL */
    uint32_t line, column;
    char *object; /* path of the thing, such as "segments.Prices.size"; NULL: none */
    char *text;   /* what is wrong and what to do, one line without a full stop */
};

struct cfg_messages {
    struct cfg_message *items;
    size_t count, capacity;
    size_t errors, warnings; /* all that were added, stored or not */
};

void cfg_messages_init(struct cfg_messages *list);
void cfg_messages_free(struct cfg_messages *list);

/*
 * Adds one message. `object` may be NULL. Control characters and invisible ones (characters.h)
 * in texts become '?'; a path keeps invisible ones.
 */
void cfg_message_add(struct cfg_messages *list, enum cfg_severity severity,
                     const struct cfg_place *place, const char *object, const char *format, ...)
    SHMB_PRINTF(5, 6);

/* The same for a caller that is variadic itself. */
void cfg_message_addv(struct cfg_messages *list, enum cfg_severity severity,
                      const struct cfg_place *place, const char *object, const char *format,
                      va_list values) SHMB_PRINTF(5, 0);

/* Sorts the stored messages by file, line and column (stable). */
void cfg_messages_sort(struct cfg_messages *list);

/*
 * Writes "file:line:column: error: object: text" (parts that are not known are
 * left out) into `out`, always terminated when `size` is not 0. Returns the
 * length the whole line needs, as snprintf does.
 */
size_t cfg_message_format(const struct cfg_message *message, char *out, size_t size);

/* Writes the stored messages into an array of `json`, each as message_json.h has it. */
void cfg_messages_json(const struct cfg_messages *list, struct json *json);

/* What reading a text came to. */
enum cfg_result {
    CFG_OK,
    CFG_INVALID,  /* `messages` holds at least one error */
    CFG_NO_MEMORY /* the text was not judged */
};

#endif
