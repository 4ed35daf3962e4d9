/*
 * Every reader of this folder is built from these. Messages are worded here: what was found,
 * what is expected, and the word or unit that was probably meant.
 */
#include "read_value.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "suggest.h"
#include "units.h"
#include "utf.h"

/* Appends a text at `used`, cut at `size`. Returns the new length. */
static size_t append_bytes(char *out, size_t size, size_t used, const char *text, size_t length)
{
    if (length > size - 1 - used)
        length = size - 1 - used;
    memcpy(out + used, text, length);
    out[used + length] = '\0';
    return used + length;
}

static size_t append(char *out, size_t size, size_t used, const char *text)
{
    return append_bytes(out, size, used, text, strlen(text));
}

/* As reader_path. Returns the length. */
static size_t put_path(const struct path *path, char *out, size_t size)
{
    const struct path *parts[TREE_DEPTH_MAX];
    size_t count = 0, used = 0;
    char number[32];

    for (; path != NULL && count < TREE_DEPTH_MAX; path = path->up)
        parts[count++] = path;
    out[0] = '\0';
    /* The chain leads from the inside out; the text goes the other way. */
    while (count-- > 0) {
        if (parts[count]->key == NULL) {
            snprintf(number, sizeof number, "[%zu]", parts[count]->index);
            used = append(out, size, used, number);
        } else {
            used = append_bytes(out, size, used, ".", used > 0);
            used = append(out, size, used, parts[count]->key);
        }
    }
    return used;
}

const char *reader_path(const struct path *path, char *out, size_t size)
{
    (void)put_path(path, out, size);
    return out;
}

struct cfg_place reader_place(const struct reader *reader, const struct node *node)
{
    struct cfg_place place = {reader->cfg->file, node->line, node->column};

    return place;
}

static void add_message(struct reader *reader, enum cfg_severity severity, const struct node *at,
                        const struct path *path, const char *format, va_list values)
{
    char object[READER_PATH_SIZE];
    struct cfg_place place = reader_place(reader, at);

    cfg_message_addv(reader->messages, severity, &place,
                     path != NULL ? reader_path(path, object, sizeof object) : NULL, format,
                     values);
}

void reader_error(struct reader *reader, const struct node *at, const struct path *path,
                  const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add_message(reader, CFG_ERROR, at, path, format, values);
    va_end(values);
}

void reader_warn(struct reader *reader, const struct node *at, const struct path *path,
                 const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add_message(reader, CFG_WARNING, at, path, format, values);
    va_end(values);
}

void *reader_alloc(struct reader *reader, size_t count, size_t size)
{
    void *memory = arena_array(reader->cfg->arena, count, size);

    if (memory == NULL)
        reader->no_memory = true;
    return memory;
}

const char *reader_text(struct reader *reader, const char *text, size_t length)
{
    const char *copy = arena_text(reader->cfg->arena, text, length);

    if (copy == NULL)
        reader->no_memory = true;
    return copy;
}

uint32_t reader_hash(struct reader *reader, const char *name, size_t length)
{
    reader->cfg->foreign |= shmb_plain_run(name, length) < length;
    return shmb_name_hash(name, length);
}

const char *reader_path_text(struct reader *reader, const struct path *path)
{
    char text[READER_PATH_SIZE];

    return reader_text(reader, text, put_path(path, text, sizeof text));
}

/* The length of a text, cut to at most `most` bytes between two characters. */
static size_t cut(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xC0u) == 0x80u)
        most--;
    return most;
}

const char *reader_show(const struct node *node, struct shown *out)
{
    char odd[CHARACTER_SHOWN];
    struct character character;
    size_t length;

    if (node->kind == NODE_SEQUENCE)
        return "a list";
    if (node->kind == NODE_MAPPING)
        return "a mapping";
    if (node_is_null(node))
        return "nothing";
    length = cut(node->text, node->length, 60);
    snprintf(out->text, sizeof out->text, "'%.*s%s'", (int)length, node->text,
             length < node->length ? "..." : "");
    if (character_find(node->text, node->length, CHARACTER_DOUBTFUL, &character)) {
        size_t used = strlen(out->text);

        snprintf(out->text + used, sizeof out->text - used, " (with %s)",
                 character_show(node->text, node->length, &character, odd));
    }
    return out->text;
}

/* Writes "a, b or c"; `last` is the last separator. */
static const char *word_list(const char *const *words, size_t count, const char *last, char *out,
                             size_t size)
{
    size_t i, used = 0;

    out[0] = '\0';
    for (i = 0; i < count; i++) {
        used = append(out, size, used, i == 0 ? "" : i + 1 == count ? last : ", ");
        used = append(out, size, used, words[i]);
    }
    return out;
}

bool read_merge_key(struct reader *reader, const struct node *key, const struct path *path)
{
    if (!key->plain || !node_is(key, "<<"))
        return false;
    reader_error(reader, key, path,
                 "merge keys (<<) are not supported; an anchor may stand for a whole value: "
                 "access: &a { ... }, then access: *a");
    return true;
}

/* True for "size:64": YAML takes a colon without a space behind it as part of the text. */
static bool is_glued(const struct node *node, const char *const *keys, size_t count)
{
    size_t i;

    for (i = 0; node->kind == NODE_SCALAR && node->plain && i < count; i++) {
        size_t length = strlen(keys[i]);

        if (node->length > length && node->text[length] == ':' &&
            memcmp(node->text, keys[i], length) == 0)
            return true;
    }
    return false;
}

static const char space_behind_colon[] = "; write a space behind the colon";

/* Adds the error. Returns the bits of the keys that were probably meant, or 0. */
static unsigned unknown_key(struct reader *reader, const struct node *key, const struct path *path,
                            const char *const *keys, size_t count)
{
    const char *meant = suggest_word(key->text, key->length, keys, count);
    struct shown shown;
    char list[320]; /* of all keys that a mapping can have */
    size_t i;

    if (read_merge_key(reader, key, path)) /* which may stand for any of them */
        return UINT_MAX;
    if (is_glued(key, keys, count)) {
        reader_error(reader, key, path, "unknown key %s%s", reader_show(key, &shown),
                     space_behind_colon);
        return UINT_MAX;
    }
    if (meant == NULL) {
        reader_error(reader, key, path, "unknown key %s; known here: %s", reader_show(key, &shown),
                     word_list(keys, count, " and ", list, sizeof list));
        return 0;
    }
    reader_error(reader, key, path, "unknown key %s; did you mean '%s'?", reader_show(key, &shown),
                 meant);
    /* suggest_word returns one of `keys`, so the pointer finds its index. */
    for (i = 0; keys[i] != meant; i++)
        ;
    return 1u << i;
}

/* True: the key is one of these; an error was added. */
static bool refuse_key(struct reader *reader, const struct node *key, const struct path *path,
                       const struct refused_key *refused)
{
    for (; refused != NULL && refused->key != NULL; refused++) {
        const struct path below = {path, refused->key, 0};

        if (!node_is(key, refused->key))
            continue;
        reader_error(reader, key, &below, "%s", refused->why);
        return true;
    }
    return false;
}

bool read_keys(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *keys, size_t count, const struct node **values, unsigned *meant)
{
    return read_keys_refusing(reader, node, path, keys, count, NULL, values, meant);
}

bool read_keys_refusing(struct reader *reader, const struct node *node, const struct path *path,
                        const char *const *keys, size_t count, const struct refused_key *refused,
                        const struct node **values, unsigned *meant)
{
    const struct node_item *item;
    unsigned misspelt = 0;
    size_t i;
    struct shown shown;
    char list[160];

    memset(values, 0, count * sizeof *values);
    if (meant != NULL)
        *meant = 0;
    if (node_is_null(node))
        return true;
    if (node->kind != NODE_MAPPING) {
        reader_error(reader, node, path, "expected a mapping with %s, found %s%s",
                     word_list(keys, count, " or ", list, sizeof list), reader_show(node, &shown),
                     is_glued(node, keys, count) ? space_behind_colon : "");
        return false;
    }
    for (item = node->first; item != NULL; item = item->next) {
        /* The first character tells nearly all keys apart. */
        for (i = 0; i < count; i++)
            if (keys[i][0] == item->key->text[0] && node_is(item->key, keys[i]))
                break;
        if (i < count)
            values[i] = item->value;
        else if (!refuse_key(reader, item->key, path, refused))
            misspelt |= unknown_key(reader, item->key, path, keys, count);
    }
    if (meant != NULL)
        *meant = misspelt;
    return true;
}

bool read_number(struct reader *reader, const struct node *node, const struct path *path,
                 uint64_t least, uint64_t most, uint64_t *out)
{
    struct shown shown;
    enum units_result result = UNITS_NOT_A_NUMBER;
    bool quoted = false;

    if (node->kind == NODE_SCALAR) {
        result = units_number(node->text, node->length, out);
        /* To other readers of YAML a quoted number is a text. */
        quoted = result == UNITS_OK && !node->plain;
    }
    if (result == UNITS_OK && !quoted && *out >= least && *out <= most)
        return true;
    if (quoted)
        reader_error(reader, node, path, "expected a number; write it without quotes");
    else
        reader_error(reader, node, path, "%s; write a whole number from %llu to %llu",
                     reader_show(node, &shown), (unsigned long long)least,
                     (unsigned long long)most);
    *out = 0;
    return false;
}

static uint64_t refuse_size(struct reader *reader, const struct node *node, const struct path *path,
                            enum units_result result, const char *range)
{
    const char *meant = node->kind == NODE_SCALAR ? units_meant(node->text, node->length) : NULL;
    struct shown shown;

    if (result == UNITS_OK || result == UNITS_TOO_BIG)
        reader_error(reader, node, path, "%s; %s", reader_show(node, &shown), range);
    else if (result == UNITS_BAD_UNIT && meant != NULL)
        reader_error(reader, node, path, "%s; did you mean %s (KiB, MiB and GiB count in 1024)?",
                     reader_show(node, &shown), meant);
    else
        reader_error(reader, node, path, "%s; write a size such as 512, 64 KiB, 4 MiB or 1 GiB",
                     reader_show(node, &shown));
    return 0;
}

uint64_t read_size(struct reader *reader, const struct node *node, const struct path *path,
                   uint64_t most, const char *range)
{
    uint64_t size = 0, number;
    enum units_result result = UNITS_NOT_A_NUMBER;

    if (node->kind == NODE_SCALAR && !node_is_null(node))
        result = units_size(node->text, node->length, &size);
    if (result != UNITS_OK || size == 0 || size > most)
        return refuse_size(reader, node, path, result, range);
    if (!node->plain && units_number(node->text, node->length, &number) == UNITS_OK) {
        reader_error(reader, node, path, "expected a number; write it without quotes");
        return 0;
    }
    return size;
}

bool read_time(struct reader *reader, const struct node *node, const struct path *path,
               uint64_t least, uint64_t most, const char *range, uint64_t *out)
{
    enum units_result result = UNITS_NOT_A_NUMBER;
    struct shown shown;

    *out = 0;
    if (node->kind == NODE_SCALAR && !node_is_null(node))
        result = units_time(node->text, node->length, out);
    if (result == UNITS_OK && *out >= least && *out <= most)
        return true;
    if (result == UNITS_OK || result == UNITS_TOO_BIG)
        reader_error(reader, node, path, "%s; %s", reader_show(node, &shown), range);
    else
        reader_error(reader, node, path,
                     "%s; write a time with its unit, such as 500 ms, 30 s, "
                     "10 min or 1 h",
                     reader_show(node, &shown));
    *out = 0;
    return false;
}

bool read_bool(struct reader *reader, const struct node *node, const struct path *path, bool *out)
{
    struct shown shown;
    bool yes = node_is(node, "true");

    *out = false;
    if (node->kind == NODE_SCALAR && node->plain && (yes || node_is(node, "false"))) {
        *out = yes;
        return true;
    }
    reader_error(reader, node, path, "%s; write true or false, without quotes",
                 reader_show(node, &shown));
    return false;
}

bool read_word(struct reader *reader, const struct node *node, const struct path *path,
               const char *const *words, size_t count, size_t *out)
{
    const char *meant = NULL;
    struct shown shown;
    char list[160];

    for (*out = 0; *out < count; *out += 1)
        if (node_is(node, words[*out]))
            return true;
    *out = 0;
    if (node->kind == NODE_SCALAR)
        meant = suggest_word(node->text, node->length, words, count);
    if (meant != NULL)
        reader_error(reader, node, path, "%s; did you mean '%s'?", reader_show(node, &shown),
                     meant);
    else
        reader_error(reader, node, path, "%s; write %s", reader_show(node, &shown),
                     word_list(words, count, " or ", list, sizeof list));
    return false;
}
