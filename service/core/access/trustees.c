/*
 * The answers belong to one configuration (desired.h) and live as long. They are never moved or
 * removed: the access sets of its inventories point to the SIDs in them.
 */
#include "trustees.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "hash.h"
#include "nameset.h"
#include "sid.h"
#include "string_copy.h"

/* The answer for one name. */
struct answer {
    enum sys_status status;
    bool pending;            /* then status is SYS_OK with the SID from memory, or SYS_LATER */
    bool denied;             /* the configuration denies it something */
    struct sys_failure *why; /* NULL: no failure. On the heap, for most look-ups succeed */
    char sid[SYS_SID_MAX];
    char *newer; /* the current SID, if it differs: inventories still use the former one */
    char *name;  /* in the same allocation */
};

struct trustees {
    const struct system *system;
    struct nameset by_name;
    struct answer **all; /* in the order of the look-ups */
    size_t count, room;
    size_t pending;
    trustees_memory *memory; /* NULL: nothing may be pending */
    void *memory_context;
    bool forgiving;
};

const char *trustee_word_sid(const char *name)
{
    return shmb_word_sid(name);
}

const char *trustee_sid_word(const char *sid)
{
    const char *word = shmb_sid_word(sid);

    return word != NULL ? word : sid;
}

bool trustee_is_brokers(const char *sid)
{
    static const char *const own[] = {
        "S-1-1-0",          /* Everyone */
        "S-1-5-11",         /* Authenticated Users */
        "S-1-5-32-545",     /* Users */
        "S-1-5-6",          /* SERVICE */
        "S-1-5-80-0",       /* NT SERVICE\ALL SERVICES */
        "S-1-2-0",          /* LOCAL */
        "S-1-2-1",          /* CONSOLE LOGON */
        "S-1-5-15",         /* This Organization */
        SHMB_SERVICE_SID,   /* NT SERVICE\ShmBroker */
        SID_SYSTEM,         /* the owner if the token has no service SID */
        SID_ADMINISTRATORS, /* the same */
    };
    size_t i;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strcmp(sid, own[i]) == 0)
            return true;
    return false;
}

struct trustees *trustees_new(const struct system *system)
{
    struct trustees *known = calloc(1, sizeof(*known));

    if (known == NULL)
        return NULL;
    known->system = system;
    if (nameset_init(&known->by_name, 32))
        return known;
    free(known);
    return NULL;
}

static void free_answer(struct answer *answer)
{
    free(answer->why);
    free(answer->newer);
    free(answer);
}

void trustees_free(struct trustees *known)
{
    size_t i;

    if (known == NULL)
        return;
    for (i = 0; i < known->count; i++)
        free_answer(known->all[i]);
    free(known->all);
    nameset_free(&known->by_name);
    free(known);
}

/* NULL: there is no such account, or it is pending and has no remembered SID. */
static const char *sid_of(const struct answer *answer)
{
    if (answer->status != SYS_OK)
        return NULL;
    return answer->newer != NULL ? answer->newer : answer->sid;
}

static uint32_t hash_name(const char *name)
{
    return shmb_hash_text(SHMB_HASH_START, name);
}

/*
 * Compares names byte by byte. Two spellings of one account cost only a second look-up;
 * two accounts taken for one would give rights to the wrong account.
 */
static bool has_name(const void *answer, const void *name)
{
    return strcmp(((const struct answer *)answer)->name, name) == 0;
}

static struct answer *find(const struct trustees *known, const char *name)
{
    return (struct answer *)nameset_find(&known->by_name, hash_name(name), name, has_name);
}

/* False: no memory for one more. */
static bool reserve(struct trustees *known)
{
    size_t room = known->room * 2 + 16;
    struct answer **all;

    if (!nameset_reserve(&known->by_name, known->count + 1))
        return false;
    if (known->count < known->room)
        return true;
    all = realloc(known->all, room * sizeof(*all));
    if (all == NULL)
        return false;
    known->all = all;
    known->room = room;
    return true;
}

/* Adds an answer, with room reserved. */
static void remember(struct trustees *known, struct answer *answer)
{
    (void)nameset_add(&known->by_name, hash_name(answer->name), answer, NULL);
    known->all[known->count++] = answer;
}

/*
 * Looks a name up. The system can take long, so this reports progress, and looks nothing
 * up any more once the broker is asked to stop.
 */
static enum sys_status ask(struct trustees *known, const char *name, char sid[SYS_SID_MAX],
                           struct sys_failure *why)
{
    const struct system *system = known->system;

    if (sid_looks_like(name)) {
        return sid_canonical(name, sid) ? SYS_OK
                                        : failure_reason(why, SYS_NOT_FOUND, "not a valid SID");
    }
    system->progress(system->self);
    if (system->stopping(system->self))
        return failure_reason(why, SYS_LATER, "asked to stop");
    return system->objects.resolve_account(system->self, name, sid, why);
}

/*
 * True: the failure may pass. "CORP\Traders" and "traders@corp" have a domain, which may
 * be unreachable now.
 */
static bool may_pass(const struct trustees *known, const char *name, enum sys_status status)
{
    if (status == SYS_OK || known->memory == NULL || sid_looks_like(name))
        return false;
    if (status == SYS_LATER ||
        (status == SYS_NOT_FOUND && (strchr(name, '\\') != NULL || strchr(name, '@') != NULL)))
        return true;
    return known->forgiving && known->memory(known->memory_context, name) != NULL;
}

/* Makes an answer pending, with the SID from memory if there is one. */
static void suspend(struct trustees *known, struct answer *answer)
{
    const char *sid = known->memory(known->memory_context, answer->name);

    known->pending++;
    answer->pending = true;
    answer->status = SYS_LATER;
    if (sid == NULL || strlen(sid) >= sizeof(answer->sid))
        return;
    memcpy(answer->sid, sid, strlen(sid) + 1);
    answer->status = SYS_OK;
}

static struct answer *new_answer(const char *name)
{
    size_t size = strlen(name) + 1;
    struct answer *answer = calloc(1, sizeof(*answer) + size);

    if (answer == NULL)
        return NULL;
    answer->name = (char *)(answer + 1);
    memcpy(answer->name, name, size);
    return answer;
}

/*
 * Looks a name up and remembers the answer. NULL with `*status` if there is nothing
 * to remember: being short of memory says nothing about the name.
 */
static struct answer *look_up(struct trustees *known, const char *name, enum sys_status *status,
                              struct sys_failure *why)
{
    struct answer *answer = reserve(known) ? new_answer(name) : NULL;
    struct sys_failure failure = {0};

    *status = SYS_NO_MEMORY;
    if (answer == NULL)
        return NULL;
    *status = answer->status = ask(known, name, answer->sid, &failure);
    if (answer->status != SYS_OK && answer->status != SYS_NO_MEMORY) {
        answer->why = malloc(sizeof(failure));
        if (answer->why == NULL)
            *status = SYS_NO_MEMORY;
        else
            *answer->why = failure;
    }
    if (*status == SYS_NO_MEMORY) {
        failure_copy(why, &failure);
        free_answer(answer);
        return NULL;
    }
    if (may_pass(known, name, answer->status))
        suspend(known, answer);
    remember(known, answer);
    return answer;
}

enum sys_status trustees_resolve(struct trustees *known, const char *name, const char **sid,
                                 struct sys_failure *why)
{
    enum sys_status status = SYS_OK;
    struct answer *answer;

    failure_clear(why);
    *sid = trustee_word_sid(name);
    if (*sid != NULL)
        return SYS_OK;
    answer = find(known, name);
    if (answer == NULL)
        answer = look_up(known, name, &status, why);
    if (answer == NULL)
        return status;
    *sid = sid_of(answer);
    if (*sid == NULL)
        failure_copy(why, answer->why);
    return answer->status;
}

void trustees_allow_pending(struct trustees *known, trustees_memory *memory, void *context,
                            bool forgiving)
{
    size_t i;

    known->memory = memory;
    known->memory_context = context;
    known->forgiving = forgiving;
    for (i = 0; i < known->count; i++)
        known->all[i]->denied = false;
}

void trustees_deny(struct trustees *known, const char *name)
{
    struct answer *answer = find(known, name);

    if (answer != NULL)
        answer->denied = true;
}

size_t trustees_pending(const struct trustees *known)
{
    return known->pending;
}

bool trustees_pending_allowed(const struct trustees *known)
{
    return known->memory != NULL;
}

static void describe(const struct answer *answer, struct trustee_answer *out)
{
    out->name = answer->name;
    out->sid = sid_of(answer);
    out->pending = answer->pending;
    out->why = answer->pending ? answer->why : NULL;
}

bool trustees_next(const struct trustees *known, size_t *at, struct trustee_answer *out)
{
    *out = (struct trustee_answer){0};
    if (*at >= known->count)
        return false;
    describe(known->all[(*at)++], out);
    return true;
}

bool trustees_has(const struct trustees *known, const char *name)
{
    return find(known, name) != NULL;
}

bool trustees_is_pending(const struct trustees *known, const char *name)
{
    const struct answer *answer = find(known, name);

    return answer != NULL && answer->pending;
}

/* The next pending answer from the index on, with wrap-around. NULL: none. */
static struct answer *next_pending(const struct trustees *known, size_t *at)
{
    size_t i;

    for (i = 0; i < known->count; i++) {
        size_t index = (*at + i) % known->count;

        if (!known->all[index]->pending)
            continue;
        *at = index + 1;
        return known->all[index];
    }
    return NULL;
}

/* Keeps the answer pending for a new reason. False: the reason is the same as before. */
static bool refuse(struct answer *answer, const char *sid)
{
    struct sys_failure why = {0};

    (void)snprintf(why.text, sizeof(why.text),
                   "it is %s, and a denial for it would lock the broker itself out; deny a smaller "
                   "group, or grant rights only to those who need them",
                   sid);
    /* A pending answer always has a reason: look_up stored it. */
    if (strcmp(why.text, answer->why->text) == 0)
        return false;
    *answer->why = why;
    return true;
}

/* Ends the pending state. False: no memory. */
static bool settle(struct trustees *known, struct answer *answer, const char *sid)
{
    if (answer->status != SYS_OK) {
        memcpy(answer->sid, sid, strlen(sid) + 1); /* no inventory uses it */
    } else if (strcmp(answer->sid, sid) != 0) {
        answer->newer = string_copy(sid);
        if (answer->newer == NULL)
            return false;
    }
    answer->status = SYS_OK;
    answer->pending = false;
    known->pending--;
    return true;
}

bool trustees_retry(struct trustees *known, size_t *at, struct trustee_answer *out)
{
    struct answer *answer = next_pending(known, at);
    struct sys_failure why = {0};
    char sid[SYS_SID_MAX];
    bool news;

    *out = (struct trustee_answer){0};
    /* Still not resolved: no news. The answer keeps the reason that was logged. */
    if (answer == NULL || ask(known, answer->name, sid, &why) != SYS_OK)
        return false;
    news = answer->denied && trustee_is_brokers(sid) ? refuse(answer, sid)
                                                     : settle(known, answer, sid);
    if (news)
        describe(answer, out);
    return news;
}
