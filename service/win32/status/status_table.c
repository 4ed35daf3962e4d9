/* Held objects on a screen: a table whose columns are cut to its width. */
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "names.h"
#include "utf.h"

#define KIND_WIDTH 9u
#define GAP        2u
#define NAME_LEAST 12u /* columns of the name, even on a narrow screen */

/* The characters of a text, as columns. */
static size_t columns_of(const char *text)
{
    const char *at = text, *end = text + strlen(text);
    size_t count = 0;

    for (; at < end; count++)
        if (shmb_utf8_next(&at, end) == UINT32_MAX)
            at++;
    return count;
}

/* Adds a text in this many columns: cut, with three dots at the end, or filled up with blanks. */
static void add_column(struct text *row, const char *text, size_t columns, bool fill)
{
    const char *at = text, *end = text + strlen(text);
    size_t had = columns_of(text), count, left = had <= columns ? had : columns - 3;

    for (count = 0; count < left; count++)
        if (shmb_utf8_next(&at, end) == UINT32_MAX)
            at++;
    text_add(row, "%.*s%s", (int)(at - text), text, had <= columns ? "" : "...");
    if (fill && had < columns)
        text_add(row, "%*s", (int)(columns - had), "");
}

/* The columns for names: as many as the longest needs, and at most half of the screen. */
static size_t name_columns(const struct status *status,
                           bool (*is_row)(const struct status *, const struct status_object *))
{
    size_t most = status->width / 2 > NAME_LEAST ? status->width / 2 : NAME_LEAST;
    size_t widest = NAME_LEAST, i;

    for (i = 0; i < status->object_count; i++) {
        size_t columns = columns_of(status->objects[i].name + strlen(SHMB_GLOBAL_PREFIX));

        if (is_row(status, &status->objects[i]) && columns > widest)
            widest = columns;
    }
    return widest < most ? widest : most;
}

/* The access as words, and who asked for the object. False: no memory. */
static bool describe(const struct status_object *object, struct text *access, struct text *out)
{
    static const char before[] = "; access: ";

    if (!status_access_words(object, access))
        return false;
    text_reset(out);
    text_add(out, "%s", access->at[0] != '\0' ? access->at + sizeof(before) - 1 : "(not visible)");
    status_request_words(object, out);
    return !out->failed;
}

static bool print_row(const struct status *status, const char *kind, const char *name,
                      const char *access, size_t names)
{
    const size_t before = KIND_WIDTH + names + 2 * GAP;
    /* One column less: a full row would be followed by an empty one. */
    const size_t rest =
        status->width > before + 1 + NAME_LEAST ? status->width - before - 1 : NAME_LEAST;
    struct text row = {0};
    bool enough;

    add_column(&row, kind, KIND_WIDTH + GAP, true);
    add_column(&row, name, names, true);
    text_add(&row, "  ");
    add_column(&row, access, rest, false);
    enough = !row.failed;
    if (enough)
        console_line("%s", row.at);
    text_free(&row);
    return enough;
}

bool status_print_table(const struct status *status,
                        bool (*is_row)(const struct status *, const struct status_object *))
{
    const size_t names = name_columns(status, is_row);
    struct text access = {0}, words = {0};
    bool enough = true, begun = false;
    size_t i;

    for (i = 0; i < status->object_count && enough; i++) {
        const struct status_object *object = &status->objects[i];

        if (!is_row(status, object))
            continue;
        if (!begun)
            enough = print_row(status, "KIND", "HELD OBJECT", "ACCESS", names);
        begun = true;
        enough = enough && describe(object, &access, &words) &&
                 print_row(status, shmb_kind_word(object->kind),
                           object->name + strlen(SHMB_GLOBAL_PREFIX), words.at, names);
    }
    text_free(&access);
    text_free(&words);
    return enough;
}
