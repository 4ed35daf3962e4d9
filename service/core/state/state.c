/*
 * A table of entries by name, and the text of the changes that the file does not have yet.
 * state_lines.c reads and writes the lines.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "names.h"
#include "nameset.h"
#include "patience.h"
#include "state_lines.h"
#include "string_copy.h"
#include "text.h"

#define APPEND_MOST   (512u * 1024) /* bytes of changes beyond the snapshot's: rewrite the file */
#define FIRST_ENTRIES 32u
#define PATIENCE_MS   10000u /* for a file that another program holds */

/* Entries of the same name and of different kinds are different ones. */
enum entry_kind { ENTRY_OBJECT, ENTRY_ACCOUNT, ENTRY_COPY };

/* An object, an account with its SID, or the copy of a segment. All zero but `next_free`: not in
 * use. */
struct entry {
    char *name;       /* owned */
    size_t next_free; /* of an entry that is not in use: the next such one, index + 1; 0: none */
    char *lock;       /* owned, the record's; NULL: not known */
    struct state_record record;
    char *sid;      /* owned; not NULL: an account */
    uint64_t saved; /* when it was first saved; not 0: a copy */
};

struct state {
    const struct system *system;
    const char *boot;
    struct entry *entries;
    size_t count, capacity; /* entries with those that are not in use; room */
    size_t first_free;      /* an entry that is not in use, index + 1; 0: none */
    struct nameset by_name; /* of the entries in use */
    uint64_t stamp;
    struct sys_keeper keepers[STATE_KEEPERS];
    size_t keeper_count;
    struct text changes;
    size_t written, appended;     /* bytes: of the snapshot, of the changes after it */
    bool rewrite;                 /* the next commit rewrites the file */
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

static void forget_all(struct state *state)
{
    size_t i;

    for (i = 0; i < state->count; i++) {
        free(state->entries[i].name);
        free(state->entries[i].lock);
        free(state->entries[i].sid);
    }
    free(state->entries);
    nameset_free(&state->by_name);
    state->entries = NULL;
    state->count = state->capacity = state->first_free = 0;
}

void state_free(struct state *state)
{
    if (state == NULL)
        return;
    forget_all(state);
    text_free(&state->changes);
    free(state);
}

static enum entry_kind kind_of(const struct entry *entry)
{
    return entry->sid != NULL ? ENTRY_ACCOUNT : entry->saved != 0 ? ENTRY_COPY : ENTRY_OBJECT;
}

/* Names of objects ignore case. */
static bool is_object(const void *entry, const void *name)
{
    const struct entry *known = entry;

    return kind_of(known) == ENTRY_OBJECT &&
           shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static bool is_account(const void *entry, const void *name)
{
    const struct entry *known = entry;

    return kind_of(known) == ENTRY_ACCOUNT && strcmp(known->name, name) == 0;
}

static bool is_copy(const void *entry, const void *name)
{
    const struct entry *known = entry;

    return kind_of(known) == ENTRY_COPY &&
           shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static uint32_t hash_of(const char *name, enum entry_kind kind)
{
    return shmb_name_hash(name, strlen(name)) + (uint32_t)kind;
}

static struct entry *find(const struct state *state, const char *name, enum entry_kind kind)
{
    static nameset_same *const same[] = {is_object, is_account, is_copy};

    if (state->count == 0)
        return NULL;
    return (struct entry *)nameset_find(&state->by_name, hash_of(name, kind), name, same[kind]);
}

static void add_to_index(struct state *state, const struct entry *entry)
{
    (void)nameset_add(&state->by_name, hash_of(entry->name, kind_of(entry)), entry, NULL);
}

/* Entries move, so that all of them are indexed anew. False: no memory. */
static bool grow(struct state *state)
{
    size_t capacity = state->capacity == 0 ? FIRST_ENTRIES : state->capacity * 2, i;
    struct nameset larger;
    struct entry *entries;

    /* Makes both before it drops either: after a failure nothing has changed. */
    if (!nameset_init(&larger, capacity))
        return false;
    entries = realloc(state->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        nameset_free(&larger);
        return false;
    }
    nameset_free(&state->by_name);
    state->by_name = larger;
    state->entries = entries;
    state->capacity = capacity;
    for (i = 0; i < state->count; i++)
        if (entries[i].name != NULL)
            add_to_index(state, &entries[i]);
    return true;
}

/* An entry that is not in use, all zero; `use_free` takes it. NULL: no memory. */
static struct entry *find_free(struct state *state)
{
    struct entry *entry;

    if (state->first_free != 0)
        return &state->entries[state->first_free - 1];
    if (state->count == state->capacity && !grow(state))
        return NULL;
    entry = &state->entries[state->count];
    memset(entry, 0, sizeof(*entry));
    return entry;
}

static void use_free(struct state *state, struct entry *entry)
{
    if (state->first_free == 0) {
        state->count++;
    } else {
        state->first_free = entry->next_free;
        entry->next_free = 0;
    }
    add_to_index(state, entry);
}

/*
 * The others stay where they are, since a loop over the records may be at any of them. The next
 * new name gets the place: names that come and go need no more room than those of one time.
 */
static void remove_entry(struct state *state, struct entry *entry)
{
    nameset_remove(&state->by_name, hash_of(entry->name, kind_of(entry)), entry);
    free(entry->name);
    free(entry->lock);
    free(entry->sid);
    memset(entry, 0, sizeof(*entry));
    entry->next_free = state->first_free;
    state->first_free = (size_t)(entry - state->entries) + 1;
}

/* The entry of a name, added if there is none. `sid`: of an account, else NULL. NULL: no memory. */
static struct entry *find_or_add(struct state *state, const char *name, const char *sid)
{
    struct entry *entry = find(state, name, sid != NULL ? ENTRY_ACCOUNT : ENTRY_OBJECT);

    if (entry != NULL)
        return entry;
    entry = find_free(state);
    if (entry == NULL)
        return NULL;
    entry->name = string_copy(name);
    entry->sid = sid != NULL ? string_copy(sid) : NULL;
    if (entry->name == NULL || (sid != NULL && entry->sid == NULL)) {
        free(entry->name);
        free(entry->sid);
        entry->name = entry->sid = NULL;
        return NULL;
    }
    use_free(state, entry);
    return entry;
}

static bool same_lock(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* False: no memory. `lock` may be the entry's own. */
static bool set_lock(struct entry *entry, const char *lock)
{
    char *mine = NULL;

    if (same_lock(entry->lock, lock))
        return true;
    if (lock != NULL) {
        mine = string_copy(lock);
        if (mine == NULL)
            return false;
    }
    free(entry->lock);
    entry->lock = mine;
    return true;
}

/* False: no memory. A record with the generation 0 is dropped. */
static bool set_record(struct state *state, const struct state_record *record)
{
    struct entry *entry;

    if (record->generation == 0) {
        entry = find(state, record->name, ENTRY_OBJECT);
        if (entry != NULL)
            remove_entry(state, entry);
        return true;
    }
    entry = find_or_add(state, record->name, NULL);
    if (entry == NULL)
        return false;
    /* Its texts are the caller's and may end; record_of puts the entry's own in their place. */
    entry->record = *record;
    return set_lock(entry, record->lock);
}

/* An object line does not name the lock: a known one of the same generation stays. */
static bool take_record(struct state *state, const struct state_record *read)
{
    const struct entry *known = find(state, read->name, ENTRY_OBJECT);
    struct state_record record = *read;

    if (known != NULL && known->record.generation == read->generation)
        record.lock = known->lock;
    return set_record(state, &record);
}

/* A lock line counts only for the object line of the same generation. */
static bool take_lock(struct state *state, const struct state_record *read)
{
    const struct entry *known = find(state, read->name, ENTRY_OBJECT);
    struct state_record record;

    if (known == NULL || known->record.generation != read->generation)
        return true;
    record = known->record;
    record.name = known->name;
    record.lock = read->lock;
    return set_record(state, &record);
}

static bool set_sid(struct state *state, const char *account, const char *sid)
{
    struct entry *entry = find_or_add(state, account, sid);
    char *mine;

    if (entry == NULL || strcmp(entry->sid, sid) == 0)
        return entry != NULL;
    mine = string_copy(sid);
    if (mine == NULL)
        return false;
    free(entry->sid);
    entry->sid = mine;
    return true;
}

/* False: no memory. `saved` 0: there are no copies any more. */
static bool set_copy(struct state *state, const char *name, uint64_t saved)
{
    struct entry *entry = find(state, name, ENTRY_COPY);

    if (saved == 0) {
        if (entry != NULL)
            remove_entry(state, entry);
        return true;
    }
    if (entry == NULL) {
        entry = find_free(state);
        if (entry == NULL)
            return false;
        entry->name = string_copy(name);
        if (entry->name == NULL)
            return false;
        entry->saved = saved;
        use_free(state, entry);
    }
    entry->saved = saved;
    return true;
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
        return !*current || take_record(state, &line->record);
    case STATE_LINE_LOCK:
        return !*current || take_lock(state, &line->record);
    case STATE_LINE_COPY:
        return set_copy(state, line->text, line->number);
    case STATE_LINE_SID:
        return set_sid(state, line->text, line->sid);
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
    /* A machine that goes down cuts the last line: nothing of that boot matters any more. */
    if (at < stop && !(cut && number > 2 && !current))
        state->damage = (struct state_damage){number, (size_t)(stop - at)};
    else if (!whole) /* empty, or not even the lines that each file begins with */
        state->damage = (struct state_damage){number, 0};
    return SYS_OK;
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

    if (status == SYS_LATER)
        keep_unread(state, status, why);
    return status;
}

static bool is_record(const struct entry *entry)
{
    return entry->name != NULL && kind_of(entry) == ENTRY_OBJECT;
}

/* The record with its texts, which the entry owns. */
static const struct state_record *record_of(const struct entry *entry)
{
    struct entry *mine = (struct entry *)(uintptr_t)entry;

    mine->record.name = mine->name;
    mine->record.lock = mine->lock;
    return &mine->record;
}

const struct state_record *state_find(const struct state *state, const char *name)
{
    const struct entry *entry = find(state, name, ENTRY_OBJECT);

    return entry != NULL && is_record(entry) ? record_of(entry) : NULL;
}

const struct state_record *state_next(const struct state *state, size_t *at)
{
    while (*at < state->count) {
        const struct entry *entry = &state->entries[(*at)++];

        if (is_record(entry))
            return record_of(entry);
    }
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
    const struct entry *entry = find(state, account, ENTRY_ACCOUNT);

    return entry != NULL ? entry->sid : NULL;
}

uint64_t state_copy(const struct state *state, const char *name)
{
    const struct entry *entry = find(state, name, ENTRY_COPY);

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

static bool same_record(const struct state_record *a, const struct state_record *b)
{
    return a->kind == b->kind && a->size == b->size && a->generation == b->generation &&
           a->control == b->control && a->block == b->block && a->retired == b->retired &&
           same_lock(a->lock, b->lock);
}

void state_put(struct state *state, const struct state_record *record)
{
    const struct state_record *known = state_find(state, record->name);

    if (known != NULL && same_record(known, record))
        return;
    /* The line first: the name may be that of the entry that is dropped. */
    state_line_object(&state->changes, record);
    state->failed |= !set_record(state, record);
}

void state_drop(struct state *state, const char *name)
{
    const struct state_record none = {.name = name}; /* generation 0: dropped */

    if (state_find(state, name) != NULL)
        state_put(state, &none);
}

void state_put_sid(struct state *state, const char *account, const char *sid)
{
    const char *known = state_sid(state, account);

    if (known != NULL && strcmp(known, sid) == 0)
        return;
    state->failed |= !set_sid(state, account, sid);
    state_line_sid(&state->changes, account, sid);
}

void state_put_copy(struct state *state, const char *name, uint64_t saved)
{
    if (state_copy(state, name) == saved)
        return;
    state_line_copy(&state->changes, name, saved);
    state->failed |= !set_copy(state, name, saved);
}

static void forget(struct state *state, enum entry_kind kind, state_wanted *wanted, void *context)
{
    size_t i;

    for (i = 0; i < state->count; i++) {
        struct entry *entry = &state->entries[i];

        if (entry->name == NULL || kind_of(entry) != kind || wanted(context, entry->name))
            continue;
        remove_entry(state, entry);
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
    size_t i;

    for (i = 0; i < state->count; i++) {
        struct entry *entry = &state->entries[i];

        if (!is_record(entry) || entry->record.retired)
            continue;
        entry->record.retired = true;
        state->rewrite = true; /* shorter than a line for each object */
    }
}

/* Takes what is not known yet. */
static void take_all(struct state *state, const struct state *from)
{
    size_t i;

    for (i = 0; i < from->count; i++) {
        const struct entry *entry = &from->entries[i];

        if (entry->name == NULL || find(state, entry->name, kind_of(entry)) != NULL)
            continue;
        if (entry->sid != NULL)
            state_put_sid(state, entry->name, entry->sid);
        else if (entry->saved != 0)
            state_put_copy(state, entry->name, entry->saved);
        else
            state_put(state, record_of(entry));
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
    size_t i;

    state_line_head(out, state->boot);
    state_line_stamp(out, state->stamp);
    for (i = 0; i < state->keeper_count; i++)
        state_line_keeper(out, &state->keepers[i], false);
    for (i = 0; i < state->count; i++) {
        const struct entry *entry = &state->entries[i];

        if (entry->sid != NULL)
            state_line_sid(out, entry->name, entry->sid);
        else if (entry->saved != 0)
            state_line_copy(out, entry->name, entry->saved);
        else if (is_record(entry))
            state_line_object(out, record_of(entry));
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
                                            state->changes.length, why);
        state->appended += state->changes.length;
    }
    state->rewrite = status != SYS_OK;
    text_free(&state->changes);
    state->changes = (struct text){0};
    return status;
}
