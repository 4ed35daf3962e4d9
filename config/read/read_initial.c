/*
 * Exactly one of text, hex, fill and file. Content is decoded here, once; only a file is left
 * to the service, because this code opens none.
 */
#include "read_initial.h"

#include <string.h>

#include "characters.h"
#include "escapes.h"
#include "pattern.h"
#include "read_text.h"
#include "source.h"
#include "utf.h"

enum { KEY_TEXT, KEY_HEX, KEY_FILL, KEY_FILE, KEY_ENCODING, KEY_COUNT };
enum { UTF_8, UTF_16LE };

static const char *const keys[KEY_COUNT] = {"text", "hex", "fill", "file", "encoding"};

/* The content as UTF-16, little-endian, on any machine. */
static void take_utf16(struct reader *reader, const struct node *node, struct cfg_initial *out)
{
    size_t count = shmb_utf8_to_utf16(node->text, node->length, NULL, 0), i;
    uint16_t *units;
    uint8_t *bytes;

    if (count == SHMB_UTF_BAD) /* cannot happen: the whole file is well-formed */
        return;
    units = reader_alloc(reader, count, sizeof *units);
    if (units == NULL)
        return;
    shmb_utf8_to_utf16(node->text, node->length, units, count);
    bytes = (uint8_t *)units; /* in place: each unit becomes its own two bytes */
    for (i = 0; i < count; i++) {
        uint16_t unit = units[i];

        bytes[2 * i] = (uint8_t)(unit & 0xFFu);
        bytes[2 * i + 1] = (uint8_t)(unit >> 8);
    }
    out->bytes = bytes;
    out->length = 2 * count;
}

/* \L, \P and \_ are characters that hardly anybody writes like this. */
static void warn_of_letters(struct reader *reader, const struct node *node, const struct path *path)
{
    const char *at = node->source, *end = at != NULL ? at + strlen(at) : NULL;
    struct escape escape;

    while (at != NULL && escape_next(&at, end, &escape)) {
        if (strchr("LP_", escape.text[1]) == NULL)
            continue;
        reader_warn(
            reader, node, path,
            "in double quotes %.2s is U+%04lX, %s; write the backslash twice, or use single "
            "quotes",
            escape.text, (unsigned long)escape.point, character_name(escape.point));
        return;
    }
}

static void read_text(struct reader *reader, const struct node *node, const struct path *path,
                      const struct node *encoding, struct cfg_initial *out)
{
    static const char *const words[] = {"utf-8", "utf-16le"};
    struct path text = {path, keys[KEY_TEXT], 0}, below = {path, keys[KEY_ENCODING], 0};
    struct shown shown;
    char note[ESCAPE_NOTE];
    size_t word = UTF_8;

    if (encoding != NULL && !read_word(reader, encoding, &below, words, 2, &word))
        return;
    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, &text, "expected a text, found %s; write \"\" for an empty one",
                     reader_show(node, &shown));
        return;
    }
    read_escape_note(node, note);
    if (source_text_fault(node->text, node->length) != SOURCE_GOOD) { /* from an escape */
        reader_error(reader, node, &text,
                     "the text contains a control character; write the content as hex%s", note);
        return;
    }
    warn_of_letters(reader, node, &text);
    if (word == UTF_16LE) {
        take_utf16(reader, node, out);
    } else {
        out->bytes = (const uint8_t *)reader_text(reader, node->text, node->length);
        out->length = node->length;
    }
}

/* The value of a hexadecimal digit; 16: it is none. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Decodes `*count` bytes, up to the end or the first fault. True: up to the end. */
static bool decode_hex(const struct node *node, uint8_t *bytes, size_t *count)
{
    size_t i = 0;

    *count = 0;
    while (i < node->length) {
        unsigned high, low;

        if (memchr(" \t\r\n", node->text[i], 4) != NULL) {
            i++;
            continue;
        }
        high = digit(node->text[i]);
        low = digit(node->text[i + 1]); /* the text is terminated */
        if (high > 15 || low > 15)
            return false;
        bytes[(*count)++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    return true;
}

static void read_hex(struct reader *reader, const struct node *node, const struct path *path,
                     struct cfg_initial *out)
{
    struct path below = {path, keys[KEY_HEX], 0};
    struct shown shown;
    uint8_t *bytes;
    size_t count;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, &below, "expected hexadecimal digits, found %s",
                     reader_show(node, &shown));
        return;
    }
    /* Enough: two digits make a byte, and blanks make none. */
    bytes = reader_alloc(reader, node->length / 2 + 1, 1);
    if (bytes == NULL)
        return;
    if (!decode_hex(node, bytes, &count)) {
        reader_error(
            reader, node, &below,
            "byte %zu is not a pair of hexadecimal digits; write two for each byte, such as "
            "00 FF 1A",
            count + 1);
        return;
    }
    out->bytes = bytes;
    out->length = count;
}

static void read_fill(struct reader *reader, const struct node *node, const struct path *path,
                      struct cfg_initial *out)
{
    struct path below = {path, keys[KEY_FILL], 0};
    uint64_t value;

    /* 0x and one or two digits; all else must be a decimal number. */
    if (node->kind == NODE_SCALAR && node->plain && (node->length == 3 || node->length == 4) &&
        node->text[0] == '0' && node->text[1] == 'x') {
        unsigned high = node->length == 4 ? digit(node->text[2]) : 0;
        unsigned low = digit(node->text[node->length - 1]);

        if (high <= 15 && low <= 15) {
            out->fill = (uint8_t)(high << 4 | low);
            return;
        }
    }
    if (read_number(reader, node, &below, 0, 255, &value))
        out->fill = (uint8_t)value;
}

static void read_file(struct reader *reader, const struct node *node, const struct path *path,
                      struct cfg_initial *out)
{
    struct path below = {path, keys[KEY_FILE], 0};
    const char *fault;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, &below, "expected the path of a file, found %s",
                     reader_show(node, &shown));
        return;
    }
    if (!read_text_check(reader, node, &below, "the path"))
        return;
    fault = pattern_fault(node->text, node->length, false);
    if (fault != NULL) {
        reader_error(reader, node, &below, "%s", fault);
        return;
    }
    out->file = reader_text(reader, node->text, node->length);
    out->file_place = reader_place(reader, node);
}

static size_t count_forms(const struct node *const values[KEY_COUNT])
{
    size_t forms = 0;
    int key;

    for (key = KEY_TEXT; key <= KEY_FILE; key++)
        forms += values[key] != NULL;
    return forms;
}

struct cfg_initial *read_initial(struct reader *reader, const struct node *node,
                                 const struct path *path)
{
    const struct node *values[KEY_COUNT];
    struct cfg_initial *out;
    size_t forms;
    unsigned meant;

    if (!read_keys(reader, node, path, keys, KEY_COUNT, values, &meant))
        return NULL;
    out = reader_alloc(reader, 1, sizeof *out);
    if (out == NULL)
        return NULL;
    out->place = reader_place(reader, node);
    forms = count_forms(values);
    if (forms != 1) {
        /* A misspelt form is an error already. */
        if (forms == 0 && meant != 0)
            return out;
        reader_error(reader, node, path, "initial needs exactly one of text, hex, fill and file");
        return out;
    }
    if (values[KEY_ENCODING] != NULL && values[KEY_TEXT] == NULL)
        reader_error(reader, values[KEY_ENCODING], path, "encoding goes only with text; remove it");
    if (values[KEY_TEXT] != NULL)
        read_text(reader, values[KEY_TEXT], path, values[KEY_ENCODING], out);
    else if (values[KEY_HEX] != NULL)
        read_hex(reader, values[KEY_HEX], path, out);
    else if (values[KEY_FILL] != NULL)
        read_fill(reader, values[KEY_FILL], path, out);
    else
        read_file(reader, values[KEY_FILE], path, out);
    return out;
}
