/*
 * A duty of the main loop: a pass goes through the whole state, ROUND names at a time, so that no
 * round takes long. `next` collects the lines of a pass, and replaces `list` at its end.
 */
#include "retired.h"

#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "full_name.h"
#include "name_index.h"
#include "queue_headers.h"

#define ROUND    64u /* names looked up in one round */
#define SOON_MS  1000u
#define NEXT_MS  100u /* between the rounds of a pass */
#define AGAIN_MS 30000u

void retired_init(struct retired *retired, const struct system *system, struct state *state,
                  const char *owner)
{
    *retired =
        (struct retired){.system = system, .state = state, .owner = owner, .delay = UINT32_MAX};
}

void retired_free(struct retired *retired)
{
    report_lines_free(&retired->list);
    report_lines_free(&retired->next);
}

/* True for the broker's own sections, which no configuration contains. */
static bool is_own(const char *name)
{
    return strncmp(name, SHMB_RESERVED_PREFIX, strlen(SHMB_RESERVED_PREFIX)) == 0;
}

void retired_mark(struct retired *retired, const struct inventory *inventory)
{
    struct state *state = retired->state;
    const struct state_record *record;
    struct name_index wanted;
    size_t at = 0;

    name_index_init(&wanted, inventory->items, inventory->count);
    while ((record = state_next(state, &at)) != NULL) {
        struct state_record marked = *record;

        if (is_own(record->name))
            continue;
        marked.retired |= name_index_find(&wanted, record->name, 0) == NAME_INDEX_NONE;
        state_put(state, &marked);
        if (marked.retired)
            retired->delay = SOON_MS;
    }
    name_index_free(&wanted);
}

size_t retired_rest(const struct retired *retired)
{
    const struct state_record *record;
    size_t at = 0, count = 0;

    while ((record = state_next(retired->state, &at)) != NULL)
        count += !record->retired && !is_own(record->name);
    return count;
}

void retired_reloaded(struct retired *retired, size_t count)
{
    if (count == 0 && retired->delay == UINT32_MAX)
        return;
    /*
     * A pass under way may be past records that are retired only now: another one follows. It is not
     * started again, so that it comes to its end however often objects are retired.
     */
    retired->again = retired->at != 0;
    if (retired->at == 0)
        retired->delay = SOON_MS;
}

static void add_line(struct retired *retired, const struct state_record *record)
{
    char name[FULL_NAME_BYTES];

    full_name(record->name, name);
    report_lines_add(&retired->next, "retired", name, shmb_kind_word(record->kind),
                     "programs have it open; it ends with the last of them");
}

/*
 * True: the object, which does not prove to be ours, may be it all the same, with an owner that a
 * client has changed. Of the other kinds any stranger's looks the same: its record would prove an
 * administrator's later object ours.
 */
static bool may_be_recorded(const struct sys_facts *facts, const struct state_record *record)
{
    return facts->kind == SHMB_SECTION && adoption_is_recorded(facts, record);
}

/*
 * Looks one record up. If the system does not tell, the record stays; so it does for a section
 * whose owner a client may have changed, until one of another size has the name. False: the record
 * is dropped. `*conflict`: what has the name does not prove to be ours.
 */
static bool look_up(struct retired *retired, const struct state_record *record, bool *conflict)
{
    const struct system *system = retired->system;
    const struct sys_spec recorded = {
        .kind = record->kind, .name = record->name, .size = record->size, .queue = record->queue};
    struct adoption judged;
    struct sys_object *object = NULL;
    struct sys_facts facts;
    enum sys_status status = adoption_open(system, retired->state, retired->owner, &recorded,
                                           &facts, &judged, &object, NULL);

    *conflict = judged.verdict == ADOPTION_CONFLICT;
    /* A start that leaves a queue out comes here first. */
    if (!*conflict && judged.live.kind == SHMB_QUEUE)
        queue_header_retire(system, object);
    system->objects.close(system->self, object);
    free(facts.sddl);
    if (status == SYS_NOT_FOUND ||
        (status == SYS_OK && *conflict && !judged.unasked && !may_be_recorded(&facts, record))) {
        state_drop(retired->state, record->name);
        return false;
    }
    return true;
}

bool retired_is_gone(struct retired *retired, const char *name)
{
    const struct state_record *record = state_find(retired->state, name);
    bool conflict;

    return record == NULL || !record->retired || !look_up(retired, record, &conflict);
}

static void look_at(struct retired *retired, const struct state_record *record)
{
    bool conflict;

    if (!look_up(retired, record, &conflict))
        return;
    retired->left++;
    if (!conflict)
        add_line(retired, record);
}

/* Ends a pass. True: the list has changed. */
static bool end_pass(struct retired *retired)
{
    bool changed = !report_lines_same(&retired->list, &retired->next);

    report_lines_free(&retired->list);
    retired->list = retired->next;
    retired->next = (struct report_lines){0};
    retired->delay = retired->again ? SOON_MS : retired->left > 0 ? AGAIN_MS : UINT32_MAX;
    retired->again = false;
    retired->at = retired->left = 0;
    return changed;
}

bool retired_round(struct retired *retired)
{
    const struct system *system = retired->system;
    const struct state_record *record;
    size_t looked_up = 0;

    while (looked_up < ROUND) {
        record = state_next(retired->state, &retired->at);
        if (record == NULL)
            return end_pass(retired);
        if (!record->retired)
            continue;
        if (system->stopping(system->self))
            return false;
        look_at(retired, record);
        looked_up++;
    }
    retired->delay = NEXT_MS;
    return false;
}
