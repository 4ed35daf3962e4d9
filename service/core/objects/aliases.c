/*
 * Holds the links that should exist, sorted by session and name. An update lists them anew and
 * merges: a link that is still wanted stays open, others are closed, missing ones are made or
 * retried.
 */
#include "aliases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "full_name.h"
#include "names.h"
#include "string_copy.h"
#include "text.h"

/* The system tells of new sessions; this interval finds everything else. */
#define LOOK_AGAIN_MS 5000u

/* One name in one session. */
struct alias {
    uint32_t session;
    char *name; /* bare, owned */
    struct sys_object *link;
    uint32_t cause; /* of the failure reported last; 0: none */
    bool conflict;
    char *reason; /* why there is no link; NULL: there is one, or no memory */
};

struct aliases {
    const struct system *system;
    const char *owner;
    struct alias *items; /* by session and name */
    size_t count, linked;
    uint32_t refusal;         /* the cause of a failure that concerns all sessions; 0: none */
    char why[REPORT_FAILURE]; /* the same in words */
    uint32_t version;
};

struct aliases *aliases_new(const struct system *system, const char *owner)
{
    struct aliases *aliases = calloc(1, sizeof(*aliases));

    if (aliases != NULL) {
        aliases->system = system;
        aliases->owner = owner;
    }
    return aliases;
}

static int compare(const void *a, const void *b)
{
    const struct alias *x = a, *y = b;

    if (x->session != y->session)
        return x->session < y->session ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void close_alias(const struct system *system, struct alias *alias)
{
    system->objects.close(system->self, alias->link);
    free(alias->name);
    free(alias->reason);
}

static void close_all(const struct system *system, struct alias *items, size_t count)
{
    while (count-- > 0)
        close_alias(system, &items[count]);
    free(items);
}

void aliases_free(struct aliases *aliases)
{
    if (aliases == NULL)
        return;
    close_all(aliases->system, aliases->items, aliases->count);
    free(aliases);
}

static bool is_wanted(const struct item *item)
{
    /* Programs without the library do not use its sections. */
    return item->from->alias && !item->pair && item_is_held(item);
}

static size_t count_wanted(const struct inventory *inventory)
{
    size_t i, count = 0;

    for (i = 0; i < inventory->count && inventory->aliases; i++)
        count += is_wanted(&inventory->items[i]);
    return count;
}

/* All aliases that are wanted, sorted, without links. NULL: no memory. */
static struct alias *list_wanted(const struct inventory *inventory, const uint32_t *sessions,
                                 size_t session_count, size_t *count)
{
    size_t per_session = count_wanted(inventory), i, s;
    struct alias *items = NULL;

    *count = 0;
    if (per_session == 0 || session_count <= SIZE_MAX / sizeof(*items) / per_session - 1)
        items = calloc(per_session * session_count + 1, sizeof(*items));
    for (s = 0; items != NULL && s < session_count; s++) {
        for (i = 0; i < inventory->count; i++) {
            struct alias *alias = &items[*count];

            if (!is_wanted(&inventory->items[i]))
                continue;
            alias->session = sessions[s];
            alias->name = string_copy(inventory->items[i].spec.name);
            if (alias->name == NULL) {
                while (*count > 0)
                    free(items[--*count].name);
                free(items);
                return NULL;
            }
            ++*count;
        }
    }
    if (items != NULL)
        qsort(items, *count, sizeof(*items), compare);
    return items;
}

/* Replaces the list by `wanted`: keeps the links that are wanted, closes the others. */
static void replace_list(struct aliases *aliases, struct alias *wanted, size_t count)
{
    size_t i = 0, j = 0;

    /* Both lists are sorted, so one pass is enough. */
    while (i < aliases->count) {
        struct alias *old = &aliases->items[i];
        int order = j < count ? compare(old, &wanted[j]) : -1;

        if (order > 0) {
            j++;
            continue;
        }
        if (order == 0) {
            free(wanted[j].name);
            wanted[j++] = *old;
        } else {
            aliases->version++;
            close_alias(aliases->system, old);
        }
        i++;
    }
    free(aliases->items);
    aliases->items = wanted;
    aliases->count = count;
}

/* Everyone may read where a link leads; only the broker and administrators may do more. */
static enum sys_status make_descriptor(const struct aliases *aliases, struct sys_descriptor **out,
                                       struct sys_failure *why)
{
    const struct system *system = aliases->system;
    struct text sddl = {0};
    enum sys_status status;

    *out = NULL;
    /* 0xf0001 is SYMBOLIC_LINK_ALL_ACCESS; 0x20001 is READ_CONTROL and SYMBOLIC_LINK_QUERY. */
    text_add(&sddl,
             "O:%sD:P(A;;0xf0001;;;" SHMB_SERVICE_SID
             ")(A;;0xf0001;;;SY)(A;;0xf0001;;;BA)(A;;0x20001;;;WD)",
             aliases->owner);
    if (sddl.failed)
        status = failure_no_memory(why);
    else
        status = system->objects.descriptor_make(system->self, sddl.at, out, why);
    text_free(&sddl);
    return status;
}

static void report_alias(const struct aliases *aliases, const struct alias *alias,
                         enum event_id event, const char *reason)
{
    char name[FULL_NAME_BYTES], session[16];
    const char *inserts[] = {name, session, reason};

    full_name(alias->name, name);
    (void)snprintf(session, sizeof(session), "%" PRIu32, alias->session);
    aliases->system->log(aliases->system->self, event, inserts, reason != NULL ? 3 : 2);
}

/* Reports a failure that concerns all sessions, once for each cause. */
static void refuse_all(struct aliases *aliases, enum sys_status status,
                       const struct sys_failure *why)
{
    uint32_t cause = event_cause(status, why);
    const char *inserts[] = {aliases->why};

    if (aliases->refusal == cause)
        return;
    aliases->refusal = cause;
    aliases->version++;
    event_reason(status, why, aliases->why);
    aliases->system->log(aliases->system->self, EVENT_ALIAS_REFUSED, inserts, 1);
}

/* Notes why an alias has no link; reports a conflict, once for each cause. */
static void note_missing(struct aliases *aliases, struct alias *alias, enum sys_status status,
                         const struct sys_failure *why)
{
    uint32_t cause = event_cause(status, why);
    char text[REPORT_FAILURE];

    if (alias->cause == cause)
        return;
    alias->cause = cause;
    alias->conflict = status == SYS_TAKEN;
    aliases->version++;
    event_reason(status, why, text);
    free(alias->reason);
    alias->reason = string_copy(text);
    if (alias->conflict)
        report_alias(aliases, alias, EVENT_ALIAS_CONFLICT, text);
}

static void note_linked(struct aliases *aliases, struct alias *alias)
{
    if (alias->conflict)
        report_alias(aliases, alias, EVENT_ALIAS_RECOVERED, NULL);
    alias->cause = 0;
    alias->conflict = false;
    free(alias->reason);
    alias->reason = NULL;
    aliases->version++;
}

/* False: the system refuses links altogether, so there is no point in trying the next. */
static bool make_link(struct aliases *aliases, struct alias *alias,
                      const struct sys_descriptor *descriptor)
{
    const struct system *system = aliases->system;
    struct sys_failure why;
    enum sys_status status = system->objects.link(system->self, alias->session, alias->name,
                                                  descriptor, &alias->link, &why);

    if (status == SYS_OK)
        note_linked(aliases, alias);
    else if (status == SYS_TAKEN)
        note_missing(aliases, alias, status, &why);
    else if (status != SYS_NOT_FOUND) /* not found: the session is ending */
        refuse_all(aliases, status, &why);
    return status == SYS_OK || status == SYS_TAKEN || status == SYS_NOT_FOUND;
}

static void make_links(struct aliases *aliases, const struct sys_descriptor *descriptor)
{
    const struct system *system = aliases->system;
    bool allowed = true;
    size_t i;

    for (i = 0; i < aliases->count && allowed && !system->stopping(system->self); i++)
        if (aliases->items[i].link == NULL)
            allowed = make_link(aliases, &aliases->items[i], descriptor);
    for (aliases->linked = 0, i = 0; i < aliases->count; i++)
        aliases->linked += aliases->items[i].link != NULL;
    if (allowed && aliases->refusal != 0) {
        aliases->refusal = 0;
        aliases->version++;
    }
}

static enum sys_status list_again(struct aliases *aliases, const struct inventory *inventory,
                                  struct sys_failure *why)
{
    const struct system *system = aliases->system;
    struct alias *wanted;
    uint32_t *sessions = NULL;
    size_t session_count = 0, count;
    enum sys_status status = SYS_OK;

    /* Without sessions the list is empty, and all links are closed. */
    if (count_wanted(inventory) > 0)
        status = system->objects.sessions(system->self, &sessions, &session_count, why);
    if (status != SYS_OK)
        return status;
    wanted = list_wanted(inventory, sessions, session_count, &count);
    free(sessions);
    if (wanted == NULL)
        return failure_no_memory(why);
    replace_list(aliases, wanted, count);
    return SYS_OK;
}

void aliases_update(struct aliases *aliases, const struct inventory *inventory)
{
    const struct system *system = aliases->system;
    struct sys_descriptor *descriptor = NULL;
    struct sys_failure why;
    enum sys_status status;

    if (aliases_delay(aliases, inventory) == UINT32_MAX)
        return;
    status = list_again(aliases, inventory, &why);
    if (status == SYS_OK)
        status = make_descriptor(aliases, &descriptor, &why);
    if (status != SYS_OK) {
        refuse_all(aliases, status, &why);
        return;
    }
    make_links(aliases, descriptor);
    system->objects.descriptor_free(system->self, descriptor);
}

uint32_t aliases_delay(const struct aliases *aliases, const struct inventory *inventory)
{
    bool any = aliases->count > 0 || count_wanted(inventory) > 0;

    return any ? LOOK_AGAIN_MS : UINT32_MAX;
}

void aliases_notes(const struct aliases *aliases, struct report_lines *notes)
{
    char text[REPORT_FAILURE + 32];
    size_t i;

    if (aliases->refusal != 0)
        report_lines_add(notes, "alias", "sessions", "failed", aliases->why);
    for (i = 0; i < aliases->count; i++) {
        const struct alias *alias = &aliases->items[i];
        char name[FULL_NAME_BYTES];

        if (!alias->conflict)
            continue;
        full_name(alias->name, name);
        (void)snprintf(text, sizeof(text), "in session %" PRIu32 ": %s", alias->session,
                       alias->reason != NULL ? alias->reason : "not known");
        report_lines_add(notes, "alias", name, "conflict", text);
    }
}

uint32_t aliases_version(const struct aliases *aliases)
{
    return aliases->version;
}
