/*
 * The state of a lock comes from the library where the segment is known, else from the mutex
 * alone; nothing is taken or changed. Texts of other programs are made visible.
 */
#include "object_use.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "fail.h"
#include "mutex.h"
#include "open_segment.h"
#include "out.h"
#include "plain.h"
#include "published.h"
#include "section.h"

#define SUFFIX_MOST 16u /* bytes of what is added to a name, with a terminator */

const char *object_use_bare(const struct used_object *object)
{
    return object->name + sizeof(SHMB_GLOBAL_PREFIX) - 1;
}

/* ---- what is known of the lock ---- */

/* The segment whose lock has this bare name; empty: none, or the directory is not readable. */
static void find_segment(const char *lock, char out[SHMB_NAME_BYTES])
{
    shmb_info info;
    shmb_list *list;

    out[0] = '\0';
    if (shmb_list_open(&list, NULL) != SHMB_OK)
        return;
    info.size = sizeof(info);
    while (out[0] == '\0' && shmb_list_next(list, &info) == SHMB_OK)
        if ((info.flags & SHMB_FLAG_HAS_LOCK) != 0 && strcmp(info.lock, lock) == 0)
            (void)snprintf(out, SHMB_NAME_BYTES, "%.*s", SHMB_NAME_BYTES - 1, info.name);
    shmb_list_close(list);
}

static bool ask_library(const char *segment_name, shmb_lock_info *out)
{
    shmb_segment *segment;
    bool ok;

    if (segment_open(segment_name, SHMB_READ, 0, 1, &segment, NULL) != SHMB_OK)
        return false;
    ok = shmb_lock_state(segment, out) == SHMB_OK;
    shmb_close(segment);
    return ok;
}

static void ask_mutex(const char *bare, shmb_lock_info *out)
{
    HANDLE mutex = plain_open(false, SHMB_MUTEX, bare, MUTEX_MODIFY_STATE);
    struct mutex_state state;

    if (mutex == NULL)
        return;
    if (mutex_query(mutex, &state)) {
        out->flags = SHMB_LOCK_KNOWN | (state.held ? SHMB_LOCK_HELD : 0) |
                     (state.abandoned ? SHMB_LOCK_ABANDONED : 0) |
                     (state.owner_known ? SHMB_LOCK_OWNER : 0);
        out->process = state.process;
        out->thread = state.thread;
    }
    CloseHandle(mutex);
}

void object_use_lock(const char *bare, struct used_object *out)
{
    if (out->segment[0] == '\0')
        find_segment(bare, out->segment);
    memset(&out->lock, 0, sizeof(out->lock));
    out->lock.size = sizeof(out->lock);
    out->is_lock = true;
    if (out->segment[0] == '\0' || !ask_library(out->segment, &out->lock))
        ask_mutex(bare, &out->lock);
}

/* True for a mutex, and for an event that is the lock of a segment. */
static bool is_lock(struct used_object *object, bool companion)
{
    if (object->kind != SHMB_EVENT)
        return object->kind == SHMB_MUTEX;
    if (object->segment[0] == '\0' && !companion)
        find_segment(object_use_bare(object), object->segment);
    return object->segment[0] != '\0';
}

bool object_use_is_fast(const struct used_object *object)
{
    return object->is_lock && object->kind == SHMB_EVENT;
}

/* ---- the objects ---- */

static uint64_t ask_size(const char *bare)
{
    /* SECTION_QUERY alone equals FILE_MAP_COPY, which the call turns into a right to read. */
    HANDLE section = plain_open(false, SHMB_SECTION, bare, SECTION_QUERY | SECTION_MAP_READ);
    uint64_t bytes = 0;

    if (section == NULL)
        return 0;
    section_size(section, &bytes);
    CloseHandle(section);
    return bytes;
}

static struct used_object *add(struct object_use *use, const char *bare)
{
    struct used_object *object = &use->object[use->count];
    struct holders *holders = &use->holders[use->count];
    enum shmb_kind kind;

    use->count++;
    (void)snprintf(object->name, sizeof(object->name), "%s%s", SHMB_GLOBAL_PREFIX, bare);
    holders->name = object->name;
    object->exists = plain_find(false, bare, &kind);
    object->kind = object->exists ? kind : SHMB_KIND_COUNT;
    if (object->kind == SHMB_SECTION)
        object->view_bytes = ask_size(bare);
    return object;
}

/* A companion with this suffix. */
static void add_suffix(struct object_use *use, const char *name, const char *suffix)
{
    char bare[SHMB_NAME_BYTES + SUFFIX_MOST];

    (void)snprintf(bare, sizeof(bare), "%.*s%s", SHMB_NAME_BYTES - 1, name, suffix);
    add(use, bare);
}

/* At most USE_OBJECTS_MAX with the segment. */
static void add_of_segment(struct object_use *use, const shmb_info *info)
{
    char suffix[SUFFIX_MOST];
    struct used_object *lock;
    unsigned i;

    if ((info->flags & SHMB_FLAG_HAS_LOCK) != 0) {
        lock = add(use, info->lock);
        (void)snprintf(lock->segment, sizeof(lock->segment), "%.*s", SHMB_NAME_BYTES - 1,
                       info->name);
    }
    for (i = 0; (info->flags & SHMB_FLAG_NOTIFY) != 0 && i < SHMB_CHANGE_EVENTS; i++) {
        (void)snprintf(suffix, sizeof(suffix), SHMB_CHANGED_SUFFIX "%u", i);
        add_suffix(use, info->name, suffix);
    }
    if ((info->flags & SHMB_FLAG_DOUBLE) != 0)
        add_suffix(use, info->name, SHMB_PAIR_SUFFIX);
}

static void add_of_queue(struct object_use *use, const shmb_info *info)
{
    size_t i;

    for (i = 0; i < SHMB_QUEUE_EVENTS; i++)
        add_suffix(use, info->name, shmb_queue_suffixes[i]);
}

/* What the directory, or else the library, says about the name. False: nothing. */
static bool describe(const char *bare, shmb_info *info)
{
    shmb_segment *segment;
    int32_t result;

    memset(info, 0, sizeof(*info));
    info->size = sizeof(*info);
    result = shmb_describe(bare, info);
    if (result == SHMB_OK)
        return true;
    if (result == SHMB_NOT_FOUND || segment_open(bare, SHMB_READ, 0, 1, &segment, info) != SHMB_OK)
        return false;
    shmb_close(segment);
    return true;
}

/* The process that the directory's root names, unless it has ended and another has its id now. */
static void find_broker(struct process_facts *out)
{
    uint32_t process;
    uint64_t started;

    memset(out, 0, sizeof(*out));
    if (!published_broker(&process, &started))
        return;
    process_facts_find(process, out);
    if (started != 0 && out->started != started)
        memset(out, 0, sizeof(*out));
}

void object_use_find(const char *bare, struct object_use *out)
{
    shmb_info info;
    size_t i;

    memset(out, 0, sizeof(*out));
    if (describe(bare, &info)) {
        add(out, info.name);
        if (info.kind == SHMB_KIND_SEGMENT)
            add_of_segment(out, &info);
        else if (info.kind == SHMB_KIND_QUEUE)
            add_of_queue(out, &info);
    } else {
        add(out, bare);
    }
    for (i = 0; i < out->count; i++)
        if (is_lock(&out->object[i], i > 0))
            object_use_lock(object_use_bare(&out->object[i]), &out->object[i]);
    find_broker(&out->broker);
    holders_find(out->holders, out->count);
}

void object_use_free(struct object_use *use)
{
    holders_free(use->holders, use->count);
}

/* ---- as text ---- */

void object_use_owner(const shmb_lock_info *lock, struct process_facts *out)
{
    const bool held = (lock->flags & SHMB_LOCK_HELD) != 0;
    const bool is_free = !held && (lock->flags & SHMB_LOCK_KNOWN) != 0;

    process_facts_find(lock->process, out);
    if (!is_free && ((lock->flags & SHMB_LOCK_OWNER) != 0 ||
                     (out->started != 0 && out->started <= lock->since)))
        return;
    memset(out, 0, sizeof(*out));
    out->process = lock->process;
    out->session = PROCESS_NO_SESSION;
}

/* "2026-11-30 12:00:00", in local time. False: it is no time. */
static bool time_text(uint64_t time, char out[32])
{
    FILETIME file = {(DWORD)time, (DWORD)(time >> 32)}, local;
    SYSTEMTIME parts;

    if (time == 0 || !FileTimeToLocalFileTime(&file, &local) ||
        !FileTimeToSystemTime(&local, &parts))
        return false;
    (void)snprintf(out, 32, "%04u-%02u-%02u %02u:%02u:%02u", parts.wYear, parts.wMonth, parts.wDay,
                   parts.wHour, parts.wMinute, parts.wSecond);
    return true;
}

/* Who, and since when. */
static void owner_text(const shmb_lock_info *lock, char *out, size_t size)
{
    struct process_facts facts;
    char time[32], since[96] = "";
    size_t used;

    object_use_owner(lock, &facts);
    if (time_text(lock->since, time))
        (void)snprintf(since, sizeof(since), ", since %s as it wrote itself", time);
    else if (time_text(facts.started, time))
        (void)snprintf(since, sizeof(since), ", since when is not known (it runs since %s)", time);
    if (facts.started != 0)
        used = process_facts_text(&facts, out, size);
    else
        used = (size_t)snprintf(out, size, "process %lu", (unsigned long)facts.process);
    (void)snprintf(out + used, size - used, ", thread %lu%s", (unsigned long)lock->thread, since);
}

void object_use_lock_text(const shmb_lock_info *lock, char out[USE_LOCK_TEXT])
{
    char owner[PROCESS_TEXT + 160] = "";
    bool sure = (lock->flags & SHMB_LOCK_OWNER) != 0;
    const char *says = sure ? "" : " (as its owner wrote into the control data)";

    out[0] = '\0';
    if (lock->process != 0)
        owner_text(lock, owner, sizeof(owner));
    if ((lock->flags & SHMB_LOCK_HELD) != 0 && owner[0] == '\0')
        (void)snprintf(out, USE_LOCK_TEXT, "locked; the system does not tell by whom");
    else if ((lock->flags & SHMB_LOCK_HELD) != 0)
        (void)snprintf(out, USE_LOCK_TEXT, "locked by %s%s", owner, says);
    else if ((lock->flags & SHMB_LOCK_KNOWN) != 0 && owner[0] != '\0')
        (void)snprintf(out, USE_LOCK_TEXT, "free; the owner that died was %s%s", owner, says);
    else if ((lock->flags & SHMB_LOCK_KNOWN) != 0)
        (void)snprintf(out, USE_LOCK_TEXT, "free");
    else if (owner[0] != '\0')
        (void)snprintf(out, USE_LOCK_TEXT, "you may not query the lock; the last owner was %s%s",
                       owner, says);
    else
        (void)snprintf(out, USE_LOCK_TEXT, "you may not query the lock");
}

enum shmb_exit object_use_fail(const char *name, int32_t result)
{
    struct used_object object = {.kind = SHMB_MUTEX};
    char text[USE_LOCK_TEXT], word[SHMB_NAME_WORD];
    const char *lock = name;
    shmb_info info;

    memset(&info, 0, sizeof(info));
    info.size = sizeof(info);
    if (shmb_describe(name, &info) == SHMB_OK && (info.flags & SHMB_FLAG_HAS_LOCK) != 0) {
        lock = info.lock;
        (void)snprintf(object.segment, sizeof(object.segment), "%.*s", SHMB_NAME_BYTES - 1,
                       info.name);
    } else if (info.name[0] != '\0') {
        lock = info.name;
    }
    if (result != SHMB_TIMEOUT)
        return fail_result(result == SHMB_STALE || result == SHMB_CORRUPT ? name : lock, result);
    object_use_lock(lock, &object);
    if ((object.lock.flags & SHMB_LOCK_HELD) == 0)
        return fail_result(name, result);
    object_use_lock_text(&object.lock, text);
    out_error("%s: timed out; %s%s is %s; see shmb holders %s", name, SHMB_GLOBAL_PREFIX, lock,
              text, shmb_name_word(lock, word));
    return fail_code(result);
}

bool object_use_of_broker(const struct object_use *use, const struct process_facts *facts)
{
    return use->broker.process != 0 &&
           (facts->process == use->broker.process ||
            (strchr(facts->path, '\\') != NULL && strcmp(facts->path, use->broker.path) == 0));
}

static void print_processes(const struct object_use *use, size_t index)
{
    const struct holders *holders = &use->holders[index];
    char text[PROCESS_TEXT], may[SHMB_ACCESS_WORDS];
    size_t i;

    for (i = 0; i < holders->listed; i++) {
        const struct holders_process *process = &holders->found[i];

        process_facts_text(&process->facts, text, sizeof(text));
        out_text("  open in ");
        out_visible(text);
        if (object_use_of_broker(use, &process->facts))
            out_text(": the broker%s",
                     process->facts.process == use->broker.process ? "" : "'s program");
        else if (use->object[index].kind < SHMB_KIND_COUNT)
            out_text(", may: %s", shmb_access_words(use->object[index].kind, process->access, may));
        out_text("\n");
    }
    if (holders->count > holders->listed)
        out_text("  open in %zu more programs\n", holders->count - holders->listed);
    if (holders->count == 0)
        out_text("  open in no program that could be examined\n");
}

static void print_lock(const struct used_object *object)
{
    char text[USE_LOCK_TEXT], word[SHMB_NAME_WORD];

    object_use_lock_text(&object->lock, text);
    if (object_use_is_fast(object))
        out_text("  a fast lock: only programs that use the library take part\n");
    out_text("  ");
    out_visible(text);
    out_text("\n");
    if ((object->lock.flags & SHMB_LOCK_ABANDONED) == 0)
        return;
    if (object->segment[0] != '\0')
        out_text("  abandoned: an owner died while it held the lock%s; check the content, then: "
                 "shmb repair %s\n",
                 (object->lock.flags & SHMB_LOCK_HALF) != 0 ? ", in the middle of a write" : "",
                 shmb_name_word(object->segment, word));
    else
        out_text("  abandoned: an owner died while it held the mutex; the next owner is told\n");
}

size_t object_use_unexamined(const struct object_use *use, bool *late)
{
    size_t most = 0, i;

    *late = false;
    for (i = 0; i < use->count; i++) {
        if (use->holders[i].closed > most)
            most = use->holders[i].closed;
        *late = *late || (!use->holders[i].complete && use->holders[i].closed == 0);
    }
    return most;
}

void object_use_print(const struct object_use *use)
{
    size_t i, closed;
    bool late;

    for (i = 0; i < use->count; i++) {
        const struct used_object *object = &use->object[i];

        out_text("%s %s%s\n",
                 object->kind < SHMB_KIND_COUNT ? shmb_kind_word(object->kind) : "object",
                 object->name, object->exists ? "" : ": does not exist");
        if (object->is_lock)
            print_lock(object);
        if (object->view_bytes != 0)
            out_text("  views: at most %" PRIu64 " bytes; MapViewOfFile with more fails with error "
                     "5, which means \"too long\" there\n",
                     object->view_bytes);
        if (object->exists)
            print_processes(use, i);
    }
    closed = object_use_unexamined(use, &late);
    if (closed > 0)
        out_text("not seen: what %zu processes have open that you may not examine; an elevated "
                 "prompt sees all but protected ones\n",
                 closed);
    else if (late)
        out_text("not seen: not all processes could be examined; try again\n");
}
