/*
 * read_value.h - reads single values of a configuration, and what all readers share:
 * place, errors, memory.
 *
 * A reader that finds something wrong adds an error, leaves its output at the
 * default, and lets the caller go on, so that one load finds all errors. Only lack of
 * memory ends a load early: `no_memory` is set.
 */
#ifndef CFG_READ_VALUE_H
#define CFG_READ_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "characters.h"
#include "model.h"
#include "tree.h"

struct reader {
    struct cfg *cfg;
    struct cfg_messages *messages;
    const struct cfg_access *defaults; /* defaults.access; NULL: not written, or invalid */
    bool defaults_written;
    const struct cfg_integrity *integrity; /* defaults.integrity; NULL: not written, or invalid */
    const struct cfg_audit *audit;         /* defaults.audit; NULL: not written, or invalid */
    bool no_memory;
};

/* The position in the file's structure: a key, or an entry of a list, below `up`. */
struct path {
    const struct path *up;
    const char *key; /* NULL: entry number `index` */
    size_t index;
};

#define READER_PATH_SIZE 768 /* room for any path with a name in it */

/* Writes "segments.Prices.access.read[2]", cut at `size`. Returns `out`. */
const char *reader_path(const struct path *path, char *out, size_t size);

/* The place of a node, for errors and for the model. */
struct cfg_place reader_place(const struct reader *reader, const struct node *node);

/* Adds an error at a node; `path` is the object of the message, NULL: none. */
void reader_error(struct reader *reader, const struct node *at, const struct path *path,
                  const char *format, ...) SHMB_PRINTF(4, 5);

/* Adds a warning at a node. */
void reader_warn(struct reader *reader, const struct node *at, const struct path *path,
                 const char *format, ...) SHMB_PRINTF(4, 5);

/* Memory in the configuration's arena. NULL: no memory; `no_memory` is set. */
void *reader_alloc(struct reader *reader, size_t count, size_t size);
const char *reader_text(struct reader *reader, const char *text, size_t length);

/* The shmb_name_hash of a name of the configuration, which is noted if it is not plain ASCII. */
uint32_t reader_hash(struct reader *reader, const char *name, size_t length);

/* The path as a text in the configuration's arena. NULL: no memory; `no_memory` is set. */
const char *reader_path_text(struct reader *reader, const struct path *path);

/*
 * A node as messages show it: 'text' (shortened), a list, a mapping, nothing. A character
 * that cannot be seen or looks like another one is named behind the text.
 */
struct shown {
    char text[72 + CHARACTER_SHOWN];
};
const char *reader_show(const struct node *node, struct shown *out);

/* True for the key <<; an error was added. */
bool read_merge_key(struct reader *reader, const struct node *key, const struct path *path);

/*
 * Reads a mapping: `values[i]` becomes the value of `keys[i]`, NULL if it is not
 * written. Unknown keys are errors; bit i of `*meant` says that one of them is
 * probably a misspelt keys[i], so that the caller does not call it missing (`meant`
 * may be NULL). Null counts as an empty mapping; anything else is an error, and
 * false is returned.
 */
bool read_keys(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *keys, size_t count, const struct node **values, unsigned *meant);

/* A key of another kind of object, and why this one has none. */
struct refused_key {
    const char *key, *why;
};

/* As read_keys; `refused` ends with a NULL key. Those keys get an error of their own. */
bool read_keys_refusing(struct reader *reader, const struct node *node, const struct path *path,
                        const char *const *keys, size_t count, const struct refused_key *refused,
                        const struct node **values, unsigned *meant);

/* A whole number without quotes. False: an error was added. */
bool read_number(struct reader *reader, const struct node *node, const struct path *path,
                 uint64_t least, uint64_t most, uint64_t *out);

/*
 * A size of 1 to `most` bytes; `range` is the text of the error beyond them. 0: an
 * error was added.
 */
uint64_t read_size(struct reader *reader, const struct node *node, const struct path *path,
                   uint64_t most, const char *range);

/*
 * A time of `least` to `most` milliseconds; `range` is the text of the error beyond
 * them. False: an error was added, and `*out` is 0.
 */
bool read_time(struct reader *reader, const struct node *node, const struct path *path,
               uint64_t least, uint64_t most, const char *range, uint64_t *out);

/* true or false, without quotes. False: an error was added, and `*out` is false. */
bool read_bool(struct reader *reader, const struct node *node, const struct path *path, bool *out);

/* One of a few words: `*out` is its index. False: an error was added, and `*out` is 0. */
bool read_word(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *words, size_t count, size_t *out);

#endif
