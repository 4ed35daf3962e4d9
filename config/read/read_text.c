/*
 * These texts are compared character by character, by Windows or by other programs, so what
 * cannot be seen in the file is refused or named.
 */
#include "read_text.h"

#include <stdio.h>
#include <string.h>

#include "characters.h"
#include "escapes.h"
#include "names.h"
#include "suggest.h"
#include "utf.h"

const char *read_escape_note(const struct node *node, char out[ESCAPE_NOTE])
{
    struct escape escape;

    out[0] = '\0';
    if (node->kind != NODE_SCALAR || node->source == NULL ||
        !escape_worst(node->source, strlen(node->source), &escape))
        return out;
    if (escape.point == '\n' && escape.text[1] != 'n')
        (void)snprintf(out, ESCAPE_NOTE,
                       " (in double quotes a backslash at the end of a line joins the lines)");
    else
        (void)snprintf(out, ESCAPE_NOTE,
                       " (in double quotes %.*s is U+%04lX; write the backslash twice, or use "
                       "single quotes)",
                       (int)escape.length, escape.text, (unsigned long)escape.point);
    return out;
}

/* Letters with a typographic apostrophe between them are ordinary text. */
static bool is_apostrophe(const struct node *node, const struct character *character)
{
    return character->point == 0x2019u && character->offset > 0 &&
           character->offset + character->length < node->length;
}

/* True for a character that is no accident: it is written as \u or \U. */
static bool is_meant(const struct node *node, uint32_t point)
{
    bool control = point < 0x20u || (point >= 0x7Fu && point <= 0x9Fu);

    return !control && node->source != NULL &&
           escape_means(node->source, strlen(node->source), point);
}

/* The first character that is at least `least` and not meant. */
static bool find_odd(const struct node *node, enum character_kind least, struct character *out)
{
    size_t start = 0;

    while (character_find(node->text + start, node->length - start, least, out)) {
        out->offset += start;
        if (!is_meant(node, out->point))
            return true;
        start = out->offset + out->length;
    }
    return false;
}

bool read_text_check(struct reader *reader, const struct node *node, const struct path *path,
                     const char *what)
{
    char shown[CHARACTER_SHOWN], note[ESCAPE_NOTE];
    struct character character;

    if (node->source == NULL && shmb_plain_run(node->text, node->length) == node->length &&
        node->text[0] != ' ' && (node->length == 0 || node->text[node->length - 1] != ' '))
        return true; /* as nearly all texts */
    read_escape_note(node, note);
    if (find_odd(node, CHARACTER_REFUSED, &character)) {
        reader_error(reader, node, path, "%s contains %s; remove it%s", what,
                     character_show(node->text, node->length, &character, shown), note);
        return false;
    }
    if (find_odd(node, CHARACTER_DOUBTFUL, &character) && !is_apostrophe(node, &character))
        reader_warn(reader, node, path,
                    "%s contains %s; type a plain character unless it is meant%s", what,
                    character_show(node->text, node->length, &character, shown), note);
    else if (note[0] != '\0')
        reader_warn(reader, node, path, "%s has an escape that is hardly meant%s", what, note);
    if (node->length > 0 && (node->text[0] == ' ' || node->text[node->length - 1] == ' ') &&
        !is_meant(node, ' '))
        reader_warn(reader, node, path, "%s %s with a space; remove it unless it is meant", what,
                    node->text[0] == ' ' ? "begins" : "ends");
    return true;
}

/* The words before a backslash that have a meaning for the object manager. */
static const char *const spaces[] = {"Global", "Local", "Session"};

/* How many bytes precede the first character that may stand for a backslash. */
static size_t before_separator(const char *text, size_t length)
{
    struct character character;
    size_t i = strcspn(text, "\\/:| ");

    if (i > length) /* the text is terminated, but only `length` bytes count */
        i = length;
    return character_find(text, i, CHARACTER_DOUBTFUL, &character) ? character.offset : i;
}

/* The namespace that the beginning of a name probably means; NULL: none. */
static const char *meant_space(const struct node *node, size_t *start)
{
    *start = before_separator(node->text, node->length);
    if (*start == node->length)
        return NULL;
    return suggest_word(node->text, *start, spaces, sizeof spaces / sizeof spaces[0]);
}

bool read_name(struct reader *reader, const struct node *node, const struct path *path,
               const struct path *error_path, const char **bare, size_t *length)
{
    enum shmb_name_fault fault = shmb_name_check(node->text, node->length, bare, length);
    size_t start;
    const char *space;

    /* A control character has its own message here, with its code point. */
    if (fault == SHMB_NAME_CONTROL || fault == SHMB_NAME_OK) {
        if (!read_text_check(reader, node, error_path, "the name"))
            return false;
    }
    space = meant_space(node, &start);
    if (fault == SHMB_NAME_BACKSLASH && space != NULL) {
        reader_error(reader, node, error_path, "%s; did you mean '%s\\'%s?",
                     shmb_name_fault_text(fault), space,
                     strlen(space) == start ? ", with one backslash" : "");
        return false;
    }
    if (fault != SHMB_NAME_OK) {
        reader_error(reader, node, error_path, "%s%s", shmb_name_fault_text(fault),
                     node->length == 0 && node->plain ? "; put a name that starts with & in quotes"
                                                      : "");
        return false;
    }
    if (*bare == node->text && space != NULL)
        reader_warn(reader, node, path,
                    "the name looks like %s\\ and a name, but means Global\\%.*s; write only the "
                    "name",
                    space, (int)*length, *bare);
    if (memchr(*bare, '*', *length) != NULL || memchr(*bare, '?', *length) != NULL)
        reader_warn(reader, node, path,
                    "* and ? stand for themselves in a name; there are no wildcards");
    return true;
}
