/*
 * What is in the file, in memory (state_entries.c), and the text of the changes that the file does
 * not have yet. state_lines.c reads and writes the lines.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "patience.h"
#include "state_entries.h"
#include "state_lines.h"
#include "text.h"

#define APPEND_MOST (512u * 1024) /* bytes of changes beyond the snapshot's: rewrite the file */
#define PATIENCE_MS 10000u        /* for a file that another program holds */

struct state {
    const struct system *system;
    const char *boot;
    struct state_entries entries;
    uint64_t stamp;
    struct sys_keeper keepers[STATE_KEEPERS];
    size_t keeper_count;
    struct text changes;
    size_t written, appended;     /* bytes: of the snapshot, of the changes after it */
    bool rewrite;                 /* the next commit rewrites the file */
    bool lasting;                 /* a change means something in the next boot, too */
    bool loaded;                  /* the file was read, or there is none */
    enum sys_status unread;       /* not SYS_OK: another program holds the file; it is read later */
    struct sys_failure why;       /* of `unread` */
    struct state_damage damage;   /* of the file that was read */
    bool failed;                  /* out of memory: a change is lost */
    uint32_t told;                /* event_cause of the failure that was logged last; 0: none */
    char trouble[REPORT_FAILURE]; /* that failure */
};

struct state *state_new(const struct system *system, const char *boot)
{
    struct state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    state->system = system;
    state->boot = boot;
    /* The first commit replaces the file, which may be damaged or of another boot. */
    state->rewrite = true;
    return state;
}

void state_free(struct state *state)
{
    if (state == NULL)
        return;
    entries_free(&state->entries);
    text_free(&state->changes);
    free(state);
}

/* Its index; `keeper_count`: not there. */
static size_t find_keeper(const struct state *state, const struct sys_keeper *keeper)
{
    size_t i;

    for (i = 0; i < state->keeper_count; i++)
        if (state->keepers[i].process == keeper->process &&
            state->keepers[i].started == keeper->started)
            break;
    return i;
}

static void remove_keeper(struct state *state, size_t index)
{
    state->keeper_count--;
    memmove(state->keepers + index, state->keepers + index + 1,
            (state->keeper_count - index) * sizeof(state->keepers[0]));
}

/* Moves the keeper to the end, or removes it if it has `ended`. */
static void set_keeper(struct state *state, const struct sys_keeper *keeper, bool ended)
{
    size_t index = find_keeper(state, keeper);

    if (index < state->keeper_count)
        remove_keeper(state, index);
    if (ended)
        return;
    if (state->keeper_count == STATE_KEEPERS)
        remove_keeper(state, 0);
    state->keepers[state->keeper_count++] = *keeper;
}

/*
 * False: no memory. `*current`: the lines are of this boot. Objects and keepers of another boot
 * no longer exist.
 */
static bool take_line(struct state *state, const struct state_line *line, bool *current)
{
    switch (line->what) {
    case STATE_LINE_BOOT:
        *current = strcmp(line->text, state->boot) == 0;
        return true;
    case STATE_LINE_OBJECT:
        return !*current || entries_take_record(&state->entries, &line->record);
    case STATE_LINE_LOCK:
        return !*current || entries_take_lock(&state->entries, &line->record);
    case STATE_LINE_FAST:
        return !*current || entries_take_fast(&state->entries, &line->record);
    case STATE_LINE_QUEUE:
        return !*current || entries_take_queue(&state->entries, &line->record);
    case STATE_LINE_GRANT:
        return !*current || entries_set_grant(&state->entries, &line->grant);
    case STATE_LINE_COPY:
        return entries_set_copy(&state->entries, line->text, line->number);
    case STATE_LINE_SID:
        return entries_set_sid(&state->entries, line->text, line->sid);
    case STATE_LINE_KEEPER:
        if (*current)
            set_keeper(state, &line->keeper, line->ended);
        return true;
    case STATE_LINE_STAMP:
        if (line->number > state->stamp)
            state->stamp = line->number;
        return true;
    default:
        return true;
    }
}

/* Applies the lines up to the first one that is damaged or incomplete. */
static enum sys_status read_lines(struct state *state, char *at, size_t length,
                                  struct sys_failure *why)
{
    const char *stop = at + length;
    bool current = false, cut = false, whole = false;
    size_t number = 1;
    char *next;

    state->damage = (struct state_damage){0};
    for (; at < stop; at = next) {
        struct state_line line;

        next = memchr(at, '\n', (size_t)(stop - at));
        cut = next == NULL;
        if (cut)
            break;
        *next++ = '\0';
        /* Later lines may depend on this one. */
        if (strlen(at) != (size_t)(next - at) - 1 || !state_line_read(at, &line) ||
            (number == 1 && line.what != STATE_LINE_HEAD))
            break;
        whole |= line.what == STATE_LINE_BOOT;
        if (!take_line(state, &line, &current))
            return failure_no_memory(why);
        number++;
    }
    /*
     * A machine that goes down cuts the last line, or leaves zeros from there on: what was not
     * flushed is of that boot alone.
     */
    if (at < stop && !(cut && number > 2 && !current))
        state->damage = (struct state_damage){number, (size_t)(stop - at)};
    else if (!whole) /* empty, or not even the lines that each file begins with */
        state->damage = (struct state_damage){number, 0};
    return SYS_OK;
}

static void begin_again(struct state *state)
{
    entries_free(&state->entries);
    state->entries = (struct state_entries){0};
    state->keeper_count = 0;
}

/* Reads the file; waits while another program holds it. */
static enum sys_status read_patiently(const struct system *system, uint32_t patience,
                                      char **content, size_t *length, struct sys_failure *why)
{
    enum sys_status status;
    uint64_t begun;

    do {
        begun = system->clock.ticks(system->self);
        status = system->files.state_read(system->self, STATE_FILE, STATE_FILE_MAX, content, length,
                                          why);
    } while (status == SYS_LATER && patience_again(system, begun, &patience));
    return status;
}

static enum sys_status load(struct state *state, uint32_t patience, struct sys_failure *why)
{
    const struct system *system = state->system;
    char *content, *text;
    size_t length;
    enum sys_status status = read_patiently(system, patience, &content, &length, why);

    state->loaded = status == SYS_NOT_FOUND;
    if (status == SYS_NOT_FOUND)
        return SYS_OK;
    if (status != SYS_OK)
        return status;
    text = realloc(content, length + 1);
    if (text == NULL) {
        free(content);
        return failure_no_memory(why);
    }
    text[length] = '\0';
    if (state_line_newer(text)) {
        status = failure_reason(why, SYS_NEWER, "the state folder was written by a newer broker");
    } else {
        status = read_lines(state, text, length, why);
        state->loaded = status == SYS_OK;
        if (status != SYS_OK)
            begin_again(state); /* half of it may say what later lines take back */
    }
    free(text);
    return status;
}

static void keep_unread(struct state *state, enum sys_status status, const struct sys_failure *why)
{
    state->unread = status;
    if (status != SYS_OK && why != NULL)
        failure_copy(&state->why, why);
}

enum sys_status state_load(struct state *state, struct sys_failure *why)
{
    enum sys_status status = load(state, PATIENCE_MS, why);

    /* These say nothing of the content, so that it is read before it is written over. */
    if (status == SYS_LATER || status == SYS_NO_MEMORY || status == SYS_FAILED)
        keep_unread(state, status, why);
    return status;
}

const struct state_record *state_find(const struct state *state, const char *name)
{
    const struct state_entry *entry = entries_find(&state->entries, name, ENTRY_OBJECT);

    return entry != NULL ? entries_record(entry) : NULL;
}

const struct state_record *state_next(const struct state *state, size_t *at)
{
    const struct state_entry *entry;

    while ((entry = entries_next(&state->entries, at)) != NULL)
        if (entries_kind(entry) == ENTRY_OBJECT)
            return entries_record(entry);
    return NULL;
}

const struct state_grant *state_next_grant(const struct state *state, size_t *at)
{
    const struct state_entry *entry;

    while ((entry = entries_next(&state->entries, at)) != NULL)
        if (entries_kind(entry) == ENTRY_GRANT)
            return entry->grant;
    return NULL;
}

bool state_is_loaded(const struct state *state)
{
    return state->loaded;
}

bool state_is_damaged(const struct state *state, struct state_damage *out)
{
    *out = state->damage;
    return out->line > 0;
}

const char *state_sid(const struct state *state, const char *account)
{
    const struct state_entry *entry = entries_find(&state->entries, account, ENTRY_ACCOUNT);

    return entry != NULL ? entry->sid : NULL;
}

uint64_t state_copy(const struct state *state, const char *name)
{
    const struct state_entry *entry = entries_find(&state->entries, name, ENTRY_COPY);

    return entry != NULL ? entry->saved : 0;
}

bool state_keeper_at(const struct state *state, size_t index, struct sys_keeper *out)
{
    *out = (struct sys_keeper){0};
    if (index >= state->keeper_count)
        return false;
    *out = state->keepers[index];
    return true;
}

/*
 * Leaves room for one more, this broker's own keeper. Keepers that find no room are found by the
 * next broker.
 */
enum sys_status state_find_keepers(struct state *state, struct sys_failure *why)
{
    const struct system *system = state->system;
    struct sys_keeper *found;
    size_t count, i;
    enum sys_status status = system->keepers.left(system->self, &found, &count, why);

    for (i = 0; i < count && state->keeper_count < STATE_KEEPERS - 1; i++)
        if (find_keeper(state, &found[i]) == state->keeper_count)
            state_put_keeper(state, &found[i]);
    free(found);
    return status;
}

uint64_t state_stamp(const struct state *state)
{
    return state->stamp;
}

void state_put(struct state *state, const struct state_record *record)
{
    const struct state_record *known = state_find(state, record->name);

    if (known != NULL && entries_same_record(known, record))
        return;
    /* The line first: the name may be that of the entry that is dropped. */
    state_line_object(&state->changes, record);
    state->failed |= !entries_set_record(&state->entries, record);
}

void state_drop(struct state *state, const char *name)
{
    const struct state_record none = {.name = name}; /* generation 0: dropped */

    if (state_find(state, name) != NULL)
        state_put(state, &none);
}

static bool same_grant(const struct state_grant *a, const struct state_grant *b)
{
    return strcmp(a->account, b->account) == 0 && strcmp(a->rule, b->rule) == 0 &&
           a->kind == b->kind && a->size == b->size && a->initial == b->initial &&
           a->maximum == b->maximum && a->flags == b->flags && a->life == b->life &&
           a->made == b->made;
}

void state_put_grant(struct state *state, const struct state_grant *grant)
{
    const struct state_entry *known = entries_find(&state->entries, grant->name, ENTRY_GRANT);

    if (known != NULL && same_grant(known->grant, grant))
        return;
    /* The line first, as in state_put. */
    state_line_grant(&state->changes, grant);
    state->failed |= !entries_set_grant(&state->entries, grant);
}

void state_drop_grant(struct state *state, const char *name)
{
    const struct state_grant none = {.name = name, .account = "-", .rule = ""};

    if (entries_find(&state->entries, name, ENTRY_GRANT) != NULL)
        state_put_grant(state, &none);
}

void state_put_sid(struct state *state, const char *account, const char *sid)
{
    const char *known = state_sid(state, account);

    if (known != NULL && strcmp(known, sid) == 0)
        return;
    state->failed |= !entries_set_sid(&state->entries, account, sid);
    state_line_sid(&state->changes, account, sid);
    state->lasting = true;
}

void state_put_copy(struct state *state, const char *name, uint64_t saved)
{
    if (state_copy(state, name) == saved)
        return;
    state_line_copy(&state->changes, name, saved);
    state->lasting = true;
    state->failed |= !entries_set_copy(&state->entries, name, saved);
}

static void forget(struct state *state, enum entry_kind kind, state_wanted *wanted, void *context)
{
    struct state_entry *entry;
    size_t at = 0;

    while ((entry = entries_next(&state->entries, &at)) != NULL) {
        if (entries_kind(entry) != kind || wanted(context, entry->name))
            continue;
        entries_remove(&state->entries, entry);
        state->rewrite = true; /* no line says that an account is forgotten */
    }
}

void state_forget_sids(struct state *state, state_wanted *wanted, void *context)
{
    forget(state, ENTRY_ACCOUNT, wanted, context);
}

void state_forget_copies(struct state *state, state_wanted *wanted, void *context)
{
    forget(state, ENTRY_COPY, wanted, context);
}

void state_put_stamp(struct state *state, uint64_t stamp)
{
    if (stamp <= state->stamp)
        return;
    state->stamp = stamp;
    state_line_stamp(&state->changes, stamp);
}

void state_put_keeper(struct state *state, const struct sys_keeper *keeper)
{
    set_keeper(state, keeper, false);
    state_line_keeper(&state->changes, keeper, false);
}

void state_drop_keeper(struct state *state, const struct sys_keeper *keeper)
{
    if (find_keeper(state, keeper) == state->keeper_count)
        return;
    set_keeper(state, keeper, true);
    state_line_keeper(&state->changes, keeper, true);
}

void state_retire_all(struct state *state)
{
    struct state_entry *entry;
    size_t at = 0;

    while ((entry = entries_next(&state->entries, &at)) != NULL) {
        if (entries_kind(entry) == ENTRY_GRANT) {
            entries_remove(&state->entries, entry);
            state->rewrite = true;
        } else if (entries_kind(entry) == ENTRY_OBJECT && !entry->record.retired) {
            entry->record.retired = true;
            state->rewrite = true; /* shorter than a line for each object */
        }
    }
}

/* Takes what is not known yet. */
static void take_all(struct state *state, const struct state *from)
{
    const struct state_entry *entry;
    size_t at = 0, i;

    while ((entry = entries_next(&from->entries, &at)) != NULL) {
        if (entries_find(&state->entries, entry->name, entries_kind(entry)) != NULL)
            continue;
        switch (entries_kind(entry)) {
        case ENTRY_ACCOUNT:
            state_put_sid(state, entry->name, entry->sid);
            break;
        case ENTRY_COPY:
            state_put_copy(state, entry->name, entry->saved);
            break;
        case ENTRY_OBJECT:
            state_put(state, entries_record(entry));
            break;
        case ENTRY_GRANT:
            break; /* its object was not made at the start, and counts as retired by now */
        }
    }
    for (i = 0; i < from->keeper_count && state->keeper_count < STATE_KEEPERS - 1; i++)
        if (find_keeper(state, &from->keepers[i]) == state->keeper_count)
            state_put_keeper(state, &from->keepers[i]);
    state_put_stamp(state, from->stamp);
}

enum sys_status state_load_held(struct state *state, struct sys_failure *why)
{
    struct state *late;
    enum sys_status status;

    if (state->unread == SYS_OK)
        return SYS_OK;
    late = state_new(state->system, state->boot);
    if (late == NULL)
        return failure_no_memory(why);
    status = load(late, 0, why);
    if (status == SYS_OK) {
        take_all(state, late);
        state->damage = late->damage;
        state->loaded = true;
    }
    state_free(late);
    if (status != SYS_LATER && status != SYS_NO_MEMORY && status != SYS_NEWER)
        status = SYS_OK;
    keep_unread(state, status, why);
    return status;
}

/* The snapshot: everything that is known. */
static void put_all(const struct state *state, struct text *out)
{
    const struct state_entry *entry;
    size_t at = 0, i;

    state_line_head(out, state->boot);
    state_line_stamp(out, state->stamp);
    for (i = 0; i < state->keeper_count; i++)
        state_line_keeper(out, &state->keepers[i], false);
    while ((entry = entries_next(&state->entries, &at)) != NULL) {
        switch (entries_kind(entry)) {
        case ENTRY_ACCOUNT:
            state_line_sid(out, entry->name, entry->sid);
            break;
        case ENTRY_COPY:
            state_line_copy(out, entry->name, entry->saved);
            break;
        case ENTRY_OBJECT:
            state_line_object(out, entries_record(entry));
            break;
        case ENTRY_GRANT:
            state_line_grant(out, entry->grant);
        }
    }
}

static enum sys_status write_all(struct state *state, struct sys_failure *why)
{
    const struct system *system = state->system;
    struct text all = {0};
    enum sys_status status;

    put_all(state, &all);
    if (all.failed)
        status = failure_no_memory(why);
    else
        status = system->files.state_write(system->self, STATE_FILE, all.at, all.length, why);
    state->written = all.length;
    state->appended = 0;
    text_free(&all);
    return status;
}

void state_tell(struct state *state, enum sys_status status, const struct sys_failure *why)
{
    uint32_t cause = status != SYS_OK ? event_cause(status, why) : 0;

    if (cause != 0 && cause != state->told)
        event_log_state(state->system, why);
    if (cause != 0)
        event_failure_text(why, state->trouble);
    else if (state->told != 0)
        event_log_state_recovered(state->system, "the state of its objects");
    state->told = cause;
}

const char *state_trouble(const struct state *state)
{
    return state->told != 0 ? state->trouble : NULL;
}

bool state_is_due(const struct state *state)
{
    return state->changes.length > 0 || state->changes.failed || state->failed || state->rewrite ||
           state->unread != SYS_OK;
}

enum sys_status state_commit(struct state *state, struct sys_failure *why)
{
    const struct system *system = state->system;
    bool rewrite = state->rewrite || state->appended > state->written + APPEND_MOST;
    enum sys_status status = SYS_OK;

    /* Else it would destroy records that nobody has read. */
    if (state->unread != SYS_OK) {
        failure_copy(why, &state->why);
        return state->unread;
    }
    if (state->failed || state->changes.failed) {
        status = failure_no_memory(why);
        /* Reported once. The next commit writes all that is in memory. */
        state->failed = false;
    } else if (rewrite) {
        status = write_all(state, why);
    } else if (state->changes.length > 0) {
        status = system->files.state_append(system->self, STATE_FILE, state->changes.at,
                                            state->changes.length, state->lasting, why);
        state->appended += state->changes.length;
    }
    state->rewrite = status != SYS_OK;
    state->lasting = false; /* a rewrite is flushed anyway */
    text_free(&state->changes);
    state->changes = (struct text){0};
    return status;
}
