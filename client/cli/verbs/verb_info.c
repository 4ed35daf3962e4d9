/* shmb info: what the directory says, or else what the object itself shows. */
#include "verb.h"

#include <windows.h>

#include <inttypes.h>
#include <string.h>

#include "answer.h"
#include "fail.h"
#include "json_object.h"
#include "json_use.h"
#include "json_queue.h"
#include "names.h"
#include "object_access.h"
#include "object_use.h"
#include "open_segment.h"
#include "out.h"
#include "plain.h"
#include "requester.h"
#include "show.h"

static bool ask_semaphore(const char *name, LONG *count, LONG *maximum)
{
    HANDLE semaphore;
    bool ok;

    if (shmb_open_object(name, SHMB_KIND_SEMAPHORE, SHMB_READ, 0, &semaphore) != SHMB_OK)
        return false;
    ok = plain_semaphore(semaphore, count, maximum);
    CloseHandle(semaphore);
    return ok;
}

/* Opens and closes the object with this right. Fills `info` (may be NULL) for a segment. */
static int32_t try_open(const char *name, uint32_t kind, uint32_t rights, shmb_info *info)
{
    shmb_segment *segment;
    shmb_queue *queue;
    HANDLE object;
    int32_t result;

    if (kind == SHMB_KIND_QUEUE) {
        result = shmb_queue_open(name, rights, 0, &queue);
        shmb_queue_close(queue);
        return result;
    }
    if (kind == SHMB_KIND_SEGMENT) {
        result = segment_open(name, rights, 0, 1, &segment, info);
        shmb_close(segment);
        return result;
    }
    result = shmb_open_object(name, kind, rights, 0, &object);
    if (result == SHMB_OK)
        CloseHandle(object);
    return result;
}

/* The bare name: shmb info must print the same name with and without Global\. */
static void set_name(const char *name, shmb_info *info)
{
    const char *bare = name;
    size_t length = strlen(name);

    shmb_name_check(name, length, &bare, &length);
    if (length < sizeof(info->name))
        memcpy(info->name, bare, length);
}

/*
 * Without the directory: tries each kind until one does not fail with SHMB_WRONG_KIND.
 * "Access denied" comes only for the right kind.
 */
static int32_t find_by_name(const char *name, shmb_info *info)
{
    int32_t result = SHMB_WRONG_KIND;
    uint32_t kind;

    for (kind = SHMB_KIND_SEGMENT; kind <= SHMB_KIND_SEMAPHORE && result == SHMB_WRONG_KIND;
         kind++) {
        memset(info, 0, sizeof(*info));
        info->size = sizeof(*info);
        result = try_open(name, kind, kind == SHMB_KIND_MUTEX ? SHMB_WRITE : SHMB_READ, info);
        if (result == SHMB_BAD_ARGUMENT) /* an auto-reset event */
            result = try_open(name, kind, SHMB_WRITE, NULL);
        info->kind = kind;
    }
    set_name(name, info);
    info->state = SHOW_STATE_UNKNOWN;
    return result == SHMB_ACCESS_DENIED ? SHMB_OK : result;
}

static int32_t find(const char *name, shmb_info *info)
{
    int32_t result;

    info->size = sizeof(*info);
    result = shmb_describe(name, info);
    switch (result) {
    case SHMB_NOT_FOUND:
    case SHMB_NO_BROKER:
    case SHMB_ACCESS_DENIED:
    case SHMB_NOT_OURS:
        return find_by_name(name, info);
    default:
        return result;
    }
}

/* What the caller can do with the object. */
struct answer {
    bool read, write, counted;
    bool ours;                   /* the library trusts the object's owner */
    char may[SHMB_ACCESS_WORDS]; /* all rights, in words */
    LONG count, maximum;
    struct queue_facts queue;
};

/* The numbers are the same, and the directory has no other kinds. */
static enum shmb_kind kind_of(const shmb_info *info)
{
    return (enum shmb_kind)info->kind;
}

/* Tries the rights by opening the object, and asks for the rest. */
static void ask(const shmb_info *info, struct answer *answer)
{
    uint32_t rights = 0;

    memset(answer, 0, sizeof(*answer));
    answer->read = try_open(info->name, info->kind, SHMB_READ, NULL) == SHMB_OK;
    answer->write = try_open(info->name, info->kind, SHMB_WRITE, NULL) == SHMB_OK;
    if (info->kind == SHMB_KIND_SEMAPHORE)
        answer->counted = ask_semaphore(info->name, &answer->count, &answer->maximum);
    queue_facts_find(info, &answer->queue);
    /* Only then is its access list the broker's work, and worth showing. */
    answer->ours = (info->state == SHMB_STATE_HELD || info->state == SHOW_STATE_UNKNOWN) &&
                   info_is_ours(kind_of(info), info->name);
    if (answer->ours || answer->read || answer->write)
        rights = info_rights(kind_of(info), info->name);
    (void)shmb_access_words(kind_of(info), rights, answer->may);
}

/* Who has it open, and who has the lock. Nothing for what the broker could not create. */
static void print_use(const shmb_info *info)
{
    struct object_use use;

    object_use_find(info->name, &use);
    if (use.object[0].exists)
        object_use_print(&use);
    object_use_free(&use);
}

static void put_json(struct json *json, const shmb_info *info, const struct answer *answer)
{
    const struct json_rights rights = {answer->read,  answer->write, answer->counted,
                                       answer->count, answer->may,   answer->ours};

    json_put_object(json, info);
    json_put_queue(json, "queue_level", &answer->queue);
    json_put_rights(json, info, &rights);
    json_find_use(json, "holders", info->name);
    answer_done();
}

static void print_segment(const shmb_info *info)
{
    if (info->bytes != 0)
        out_text("size:        %" PRIu64 " bytes%s\n", info->bytes,
                 (info->flags & SHMB_FLAG_ROUNDED) != 0 ? ", rounded up to pages" : "");
    out_text("lock:        %s\n", (info->flags & SHMB_FLAG_HAS_LOCK) != 0 ? info->lock : "none");
    if ((info->flags & SHMB_FLAG_FAST) != 0)
        out_text("             a fast lock: only programs that use the library take part\n");
    if ((info->flags & SHMB_FLAG_READERS_MAY_WAIT) != 0)
        out_text("             readers may wait on it\n");
    if ((info->flags & SHMB_FLAG_INITIAL) != 0)
        out_text("content:     initial content from the configuration\n");
    if ((info->flags & SHMB_FLAG_DOUBLE) != 0)
        out_text("snapshots:   double, in %s" SHMB_PAIR_SUFFIX "\n", info->name);
}

static void print_queue(const shmb_info *info, const struct queue_facts *facts)
{
    const shmb_queue_info *level = &facts->level;

    out_text("size:        %" PRIu32 " messages of up to %" PRIu32 " bytes\n", info->slots,
             info->slot_size);
    out_text("producers:   %s\n", (info->flags & SHMB_FLAG_ONE_PRODUCER) != 0 ? "one" : "many");
    out_text("consumers:   %s\n", (info->flags & SHMB_FLAG_ONE_CONSUMER) != 0 ? "one" : "many");
    out_text("when full:   %s\n", show_overflow(info->flags));
    if (!facts->known)
        return;
    out_text("messages:    %" PRIu64 "\n", level->messages);
    out_text("             %" PRIu64 " put, %" PRIu64 " dropped, %" PRIu64 " refused so far\n",
             level->put, level->dropped, level->refused);
}

static void print_semaphore(const shmb_info *info, const struct answer *answer)
{
    if (answer->counted)
        out_text("count:       %ld of %ld\n", (long)answer->count, (long)answer->maximum);
    if (info->state != SHOW_STATE_UNKNOWN)
        out_text("made with:   %" PRId32 " of %" PRId32 "\n", info->initial, info->maximum);
}

static void print_text(const shmb_info *info, const struct answer *answer)
{
    out_text("name:        %s\n", info->name);
    out_text("kind:        %s%s\n", show_kind(info->kind),
             (info->flags & SHMB_FLAG_COMPANION) != 0 ? ", belongs to another object" : "");
    out_text("state:       %s\n", info->state == SHOW_STATE_UNKNOWN
                                      ? "unknown, found by name without the broker's directory"
                                      : show_state(info->state));
    requester_print("on request:  ", info, "\n");
    if (info->generation != 0)
        out_text("generation:  %" PRIu64 "\n", info->generation);
    if (info->kind == SHMB_KIND_SEGMENT)
        print_segment(info);
    else if (info->kind == SHMB_KIND_SEMAPHORE)
        print_semaphore(info, answer);
    else if (info->kind == SHMB_KIND_QUEUE)
        print_queue(info, &answer->queue);
    else if (info->kind == SHMB_KIND_EVENT && info->state != SHOW_STATE_UNKNOWN)
        out_text("reset:       %s\n",
                 (info->flags & SHMB_FLAG_MANUAL_RESET) != 0 ? "manual" : "automatic");
    out_text("your rights: %s\n", answer->may);
    out_text("access:      ");
    if (!answer->ours || !info_access(kind_of(info), info->name, NULL))
        out_text("you may not read it");
    out_text("\n");
    print_use(info);
}

enum shmb_exit verb_info(struct arguments *arguments)
{
    struct answer answer;
    struct json *json;
    shmb_info info;
    int32_t result = find(arguments->name, &info);

    if (result != SHMB_OK)
        return fail_result(arguments->name, result);
    ask(&info, &answer);
    json = answer_open();
    if (json != NULL)
        put_json(json, &info, &answer);
    else
        print_text(&info, &answer);
    return SHMB_EXIT_DONE;
}

/* verb_info for one kind. */
static enum shmb_exit info_of_kind(struct arguments *arguments, uint32_t kind)
{
    shmb_info info;
    int32_t result = find(arguments->name, &info);

    if (result == SHMB_OK && info.kind != kind)
        result = SHMB_WRONG_KIND;
    return result == SHMB_OK ? verb_info(arguments) : fail_result(arguments->name, result);
}

enum shmb_exit verb_semaphore_info(struct arguments *arguments)
{
    return info_of_kind(arguments, SHMB_KIND_SEMAPHORE);
}

enum shmb_exit verb_queue_info(struct arguments *arguments)
{
    return info_of_kind(arguments, SHMB_KIND_QUEUE);
}
