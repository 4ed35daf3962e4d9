/* `status NAME...`: leaves only what the names, or patterns of names, are about. */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "names.h"
#include "pattern.h"

/* Accepts names with Global\, as status shows them. */
static const char *bare(const char *name)
{
    const size_t prefix = strlen(SHMB_GLOBAL_PREFIX);

    return _strnicmp(name, SHMB_GLOBAL_PREFIX, prefix) == 0 ? name + prefix : name;
}

static bool is_about(const char *wanted, const char *name)
{
    return pattern_match(bare(wanted), bare(name));
}

/* True: one of the names is about it; marks those. */
static bool is_selected(const char *const *names, size_t count, const char *name, bool *found)
{
    bool selected = false;
    size_t i;

    for (i = 0; i < count; i++)
        if (is_about(names[i], name)) {
            found[i] = true;
            selected = true;
        }
    return selected;
}

static bool select_objects(struct status *status, const char *const *names, size_t count,
                           bool *found)
{
    size_t i, left = 0;
    bool held = true;

    for (i = 0; i < status->object_count; i++) {
        struct status_object *object = &status->objects[i];

        if (!is_selected(names, count, object->name, found)) {
            status_object_free(object);
            continue;
        }
        held &= object->state == STATUS_HELD || object->state == STATUS_DEFERRED;
        status->objects[left++] = *object;
    }
    status->object_count = left;
    return held;
}

/* The names of holders are those of objects, strangers or lines: before any of these go. */
static void select_holders(struct status *status, const char *const *names, size_t count,
                           bool *unused)
{
    size_t i, left = 0;

    for (i = 0; i < status->holder_count; i++)
        if (is_selected(names, count, status->holders[i].name, unused))
            status->holders[left++] = status->holders[i];
        else
            holders_free(&status->holders[i], 1);
    status->holder_count = left;
}

static void drop_strangers(struct status *status)
{
    size_t i;

    for (i = 0; i < status->stranger_count; i++)
        free(status->strangers[i].text);
    status->stranger_count = 0;
}

static bool has_global_name(const struct status_line *line)
{
    return strncmp(line->field[1], SHMB_GLOBAL_PREFIX, strlen(SHMB_GLOBAL_PREFIX)) == 0;
}

/* Leaves also the lines that are about no object. Marks the names that a line is about. */
static void select_lines(struct status *status, const char *const *names, size_t count, bool *told)
{
    size_t i, left = 0;

    for (i = 0; i < status->line_count; i++)
        if (!has_global_name(&status->lines[i]) ||
            is_selected(names, count, status->lines[i].field[1], told))
            status->lines[left++] = status->lines[i];
    status->line_count = left;
}

bool status_select(struct status *status, const char *const *names, size_t count, bool *all_held)
{
    bool *found = calloc(2 * count + 1, sizeof(*found)), *told;
    size_t i;

    if (found == NULL)
        return false;
    told = found + count;
    status->selected = true;
    select_holders(status, names, count, told);
    memset(told, 0, count * sizeof(*told));
    drop_strangers(status);
    *all_held = select_objects(status, names, count, found);
    select_lines(status, names, count, told);
    for (i = 0; i < count; i++) {
        *all_held &= found[i];
        if (!found[i] && !told[i] && status->unknown == NULL)
            console_error("shmbroker: no object is named %s: shmbroker status lists all of them",
                          names[i]);
    }
    *all_held &= status->unknown == NULL;
    free(found);
    return true;
}
