/*
 * Names that foreign objects have, objects that programs keep from changing or ending, and the
 * processes that have these objects open.
 */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "name_holder.h"
#include "names.h"
#include "owner.h"
#include "published.h"

/* Bounds the memory. The time is the same for one name and for many. */
#define LOOKED_FOR_MOST 256u

/* Names the broker can do without: if a foreign object has one, the broker still runs. */
static const struct {
    const char *name;
    bool reported; /* the report mentions it, if there is a report */
} own_names[STATUS_OWN_NAMES] = {
    {SHMB_GLOBAL_PREFIX SHMB_INSTANCE_NAME, false},
    {SHMB_GLOBAL_PREFIX SHMB_REPORT_NAME, true},
    {SHMB_GLOBAL_PREFIX SHMB_ROOT_NAME, true},
};

/* False: no memory. */
static bool ask_name(struct status *status, const char *full)
{
    struct status_stranger *stranger = &status->strangers[status->stranger_count];
    wchar_t name[OBJECT_NAME_UNITS];
    char text[NAME_HOLDER_TEXT_MAX];
    struct name_holder holder;

    if (!name_holder_full_name(full + sizeof(SHMB_GLOBAL_PREFIX) - 1, name))
        return true;
    holder = name_holder_ask(name);
    /* An object whose owner cannot be read may be the broker's. */
    if (holder.state != NAME_HOLDER_KNOWN || owner_trusted(holder.owner))
        return true;
    name_holder_text(&holder, text);
    stranger->name = full;
    stranger->text = _strdup(text);
    if (stranger->text == NULL)
        return false;
    status->stranger_count++;
    return true;
}

static bool ask_names(struct status *status)
{
    size_t i;

    for (i = 0; i < STATUS_OWN_NAMES; i++)
        if (!(own_names[i].reported && status->reported) && !ask_name(status, own_names[i].name))
            return false;
    return true;
}

/* True: the line says that a foreign object has the name. The pipe for requests is none. */
static bool is_taken(const struct status_line *line)
{
    return status_is_trouble(line) && strcmp(line->field[0], "requests") != 0 &&
           (strcmp(line->field[2], "conflict") == 0 || strcmp(line->field[2], "avoided") == 0);
}

static void add(struct status *status, const char *name)
{
    if (status->holder_count < LOOKED_FOR_MOST)
        status->holders[status->holder_count++].name = name;
}

/* True: the line says that programs have an object open which the broker let go. */
static bool is_retired(const struct status_line *line)
{
    return strcmp(line->field[0], "retired") == 0;
}

/*
 * All names to look for: those tried here, and those shown as taken, retired or deferred in report
 * or directory.
 */
static void add_all(struct status *status)
{
    size_t i;

    for (i = 0; i < status->stranger_count; i++)
        add(status, status->strangers[i].name);
    for (i = 0; i < status->line_count; i++)
        if (is_taken(&status->lines[i]) || is_retired(&status->lines[i]))
            add(status, status->lines[i].field[1]);
    for (i = 0; i < status->object_count; i++)
        if (status->objects[i].state == STATUS_CONFLICT ||
            status->objects[i].state == STATUS_DEFERRED)
            add(status, status->objects[i].name);
}

/* Takes a process off the list. */
static void drop(struct holders *holders, uint32_t process)
{
    size_t i;

    for (i = 0; i < holders->listed && holders->found[i].facts.process != process; i++)
        continue;
    if (i == holders->listed)
        return;
    holders->count--;
    holders->listed--;
    memmove(&holders->found[i], &holders->found[i + 1],
            (holders->listed - i) * sizeof(*holders->found));
}

/* Broker and keeper have each deferred object open: they do not keep it from changing. */
static void drop_own(struct status *status)
{
    uint64_t started;
    uint32_t broker;
    size_t i, j;

    (void)published_broker(&broker, &started);
    for (i = 0; i < status->holder_count; i++) {
        drop(&status->holders[i], broker);
        for (j = 0; j < status->line_count; j++)
            if (strcmp(status->lines[j].field[0], "keeper") == 0)
                drop(&status->holders[i], (uint32_t)strtoul(status->lines[j].field[1], NULL, 10));
    }
}

bool status_find_holders(struct status *status)
{
    if (!ask_names(status))
        return false;
    status->incomplete |= status_broker_runs(status) && status->stranger_count > 0;
    status->holders = calloc(LOOKED_FOR_MOST, sizeof(*status->holders));
    if (status->holders == NULL)
        return false;
    add_all(status);
    if (status->holder_count > 0)
        holders_find(status->holders, status->holder_count);
    drop_own(status);
    return true;
}

const struct holders *status_holders_of(const struct status *status, const char *name)
{
    size_t i;

    for (i = 0; i < status->holder_count; i++)
        if (strcmp(status->holders[i].name, name) == 0)
            return &status->holders[i];
    return NULL;
}
