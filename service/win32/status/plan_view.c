#include "plan_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "names.h"

/* Copies text after a prefix. NULL: no memory. */
static char *joined(const char *prefix, const char *text)
{
    size_t before = strlen(prefix), length = strlen(text);
    char *copy = malloc(before + length + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, prefix, before);
    memcpy(copy + before, text, length + 1);
    return copy;
}

void plan_view_add(struct plan_view *view, enum plan_word word, enum shmb_kind kind,
                   const char *name, const char *text, const char *remedy)
{
    struct plan_line *line;

    if (view->count == view->room) {
        size_t room = view->room > 0 ? view->room * 2 : 16;

        line = realloc(view->lines, room * sizeof(*line));
        if (line == NULL) {
            view->failed = true;
            return;
        }
        view->lines = line;
        view->room = room;
    }
    line = &view->lines[view->count++];
    *line = (struct plan_line){.word = word,
                               .kind = kind,
                               .name = joined(SHMB_GLOBAL_PREFIX, name),
                               .text = joined("", text),
                               .remedy = remedy != NULL ? joined("", remedy) : NULL};
    view->counts[word]++;
    view->failed |=
        line->name == NULL || line->text == NULL || (remedy != NULL && line->remedy == NULL);
}

bool plan_view_is_whole(const struct plan_view *view)
{
    return view->counts[PLAN_VIEW_CONFLICT] + view->counts[PLAN_VIEW_FAIL] +
               view->counts[PLAN_VIEW_DEFER] ==
           0;
}

/* "create", "adopt", "conflict", "fail", "access", "defer", "retire". */
static const char *word_of(enum plan_word word)
{
    static const char *const words[PLAN_VIEW_WORDS] = {"create", "adopt", "conflict", "fail",
                                                       "access", "defer", "retire"};

    return words[word];
}

void plan_view_print(const struct plan_view *view)
{
    const size_t *counts = view->counts;
    size_t i;

    for (i = 0; i < view->count; i++) {
        const struct plan_line *line = &view->lines[i];

        console_line("%-8s %s: %s%s%s", word_of(line->word), line->name, line->text,
                     line->remedy != NULL ? "; to have it: " : "",
                     line->remedy != NULL ? line->remedy : "");
    }
    console_line("a reload would create %zu, change the access of %zu, defer %zu, retire %zu and "
                 "keep %zu objects; nothing has been done",
                 counts[PLAN_VIEW_CREATE] + counts[PLAN_VIEW_ADOPT], counts[PLAN_VIEW_ACCESS],
                 counts[PLAN_VIEW_DEFER], counts[PLAN_VIEW_RETIRE], view->keep);
    if (counts[PLAN_VIEW_CONFLICT] + counts[PLAN_VIEW_FAIL] > 0)
        console_line("%zu would not be had: %zu names are taken, %zu would fail",
                     counts[PLAN_VIEW_CONFLICT] + counts[PLAN_VIEW_FAIL],
                     counts[PLAN_VIEW_CONFLICT], counts[PLAN_VIEW_FAIL]);
    if (view->hidden > 0)
        console_line("the access of %zu objects cannot be read and counts as unchanged; run this "
                     "as administrator to compare it",
                     view->hidden);
}

static void put_line(const struct plan_line *line, struct json *json)
{
    json_object(json, NULL);
    json_string(json, "action", word_of(line->word));
    json_names(json, line->name, false);
    json_string(json, "kind", shmb_kind_word(line->kind));
    json_string(json, "text", line->text);
    json_string(json, "remedy", line->remedy);
    json_object_end(json);
}

void plan_view_put(const struct plan_view *view, struct json *json)
{
    size_t i;

    json_string(json, "file", view->file);
    json_array(json, "steps");
    for (i = 0; i < view->count; i++)
        put_line(&view->lines[i], json);
    json_array_end(json);
    json_object(json, "counts");
    for (i = 0; i < PLAN_VIEW_WORDS; i++)
        json_number(json, word_of((enum plan_word)i), view->counts[i]);
    json_number(json, "keep", view->keep);
    json_object_end(json);
    json_number(json, "access_unknown", view->hidden);
}

void plan_view_free(struct plan_view *view)
{
    size_t i;

    for (i = 0; i < view->count; i++) {
        free(view->lines[i].name);
        free(view->lines[i].text);
        free(view->lines[i].remedy);
    }
    free(view->lines);
    free(view->file);
    *view = (struct plan_view){0};
}
