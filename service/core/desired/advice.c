/*
 * `shmbroker check` calls this after it has built the inventory: all accounts have their answers,
 * so nothing is looked up again. What cannot be resolved or read is an error already, and is
 * skipped.
 */
#include "advice.h"

#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "names.h"
#include "rule_advice.h"
#include "sddl_text.h"
#include "totals.h"

#define DEFAULTS   "defaults." /* the start of the path of a shared default */
#define PATH_SIZE  800         /* a path of an object with a key behind it */
#define MANY_SLOTS 4096u       /* more of them delay a start by seconds */

struct advice {
    struct trustees *known;
    struct cfg_messages *messages;
    /* The file whose default was reported last: the objects of a file are adjacent. */
    const char *access_file, *integrity_file;
};

/* True for a default of a file that was reported already. */
static bool is_default(const char *path, const char *file, const char **spoken_of)
{
    if (strncmp(path, DEFAULTS, sizeof(DEFAULTS) - 1) != 0)
        return false;
    if (*spoken_of == file)
        return true;
    *spoken_of = file;
    return false;
}

/* Resolves a trustee. The account that asks for an object is nobody in particular: an empty SID. */
static bool find_sid(const struct advice *advice, const char *name, const char **sid)
{
    *sid = "";
    return strcmp(name, CFG_REQUESTER) == 0 ||
           trustees_resolve(advice->known, name, sid, NULL) == SYS_OK;
}

static void look_at_trustee(const struct advice *advice, const char *path,
                            const struct cfg_trustee *trustee)
{
    const char *sid;

    if (trustee->level != SHMB_LEVEL_WRITE && trustee->level != SHMB_LEVEL_FULL)
        return;
    if (!find_sid(advice, trustee->name, &sid))
        return;
    if (trustee->level == SHMB_LEVEL_FULL && !descriptor_has_full(sid, SHMB_SERVICE_SID))
        cfg_message_add(advice->messages, CFG_WARNING, &trustee->place, path,
                        "'%s' may also change who has access, and shut others out; give write, "
                        "unless the programs ask for all rights",
                        trustee->name);
    if (descriptor_is_everybody(sid))
        cfg_message_add(advice->messages, CFG_WARNING, &trustee->place, path,
                        "'%s' may write, which includes every account and guests; name only those "
                        "who need to write",
                        trustee->name);
}

static void warn_of_entry(const struct advice *advice, const struct cfg_access *access,
                          enum shmb_kind kind, const struct sddl_entry *entry)
{
    const char *name = trustee_sid_word(entry->sid);

    if (entry->deny)
        return;
    if ((entry->mask & SDDL_CHANGES_ACCESS) != 0 &&
        !descriptor_has_full(entry->sid, SHMB_SERVICE_SID))
        cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                        "'%s' may also change who has access, and shut others out; leave out the "
                        "rights 0x%lx",
                        name, (unsigned long)SDDL_CHANGES_ACCESS);
    /*
     * 0x1 or 0x2, by kind, is the right to change the content (auditing.c has the list). The other
     * one may belong to reading.
     */
    if (descriptor_is_everybody(entry->sid) &&
        (entry->mask & ~shmb_access_mask(kind, SHMB_LEVEL_READ) & 0x3u) != 0)
        cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                        "'%s' may write, which includes every account and guests; name only those "
                        "who need to write",
                        name);
}

/*
 * A label above medium takes from ordinary programs what the list gives them. The service has the
 * level of the system, and may set any label that sddl_read accepts; a console has not.
 */
static void look_at_label(const struct advice *advice, const struct cfg_access *access,
                          const struct sddl *sddl)
{
    if (sddl->level <= SDDL_LEVEL_MEDIUM)
        return;
    if ((sddl->policy & (SDDL_POLICY_NO_WRITE_UP | SDDL_POLICY_NO_READ_UP)) != 0)
        cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                        "ordinary programs have medium integrity and may not %s this object, "
                        "whatever the entries allow, because its label is higher",
                        (sddl->policy & SDDL_POLICY_NO_READ_UP) == 0    ? "write"
                        : (sddl->policy & SDDL_POLICY_NO_WRITE_UP) == 0 ? "read"
                                                                        : "read or write");
    if (sddl->level > SDDL_LEVEL_HIGH)
        cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                        "only the service may set a label above HI; shmbroker run in a console "
                        "cannot create this object");
}

static void look_at_sddl(const struct advice *advice, const struct cfg_access *access,
                         enum shmb_kind kind)
{
    struct sddl sddl;
    size_t i;

    if (sddl_read(access->sddl, kind, &sddl, NULL) != SYS_OK)
        return;
    if (sddl.owner[0] != '\0' && !descriptor_has_full(sddl.owner, SHMB_SERVICE_SID))
        cfg_message_add(
            advice->messages, CFG_WARNING, &access->place, access->path,
            "programs that use the library refuse the object (SHMB_NOT_OURS) because %s "
            "owns it, and a restarted broker cannot adopt it; leave out O:",
            trustee_sid_word(sddl.owner));
    if (sddl.bare != 0)
        cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                        "a number without 0x is not hexadecimal, so the rights are 0x%lx here; "
                        "write 0x%lx, or put 0x before the number",
                        (unsigned long)sddl.bare, (unsigned long)sddl.bare);
    for (i = 0; i < sddl.count; i++)
        warn_of_entry(advice, access, kind, &sddl.entries[i]);
    look_at_label(advice, access, &sddl);
    sddl_free(&sddl);
}

/*
 * The library opens a queue with all the rights of `write`, or with those of `read`. Less is of no
 * use to plain programs either.
 */
static void look_at_queue(const struct advice *advice, const struct cfg_object *object)
{
    const struct cfg_access *access = object->access;
    const uint32_t read = shmb_access_mask(SHMB_QUEUE, SHMB_LEVEL_READ);
    const uint32_t write = shmb_access_mask(SHMB_QUEUE, SHMB_LEVEL_WRITE);
    struct sddl sddl;
    size_t i;

    if (object->kind != SHMB_QUEUE || access->sddl == NULL ||
        sddl_read(access->sddl, SHMB_QUEUE, &sddl, NULL) != SYS_OK)
        return;
    for (i = 0; i < sddl.count; i++) {
        const struct sddl_entry *entry = &sddl.entries[i];

        if (!entry->deny && (entry->mask & write) != write && (entry->mask & write) != read)
            cfg_message_add(advice->messages, CFG_WARNING, &access->place, access->path,
                            "with the rights 0x%lx '%s' cannot open the queue with the library, "
                            "and plain programs cannot use it; write 0x%lx to put and get, 0x%lx "
                            "to look",
                            (unsigned long)entry->mask, trustee_sid_word(entry->sid),
                            (unsigned long)write, (unsigned long)read);
    }
    sddl_free(&sddl);
}

static bool anybody_writes(const struct cfg_access *access)
{
    size_t i;

    for (i = 0; i < access->count; i++)
        if (access->trustees[i].level == SHMB_LEVEL_WRITE ||
            access->trustees[i].level == SHMB_LEVEL_FULL)
            return true;
    return false;
}

static void look_at_integrity(struct advice *advice, const struct cfg_object *object)
{
    const struct cfg_integrity *integrity = object->integrity;

    if (!cfg_is_low(object) || !anybody_writes(object->access) ||
        is_default(integrity->path, integrity->place.file, &advice->integrity_file))
        return;
    cfg_message_add(
        advice->messages, CFG_WARNING, &integrity->place, integrity->path,
        "programs with low integrity, such as what a browser or a viewer runs, may also "
        "write for the accounts that may write");
}

static void look_at_access(struct advice *advice, const struct cfg_access *access,
                           enum shmb_kind kind)
{
    size_t i;

    if (is_default(access->path, access->place.file, &advice->access_file))
        return;
    if (access->sddl != NULL)
        look_at_sddl(advice, access, kind);
    for (i = 0; i < access->count; i++)
        look_at_trustee(advice, access->path, &access->trustees[i]);
}

static void look_at_lock(const struct advice *advice, const struct cfg_object *object)
{
    char path[PATH_SIZE];

    if (object->kind != SHMB_SECTION || object->u.segment.lock.name == NULL ||
        !object->u.segment.lock.readers_may_wait)
        return;
    (void)snprintf(path, sizeof(path), "%s.lock", object->path);
    cfg_message_add(advice->messages, CFG_WARNING, &object->u.segment.lock.place, path,
                    "readers can hold this lock, and stop every writer for as long as they like; "
                    "programs that use the library read without it (shmb_snapshot)");
}

/* The first trustee with `full` that does not have all rights anyway. NULL: none. */
static const char *find_full(const struct advice *advice, const struct cfg_access *access)
{
    const char *sid;
    size_t i;

    for (i = 0; i < access->count; i++)
        if (access->trustees[i].level == SHMB_LEVEL_FULL &&
            find_sid(advice, access->trustees[i].name, &sid) &&
            !descriptor_has_full(sid, SHMB_SERVICE_SID))
            return access->trustees[i].name;
    return NULL;
}

/* Programs without the library write the segment, and publish nothing. */
static void look_at_snapshots(const struct advice *advice, const struct cfg_object *object)
{
    const struct cfg_snapshots *snapshots =
        object->kind == SHMB_SECTION ? object->u.segment.snapshots : NULL;
    char path[PATH_SIZE];

    if (snapshots == NULL || (!object->alias && object->access->sddl == NULL &&
                              find_full(advice, object->access) == NULL))
        return;
    (void)snprintf(path, sizeof(path), "%s.snapshots", object->path);
    if (!object->alias && object->access->sddl != NULL) {
        cfg_message_add(advice->messages, CFG_WARNING, &snapshots->place, path,
                        "if sddl is for programs without the library: what they write does not "
                        "show in snapshots: double until a program with the library writes; then "
                        "use snapshots: sequence");
        return;
    }
    cfg_message_add(advice->messages, CFG_WARNING, &snapshots->place, path,
                    "%s is for programs without the library, and what they write does not show in "
                    "snapshots: double until a program with the library writes; if such programs "
                    "write, use snapshots: sequence",
                    object->alias ? "sessions: alias" : "full");
}

static void look_at_full(const struct advice *advice, const struct cfg_object *object)
{
    const char *full = object->kind == SHMB_QUEUE ? find_full(advice, object->access) : NULL;

    if (full != NULL)
        cfg_message_add(advice->messages, CFG_WARNING, &object->place, object->path,
                        "'%s' has full, which old programs need that ask for all rights; but only "
                        "programs that use the library can use a queue, and for them write is "
                        "enough",
                        full);
}

/* Programs without the library neither see nor take a fast lock: says where some are expected. */
static void look_at_fast_lock(const struct advice *advice, const struct cfg_object *object)
{
    const struct cfg_lock *lock = &object->u.segment.lock;
    const char *full = find_full(advice, object->access);
    char path[PATH_SIZE];

    if (object->kind != SHMB_SECTION || lock->name == NULL || lock->kind != CFG_LOCK_FAST)
        return;
    (void)snprintf(path, sizeof(path), "%s.lock", object->path);
    if (full != NULL)
        cfg_message_add(advice->messages, CFG_WARNING, &lock->place, path,
                        "'%s' has full, which only programs without the library need, and these do "
                        "not see a fast lock; write lock: mutex, or give write",
                        full);
    if (object->alias)
        cfg_message_add(advice->messages, CFG_WARNING, &lock->place, path,
                        "sessions: alias is for programs without the library, and these do not see "
                        "a fast lock; write lock: mutex, or remove sessions");
    if (object->access->sddl != NULL)
        cfg_message_add(advice->messages, CFG_WARNING, &lock->place, path,
                        "if sddl is for programs without the library: these do not see a fast "
                        "lock; then write lock: mutex");
}

/*
 * Letters of a name in lower case, without what stands between words: "App_Single-Instance" becomes
 * "appsingleinstance".
 */
static void squeeze(const char *name, char out[SHMB_NAME_BYTES])
{
    size_t used = 0;

    for (; *name != '\0' && used + 1 < SHMB_NAME_BYTES; name++)
        if (*name >= 'A' && *name <= 'Z')
            out[used++] = (char)(*name - 'A' + 'a');
        else if (*name >= 'a' && *name <= 'z')
            out[used++] = *name;
    out[used] = '\0';
}

/* Does the name say that the object's existence is a message? Few words, so that it warns rarely.
 */
static bool signals_by_existence(const char *name)
{
    static const char *const words[] = {
        "singleton", "singleinstance", "oneinstance",     "onlyone",   "runonce",
        "runsonce",  "alreadyrunning", "instancerunning", "isrunning", "appinstance"};
    char text[SHMB_NAME_BYTES];
    size_t i;

    squeeze(name, text);
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(text, words[i]) != NULL)
            return true;
    return false;
}

static void look_at_name(const struct advice *advice, const struct cfg_object *object)
{
    if (signals_by_existence(object->name))
        cfg_message_add(
            advice->messages, CFG_WARNING, &object->place, object->path,
            "if programs take its existence as a sign that one of them runs already, none can "
            "start while it is held; then leave it out (config/held-objects.md in the sources of "
            "ShmBroker has more)");
}

/* Bytes a second that a save may read without a word: a small part of one core. */
#define SAVE_RATE (UINT64_C(8) * 1024 * 1024)

/*
 * Each save reads and sums up the whole segment, also an unchanged one: the change number of the
 * library does not move when a plain Win32 program writes.
 */
static void look_at_saves(const struct advice *advice, const struct cfg_object *object)
{
    const struct cfg_segment *segment = &object->u.segment;

    if (object->kind != SHMB_SECTION || !segment->keep || segment->save_every == 0 ||
        segment->size * 1000 / segment->save_every <= SAVE_RATE)
        return;
    cfg_message_add(advice->messages, CFG_WARNING, &object->place, object->path,
                    "each save reads all %llu MiB, even if nothing has changed; with this "
                    "save_every that takes a noticeable part of a processor core: %llu s or more "
                    "costs little",
                    (unsigned long long)(segment->size >> 20),
                    (unsigned long long)((segment->size + SAVE_RATE - 1) / SAVE_RATE));
}

/* Each slot is a kernel object: an `access` of its own costs an object with a lock all of them. */
static void look_at_slots(const struct advice *advice, const struct cfg *config)
{
    const uint64_t slots = totals_add((struct totals){0}, config).slots;
    const struct cfg_place file = {config->file, 0, 0};

    if (slots > MANY_SLOTS)
        cfg_message_add(advice->messages, CFG_WARNING, &file, "limits.objects",
                        "fast locks and queues need %llu slots, and a start makes or adopts each "
                        "of them, up to a millisecond for each; write a smaller max_lockers where "
                        "an object has an access of its own, or use the default access",
                        (unsigned long long)slots);
}

/* True if an object has this access, integrity or audit: a default that was spoken of. */
static bool objects_have(const struct cfg *config, const void *shared)
{
    size_t i;

    for (i = 0; i < config->count; i++) {
        const struct cfg_object *object = &config->objects[i];

        if (object->access == shared || object->integrity == shared || object->audit == shared)
            return true;
    }
    return false;
}

/* What is said of objects is said of those that a rule allows. */
static void look_at_rule(struct advice *advice, const struct cfg *config,
                         const struct cfg_rule *rule)
{
    const struct cfg_snapshots pair = {NULL, rule->place};
    struct cfg_object object = {.kind = SHMB_SECTION,
                                .path = rule->path,
                                .place = rule->place,
                                .access = rule->access,
                                .integrity = rule->integrity};

    object.u.segment.lock = rule->lock;
    object.u.segment.lock.name = rule->locked ? rule->name : NULL;
    object.u.segment.snapshots = rule->pair ? &pair : NULL;
    if (!objects_have(config, rule->access))
        look_at_access(advice, rule->access, SHMB_SECTION);
    if (rule->integrity != NULL && !objects_have(config, rule->integrity))
        look_at_integrity(advice, &object);
    look_at_lock(advice, &object);
    look_at_fast_lock(advice, &object);
    look_at_snapshots(advice, &object);
}

void advice_add(const struct cfg *config, struct trustees *known, struct cfg_messages *messages)
{
    struct advice advice = {.known = known, .messages = messages};
    size_t i;

    for (i = 0; i < config->count; i++) {
        look_at_access(&advice, config->objects[i].access, config->objects[i].kind);
        look_at_integrity(&advice, &config->objects[i]);
        look_at_lock(&advice, &config->objects[i]);
        look_at_fast_lock(&advice, &config->objects[i]);
        look_at_snapshots(&advice, &config->objects[i]);
        look_at_queue(&advice, &config->objects[i]);
        look_at_full(&advice, &config->objects[i]);
        look_at_saves(&advice, &config->objects[i]);
        look_at_name(&advice, &config->objects[i]);
    }
    look_at_slots(&advice, config);
    for (i = 0; i < config->rule_count; i++)
        look_at_rule(&advice, config, &config->rules[i]);
    rule_advice_add(config, known, messages);
}

static void look_at_audit(const struct cfg_audit *audit, const char **spoken_of,
                          struct cfg_messages *messages)
{
    if (audit != NULL && audit->on && !is_default(audit->path, audit->place.file, spoken_of))
        cfg_message_add(messages, CFG_WARNING, &audit->place, audit->path,
                        "the installed service has no privilege to audit; run: shmbroker install "
                        "--audit, and restart it");
}

void advice_audit(const struct cfg *config, struct cfg_messages *messages)
{
    const char *spoken_of = NULL;
    size_t i;

    for (i = 0; i < config->count; i++)
        look_at_audit(config->objects[i].audit, &spoken_of, messages);
    for (i = 0; i < config->rule_count; i++)
        if (config->rules[i].audit != NULL && !objects_have(config, config->rules[i].audit))
            look_at_audit(config->rules[i].audit, &spoken_of, messages);
}
