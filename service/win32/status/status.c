/*
 * The report first, then the directory; then each object gets the reason that the report has
 * for it. Lines and reasons point into the text of the report.
 */
#include "status.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "process_id.h"
#include "published.h"
#include "slots.h"

/* ---- objects ---------------------------------------------------------------- */

/* `Global\` and the name, freed with free(). NULL: no memory. */
static char *full_name(const char *name, size_t length)
{
    const size_t before = sizeof(SHMB_GLOBAL_PREFIX) - 1;
    char *full = malloc(before + length + 1);

    if (full == NULL)
        return NULL;
    memcpy(full, SHMB_GLOBAL_PREFIX, before);
    memcpy(full + before, name, length);
    full[before + length] = '\0';
    return full;
}

/* False: no memory. */
static bool copy_text(char **out, const char *text, size_t length)
{
    *out = malloc(length + 1);
    if (*out == NULL)
        return false;
    memcpy(*out, text, length);
    (*out)[length] = '\0';
    return true;
}

struct status_object *status_add(struct status *status, enum shmb_kind kind, const char *name,
                                 size_t length)
{
    size_t count = status->object_count;
    struct status_object *object;

    /* Grows at every power of two. */
    if ((count & (count - 1)) == 0) {
        object = realloc(status->objects, (count == 0 ? 1 : 2 * count) * sizeof(*object));
        if (object == NULL)
            return NULL;
        status->objects = object;
    }
    object = &status->objects[count];
    memset(object, 0, sizeof(*object));
    object->kind = kind;
    object->name = full_name(name, length);
    if (object->name == NULL)
        return NULL;
    status->object_count++;
    return object;
}

/* ---- the report ------------------------------------------------------------- */

static bool is_about_object(const struct status_line *line)
{
    int kind;

    for (kind = 0; kind < SHMB_KIND_COUNT; kind++)
        if (strcmp(line->field[0], shmb_kind_word((enum shmb_kind)kind)) == 0)
            return true;
    return false;
}

bool status_is_copy(const struct status_line *line)
{
    return strcmp(line->field[0], "copy") == 0;
}

bool status_is_trouble(const struct status_line *line)
{
    /* Lines that only inform; and "instance", whose holder is looked up (status_stranger). */
    static const char *const others[] = {"version", "file",     "digest", "reload",
                                         "message", "retired",  "cut",    "keeper",
                                         "lost",    "instance", "count",  "grants"};
    size_t i;

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(line->field[0], others[i]) == 0)
            return false;
    if (status_is_copy(line))
        return strcmp(line->field[2], "failed") == 0;
    if (strcmp(line->field[0], "requests") == 0)
        return strcmp(line->field[2], "open") != 0;
    return !is_about_object(line);
}

/* Splits the text of the report: terminates each field in place. False: no memory. */
static bool cut_lines(struct status *status)
{
    size_t size = status->report.text_size, count = 0, at = 0, i, field;
    struct shmb_report_line line;

    while (shmb_report_next(status->text, size, &at, &line))
        count++;
    status->lines = calloc(count + 1, sizeof(*status->lines));
    if (status->lines == NULL)
        return false;
    status->line_count = count;
    for (i = 0, at = 0; i < count; i++) {
        shmb_report_next(status->text, size, &at, &line);
        for (field = 0; field < SHMB_REPORT_FIELDS; field++) {
            char *text = status->text + (line.field[field] - status->text);

            status->lines[i].field[field] = line.length[field] > 0 ? text : "";
            if (line.length[field] > 0)
                text[line.length[field]] = '\0'; /* a TAB or LF, or the end */
        }
    }
    return true;
}

static int compare_lines(const void *a, const void *b)
{
    const struct status_line *const *x = a, *const *y = b;
    int order = strcmp((*x)->field[1], (*y)->field[1]);

    return order != 0 ? order : strcmp((*x)->field[0], (*y)->field[0]);
}

/* The directory lists a deferred object as held; only the report says so. */
static void take_line(struct status_object *object, const struct status_line *line)
{
    if (strcmp(line->field[2], "deferred") == 0 && object->state == STATUS_HELD)
        object->state = STATUS_DEFERRED;
    if (object->state != STATUS_HELD)
        object->reason = line->field[3];
}

/* Gives each object the reason from its line of the report. False: no memory. */
static bool match_lines(struct status *status)
{
    const struct status_line **sorted = calloc(status->line_count + 1, sizeof(*sorted));
    size_t count = 0, i;

    if (sorted == NULL)
        return false;
    for (i = 0; i < status->line_count; i++)
        if (is_about_object(&status->lines[i]))
            sorted[count++] = &status->lines[i];
    /* Sorted, since a search through all lines for each object would be slow. */
    qsort(sorted, count, sizeof(*sorted), compare_lines);
    for (i = 0; i < status->object_count; i++) {
        struct status_object *object = &status->objects[i];
        const struct status_line wanted = {{shmb_kind_word(object->kind), object->name, "", ""}};
        const struct status_line *key = &wanted, **found;

        found = bsearch(&key, sorted, count, sizeof(*sorted), compare_lines);
        if (found != NULL)
            take_line(object, *found);
    }
    free(sorted);
    return true;
}

/* ---- the directory ---------------------------------------------------------- */

static enum status_state state_of(uint32_t state)
{
    switch (state) {
    case SHMB_ENTRY_HELD:
        return STATUS_HELD;
    case SHMB_ENTRY_CONFLICT:
        return STATUS_CONFLICT;
    default:
        return STATUS_FAILED;
    }
}

/* Adds an entry of the directory. False: no memory. */
static bool add_entry(struct status *status, const struct shmb_entry_view *view)
{
    const struct shmb_entry *entry = &view->entry;
    struct status_object *object =
        status_add(status, (enum shmb_kind)entry->kind, view->name, entry->name.length);

    if (object == NULL)
        return false;
    object->state = state_of(entry->state);
    object->size = entry->size;
    object->generation = entry->generation;
    object->manual_reset = (entry->flags & SHMB_ENTRY_MANUAL_RESET) != 0;
    object->maximum = entry->maximum;
    object->queue_slots = entry->queue_slots;
    object->queue_slot_size = entry->queue_slot_size;
    object->flags = entry->flags;
    object->control = entry->control;
    object->control_block = entry->control_block;
    object->companion = (entry->flags & SHMB_ENTRY_COMPANION) != 0;
    if (object->state == STATUS_HELD)
        status->bytes += entry->size;
    else
        status->incomplete = true;
    object->fast = entry->lock_kind == SHMB_ENTRY_LOCK_FAST;
    if (view->rule != NULL && (!copy_text(&object->rule, view->rule, entry->rule.length) ||
                               !copy_text(&object->account, view->account, entry->account.length)))
        return false;
    if (entry->lock_kind == SHMB_ENTRY_LOCK_NONE)
        return true;
    object->lock = full_name(view->lock_name, entry->lock_name.length);
    return object->lock != NULL;
}

/* The slots that an object uses; others may use the same. */
struct used_slots {
    uint32_t number, count;
};

static int by_number(const void *a, const void *b)
{
    const uint32_t left = ((const struct used_slots *)a)->number;
    const uint32_t right = ((const struct used_slots *)b)->number;

    return (left > right) - (left < right);
}

/* Adds up the slots, each section once. */
static void count_slots(struct status *status, struct used_slots *used, size_t count)
{
    size_t i;

    qsort(used, count, sizeof(*used), by_number);
    for (i = 0; i < count; i++) {
        if (i > 0 && used[i].number == used[i - 1].number)
            continue;
        status->slots += used[i].count;
        status->slot_bytes += shmb_slots_size(used[i].count);
    }
}

static bool add_table(struct status *status, const struct shmb_table_view *table)
{
    struct used_slots *used = calloc((size_t)table->entry_count + 1, sizeof(*used));
    struct shmb_entry_view entry;
    bool enough = used != NULL;
    size_t count = 0;
    uint32_t i;

    status->directory = true;
    status->revision = table->revision;
    for (i = 0; enough && i < table->entry_count; i++) {
        if (shmb_table_entry(table, i, &entry) != SHMB_READ_OK) {
            status->incomplete = true;
            continue;
        }
        enough = add_entry(status, &entry);
        if (entry.entry.slots != 0)
            used[count++] = (struct used_slots){entry.entry.slots, entry.entry.slot_count};
    }
    if (enough)
        count_slots(status, used, count);
    free(used);
    return enough;
}

bool status_ask_broker(struct status *status)
{
    struct published published;
    bool enough = true;
    uint64_t started;

    /* Both exist as long as somebody has them open, a keeper for example. */
    if (published_broker(&status->publisher, &started))
        status->ended = !process_id_runs(status->publisher, started);
    (void)published_version(status->published);
    status->text = published_report(&status->report);
    status->reported = status->text != NULL;
    if (status->reported) {
        status->incomplete = status->report.result != SHMB_REPORT_COMPLETE;
        enough = cut_lines(status);
    }
    if (enough && published_open(&published)) {
        enough = add_table(status, &published.table);
        published_close(&published);
    }
    /* An administrator can read the report of a broker that could make it. */
    status->incomplete |= status_broker_runs(status) && status->administrator && !status->reported;
    return enough && match_lines(status);
}

/* ---- words, counts, end ----------------------------------------------------- */

const char *status_word(enum status_state state)
{
    static const char *const words[] = {"held",   "deferred", "conflict",
                                        "failed", "missing",  "not visible"};

    return words[state];
}

size_t status_count(const struct status *status, enum status_state state)
{
    size_t count = 0, i;

    for (i = 0; i < status->object_count; i++)
        if (status->objects[i].state == state)
            count++;
    return count;
}

const char *status_version(const struct status *status)
{
    const char *reported = status->runs ? status_field(status, "version", 2) : NULL;

    if (reported != NULL)
        return reported;
    return status->runs && !status->ended && status->published[0] != '\0' ? status->published
                                                                          : NULL;
}

const char *status_field(const struct status *status, const char *kind, size_t field)
{
    size_t i;

    for (i = 0; i < status->line_count; i++)
        if (strcmp(status->lines[i].field[0], kind) == 0)
            return status->lines[i].field[field];
    return NULL;
}

bool status_broker_beside(const struct status *status)
{
    /* The process of a service that has stopped still runs for a moment; its instance is free. */
    return !status->console && !status->runs && status->claimed && status->publisher != 0 &&
           !status->ended && status->publisher != status->process;
}

bool status_broker_runs(const struct status *status)
{
    return status->runs || status_broker_beside(status);
}

void status_object_free(struct status_object *object)
{
    free(object->name);
    free(object->own_reason);
    free(object->lock);
    free(object->sddl);
    free(object->rule);
    free(object->account);
}

void status_free(struct status *status)
{
    size_t i;

    for (i = 0; i < status->object_count; i++)
        status_object_free(&status->objects[i]);
    free(status->objects);
    free(status->lines);
    for (i = 0; i < status->stranger_count; i++)
        free(status->strangers[i].text);
    if (status->holders != NULL)
        holders_free(status->holders, status->holder_count);
    free(status->holders);
    free(status->text);
    free(status->end);
    free(status->account);
    free(status->config);
    free(status->unknown);
    memset(status, 0, sizeof(*status));
}
