/*
 * plan_view.h - what `plan` shows: gathered first, then printed as a whole.
 */
#ifndef PLAN_VIEW_H
#define PLAN_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "access.h"
#include "json.h"

/* What a reload would do with one object. */
enum plan_word {
    PLAN_VIEW_CREATE,
    PLAN_VIEW_ADOPT,    /* it exists, and the broker made it */
    PLAN_VIEW_CONFLICT, /* its name is taken */
    PLAN_VIEW_FAIL,     /* the system would refuse it, or a part of it */
    PLAN_VIEW_ACCESS,
    PLAN_VIEW_DEFER,
    PLAN_VIEW_RETIRE
};
#define PLAN_VIEW_WORDS 7

struct plan_line {
    enum plan_word word;
    enum shmb_kind kind;
    char *name;   /* with Global\ */
    char *text;   /* what would change, or why it cannot */
    char *remedy; /* how to have it all the same; NULL: none */
};

/* All zero: empty. */
struct plan_view {
    char *file; /* the configuration that was compared */
    struct plan_line *lines;
    size_t count, room;
    size_t counts[PLAN_VIEW_WORDS]; /* the lines of each word */
    size_t keep;                    /* objects that would not change */
    size_t hidden;                  /* access lists that the caller may not read */
    bool failed;                    /* no memory */
};

/* Adds a line. `name` is bare; the texts are copied, `remedy` may be NULL. */
void plan_view_add(struct plan_view *view, enum plan_word word, enum shmb_kind kind,
                   const char *name, const char *text, const char *remedy);

/* True if the reload would apply all of it. */
bool plan_view_is_whole(const struct plan_view *view);

void plan_view_print(const struct plan_view *view);

/* The same as members of the open JSON object. */
void plan_view_put(const struct plan_view *view, struct json *json);

void plan_view_free(struct plan_view *view);

#endif
