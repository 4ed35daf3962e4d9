/*
 * read_value.h - what all readers of parts of a configuration share: where they
 * are, how they complain, how they take single values.
 *
 * A reader that finds something wrong adds an error, leaves what it should
 * have read at its default, and lets the caller go on, so that one load finds
 * all errors. Only lack of memory ends a load early: `no_memory` is set.
 */
#ifndef CFG_READ_VALUE_H
#define CFG_READ_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "model.h"
#include "tree.h"

struct reader {
    struct cfg *cfg;
    struct cfg_messages *messages;
    const struct cfg_access *defaults; /* defaults.access; NULL: none, or none that can be used */
    bool defaults_written;
    struct cfg_integrity integrity; /* defaults.integrity */
    struct cfg_audit audit;         /* defaults.audit */
    bool no_memory;
};

/* Where a reader is in the file's structure: a key, or an entry of a list, below `up`. */
struct path {
    const struct path *up;
    const char *key; /* NULL: entry number `index` */
    size_t index;
};

#define READER_PATH_SIZE 768 /* room for any path with a name in it */

/* "segments.Prices.access.read[2]", cut at `size`. Returns `out`. */
const char *reader_path(const struct path *path, char *out, size_t size);

struct cfg_place reader_place(const struct reader *reader, const struct node *node);

void reader_error(struct reader *reader, const struct node *at, const struct path *path,
                  const char *format, ...) SHMB_PRINTF(4, 5);

/* Memory of the configuration; NULL sets `no_memory`. */
void *reader_alloc(struct reader *reader, size_t count, size_t size);
const char *reader_text(struct reader *reader, const char *text, size_t length);

/* A short excerpt of a node for a message: 'text', a list, a mapping, nothing. */
struct shown {
    char text[72];
};
const char *reader_show(const struct node *node, struct shown *out);

/*
 * Sorts a mapping by its keys: `values[i]` is the value of `keys[i]`, NULL if
 * it is not written. Unknown keys are errors; bit i of `*meant` says that one
 * of them was probably keys[i], so that nobody need complain that it is missing
 * (`meant` may be NULL). Null counts as a mapping with nothing in it; anything
 * else is an error, and false is returned.
 */
bool read_keys(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *keys, size_t count, const struct node **values, unsigned *meant);

/* A whole number without quotes. False: an error was added. */
bool read_number(struct reader *reader, const struct node *node, const struct path *path,
                 uint64_t least, uint64_t most, uint64_t *out);

/*
 * A size of 1 to `most` bytes; `range` says so in a message. 0: an error was
 * added.
 */
uint64_t read_size(struct reader *reader, const struct node *node, const struct path *path,
                   uint64_t most, const char *range);

/*
 * A time of `least` to `most` milliseconds; `range` says so in a message.
 * False: an error was added, and `*out` is 0.
 */
bool read_time(struct reader *reader, const struct node *node, const struct path *path,
               uint64_t least, uint64_t most, const char *range, uint64_t *out);

/* true or false, without quotes. */
bool read_bool(struct reader *reader, const struct node *node, const struct path *path, bool *out);

/* One of a few words: its index. */
bool read_word(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *words, size_t count, size_t *out);

#endif
