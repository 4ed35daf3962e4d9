#include "report_lines.h"

#include <stdbool.h>
#include <stdlib.h>

#include "string_copy.h"

static bool has_room(struct report_lines *notes)
{
    size_t capacity = notes->capacity == 0 ? 16 : notes->capacity * 2;
    struct report_line *items;

    if (notes->count == NOTES_MAX)
        return false;
    if (notes->count < notes->capacity)
        return true;
    items = realloc(notes->items, capacity * sizeof(*items));
    if (items == NULL)
        return false;
    notes->items = items;
    notes->capacity = capacity;
    return true;
}

void report_lines_add(struct report_lines *notes, const char *kind, const char *name,
                      const char *state, const char *reason)
{
    struct report_line note = {.kind = kind, .state = state};

    note.name = string_copy(name);
    note.reason = string_copy(reason != NULL ? reason : "");
    if (note.name != NULL && note.reason != NULL && has_room(notes)) {
        notes->items[notes->count++] = note;
        return;
    }
    notes->left_out++;
    free(note.name);
    free(note.reason);
}

void report_lines_append(struct report_lines *notes, const struct report_lines *from)
{
    size_t i;

    for (i = 0; i < from->count; i++)
        report_lines_add(notes, from->items[i].kind, from->items[i].name, from->items[i].state,
                         from->items[i].reason);
    notes->left_out += from->left_out;
}

void report_lines_free(struct report_lines *notes)
{
    size_t i;

    for (i = 0; i < notes->count; i++) {
        free(notes->items[i].name);
        free(notes->items[i].reason);
    }
    free(notes->items);
    *notes = (struct report_lines){0};
}
