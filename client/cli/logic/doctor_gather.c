/* Collects the facts of doctor_facts.h through the port. */
#include <string.h>

#include "directory.h"
#include "doctor.h"

#define READ_CONTROL_MASK  0x00020000u
#define CODE_ACCESS_DENIED 5u /* ERROR_ACCESS_DENIED */
#define CODE_OTHER_KIND    6u /* ERROR_INVALID_HANDLE */

static bool begins(const char *text, const char *with)
{
    size_t length = strlen(with);

    return strlen(text) >= length && shmb_name_same(text, length, with, length);
}

/* Does the directory have this valid name? */
static bool is_listed(const struct doctor_system *system, const char *bare)
{
    struct doctor_entry entry = {.name = ""};
    bool found = false;

    (void)system->look_up(system->context, bare, &entry, &found);
    return found;
}

/*
 * Finds a typing error in the prefix, and takes the rest for the name. A name may have a slash, so
 * `Global/X` is an error only where no object has that name.
 */
static const char *repair_prefix(const struct doctor_system *system, const char *text,
                                 struct doctor_facts *facts)
{
    const char *rest = shmb_name_behind_mistyped(text, strlen(text));

    if (rest == NULL || shmb_name_check(rest, strlen(rest), NULL, NULL) != SHMB_NAME_OK ||
        (facts->fault == SHMB_NAME_OK && is_listed(system, text)))
        return text;
    facts->mistyped = true;
    return rest;
}

static void read_name(const struct doctor_system *system, const char *text,
                      struct doctor_facts *facts)
{
    const char *bare = NULL;
    size_t length = 0;

    facts->fault = shmb_name_check(text, strlen(text), &bare, &length);
    if (facts->fault == SHMB_NAME_OTHER_PREFIX && begins(text, "Local\\")) {
        /* Look for the object that was probably meant. */
        facts->other_prefix = true;
        text += strlen("Local\\");
        facts->fault = shmb_name_check(text, strlen(text), &bare, &length);
    } else {
        text = repair_prefix(system, text, facts);
        facts->fault = shmb_name_check(text, strlen(text), &bare, &length);
    }
    if (facts->fault != SHMB_NAME_OK)
        return;
    facts->prefix_case = bare != text && strncmp(text, SHMB_GLOBAL_PREFIX, (size_t)(bare - text));
    memcpy(facts->name, bare, length);
}

/* The kind of the object. "Access denied" comes only from the call for the right kind. */
static int find_kind(const struct doctor_system *system, bool local, const char *name)
{
    int found = DOCTOR_ABSENT;
    int kind;

    for (kind = SHMB_SECTION; kind <= SHMB_SEMAPHORE; kind++) {
        uint32_t code =
            system->open(system->context, local, (enum shmb_kind)kind, name, READ_CONTROL_MASK);

        if (code == 0 || code == CODE_ACCESS_DENIED)
            return kind;
        if (code == CODE_OTHER_KIND)
            found = DOCTOR_OTHER;
    }
    return found;
}

/*
 * The level to try. Level read of a mutex does not allow a wait, so a mutex is tried with
 * write.
 */
static enum shmb_level pick_level(enum shmb_level asked, int kind)
{
    if (asked != SHMB_LEVEL_DENY)
        return asked;
    return kind == SHMB_MUTEX ? SHMB_LEVEL_WRITE : SHMB_LEVEL_READ;
}

static void gather_object(const struct doctor_system *system,
                          const struct doctor_question *question, struct doctor_facts *facts)
{
    enum shmb_kind kind;
    uint32_t mask;

    facts->kind = find_kind(system, false, facts->name);
    facts->level = pick_level(question->level, facts->kind);
    if (facts->kind < 0)
        return;
    kind = (enum shmb_kind)facts->kind;
    mask = shmb_access_mask(kind, facts->level);
    facts->open_code = system->open(system->context, false, kind, facts->name, mask);
    /* Programs that ask for all rights fail where others do not: a hint of its own. */
    facts->full_code = system->open(system->context, false, kind, facts->name,
                                    shmb_access_mask(kind, SHMB_LEVEL_FULL));
    facts->owner_known =
        system->owner(system->context, kind, facts->name, facts->owner, &facts->owner_trusted) == 0;
    if (kind == SHMB_SECTION && facts->listed && facts->entry.kind == SHMB_SECTION &&
        facts->entry.state == SHMB_ENTRY_HELD && facts->open_code == 0)
        facts->control = system->control(system->context, facts->name);
    if (kind == SHMB_SECTION || kind == SHMB_MUTEX || kind == SHMB_EVENT)
        system->lock(system->context, kind, facts->name, &facts->lock);
    if (facts->open_code == CODE_ACCESS_DENIED)
        system->trustees(system->context, kind, facts->name, mask, &facts->trustees);
}

static void gather_directory(const struct doctor_system *system, struct doctor_facts *facts)
{
    facts->directory = system->look_up(system->context, facts->name, &facts->entry, &facts->listed);
    if (facts->directory == DOCTOR_DIRECTORY_GOOD && !facts->listed)
        facts->nearest_count = system->nearest(system->context, facts->name, facts->nearest);
}

void doctor_gather(const struct doctor_system *system, const struct doctor_question *question,
                   struct doctor_facts *facts)
{
    memset(facts, 0, sizeof(*facts));
    facts->kind = facts->twin = DOCTOR_ABSENT;
    facts->level = pick_level(question->level, DOCTOR_ABSENT);
    read_name(system, question->name, facts);
    system->place(system->context, &facts->place);
    facts->service = system->service(system->context, &facts->service_code);
    facts->broker_runs = system->broker_runs(system->context, &facts->broker_proven);
    if (facts->broker_runs)
        facts->health = system->health(system->context);
    if (facts->broker_runs)
        system->broker_version(system->context, facts->broker_version);
    if (question->dll != NULL) {
        facts->has_dll = true;
        system->dll(system->context, question->dll, &facts->dll);
    }
    if (facts->fault != SHMB_NAME_OK)
        return;
    gather_directory(system, facts);
    gather_object(system, question, facts);
    if (facts->broker_runs && !facts->listed && !doctor_present(facts))
        system->request(system->context, facts->name, question->bytes != 0 ? question->bytes : 1,
                        &facts->request);
    /* In session 0, Local\ is Global\. A link leads to the broker's own object. */
    if (facts->place.session != 0 &&
        !system->linked(system->context, facts->place.session, facts->name))
        facts->twin = find_kind(system, true, facts->name);
}
