/*
 * Adding has no result: a reload must not fail because a line about it finds no memory. A line that
 * is dropped is counted, and the report says how many are missing.
 */
#include "report_lines.h"

#include <stdlib.h>
#include <string.h>

#include "string_copy.h"

static bool has_room(struct report_lines *lines)
{
    size_t capacity = lines->capacity == 0 ? 16 : lines->capacity * 2;
    struct report_line *items;

    if (lines->count == NOTES_MAX)
        return false;
    if (lines->count < lines->capacity)
        return true;
    items = realloc(lines->items, capacity * sizeof(*items));
    if (items == NULL)
        return false;
    lines->items = items;
    lines->capacity = capacity;
    return true;
}

void report_lines_add(struct report_lines *lines, const char *kind, const char *name,
                      const char *state, const char *reason)
{
    struct report_line line = {.kind = kind, .state = state};

    line.name = string_copy(name);
    line.reason = string_copy(reason != NULL ? reason : "");
    if (line.name != NULL && line.reason != NULL && has_room(lines)) {
        lines->items[lines->count++] = line;
        return;
    }
    /* Not added: frees the texts, of which one may be NULL. */
    lines->left_out++;
    free(line.name);
    free(line.reason);
}

void report_lines_append(struct report_lines *lines, const struct report_lines *from)
{
    size_t i;

    for (i = 0; i < from->count; i++)
        report_lines_add(lines, from->items[i].kind, from->items[i].name, from->items[i].state,
                         from->items[i].reason);
    lines->left_out += from->left_out;
}

bool report_lines_same(const struct report_lines *a, const struct report_lines *b)
{
    size_t i;

    if (a->count != b->count || a->left_out != b->left_out)
        return false;
    for (i = 0; i < a->count; i++)
        if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
            strcmp(a->items[i].state, b->items[i].state) != 0 ||
            strcmp(a->items[i].reason, b->items[i].reason) != 0)
            return false;
    return true;
}

void report_lines_free(struct report_lines *lines)
{
    size_t i;

    for (i = 0; i < lines->count; i++) {
        free(lines->items[i].name);
        free(lines->items[i].reason);
    }
    free(lines->items);
    *lines = (struct report_lines){0};
}
