/*
 * Adds what a plan of the broker itself does not know: who has the name of an object that would be
 * made, and whether the memory suffices.
 */
#include "outlook.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_text.h"
#include "access_words.h"
#include "account_names.h"
#include "descriptor.h"
#include "name_holder.h"
#include "named_object.h"
#include "names.h"
#include "plan.h"
#include "plan_taken.h"
#include "process_facts.h"
#include "status.h"
#include "wide.h"

#define NOT_READABLE "not readable" /* in place of an access list */

/* ---- the objects held ------------------------------------------------------- */

/* A copy that outlook_free frees. NULL: no memory. */
static char *add_text(struct outlook *outlook, const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    outlook->texts[outlook->text_count++] = copy;
    return copy;
}

/* The DACL part of an SDDL text, inside it; empty: none. */
static const char *dacl_of(const char *sddl)
{
    const char *dacl = strstr(sddl, "D:");

    return dacl != NULL ? dacl : "";
}

/* The DACL of the live object, or NOT_READABLE. NULL: no memory. */
static const char *access_of(struct outlook *outlook, enum shmb_kind kind, const char *name)
{
    char owner[OWNER_SID_MAX], *sddl = NULL;
    wchar_t full[OBJECT_NAME_UNITS];
    HANDLE object =
        name_holder_full_name(name, full) ? named_object_open(kind, full, READ_CONTROL) : NULL;
    const char *dacl = NOT_READABLE;

    if (object != NULL && access_text_read(object, owner, &sddl) == 0)
        dacl = dacl_of(sddl);
    else
        outlook->view.hidden++;
    if (object != NULL)
        CloseHandle(object);
    dacl = add_text(outlook, dacl, strlen(dacl));
    free(sddl);
    return dacl;
}

static bool add_live(struct outlook *outlook, const struct shmb_entry_view *view)
{
    const struct shmb_entry *entry = &view->entry;
    struct item *item = &outlook->live[outlook->live_count];

    item->state = ITEM_HELD;
    item->spec.kind = (enum shmb_kind)entry->kind;
    item->spec.name = add_text(outlook, view->name, entry->name.length);
    item->spec.size = entry->size;
    item->spec.manual_reset = (entry->flags & SHMB_ENTRY_MANUAL_RESET) != 0;
    item->spec.initial = entry->initial;
    item->spec.maximum = entry->maximum;
    item->spec.queue = (struct sys_queue){entry->queue_slots, entry->queue_slot_size,
                                          entry->flags & SHMB_ENTRY_QUEUE};
    if (item->spec.name == NULL)
        return false;
    if (entry->lock_kind != SHMB_ENTRY_LOCK_NONE) {
        item->fast = entry->lock_kind == SHMB_ENTRY_LOCK_FAST;
        item->lock = add_text(outlook, view->lock_name, entry->lock_name.length);
        if (item->lock == NULL)
            return false;
    }
    outlook->access[outlook->live_count] = access_of(outlook, item->spec.kind, item->spec.name);
    return outlook->access[outlook->live_count++] != NULL;
}

/* Allocates room for `count` entries of the directory. False: no memory. */
static bool make_room(struct outlook *outlook, size_t count)
{
    outlook->texts = calloc(3 * count + 1, sizeof(*outlook->texts));
    outlook->live = calloc(count + 1, sizeof(*outlook->live));
    outlook->access = calloc(count + 1, sizeof(*outlook->access));
    return outlook->texts != NULL && outlook->live != NULL && outlook->access != NULL;
}

enum shmb_exit outlook_open(const struct config_reader *reader, struct outlook *out)
{
    struct shmb_entry_view entry;
    uint32_t count, i;

    *out = (struct outlook){.reader = reader};
    if (!published_open(&out->published) || !published_owner(out->owner))
        return SHMB_EXIT_NO_BROKER;
    count = out->published.table.entry_count;
    if (!make_room(out, count))
        return SHMB_EXIT_SYSTEM;
    for (i = 0; i < count; i++)
        if (shmb_table_entry(&out->published.table, i, &entry) == SHMB_READ_OK &&
            entry.entry.state == SHMB_ENTRY_HELD && !add_live(out, &entry))
            return SHMB_EXIT_SYSTEM;
    name_index_init(&out->holdings, out->live, out->live_count);
    return SHMB_EXIT_DONE;
}

/* ---- the objects configured ------------------------------------------------- */

/* For plan_make: the DACL of a held object, found by its place in `live`. */
static const char *access_now(void *context, const struct item *live)
{
    const struct outlook *outlook = context;

    return outlook->access[live - outlook->live];
}

/* An access list that cannot be read counts as unchanged. */
static const char *access_wanted(void *context, const struct item *item)
{
    struct outlook *outlook = context;
    size_t found = name_index_find(&outlook->holdings, item->spec.name, item->hash);
    const char *text;

    if (found != NAME_INDEX_NONE && strcmp(outlook->access[found], NOT_READABLE) == 0)
        return NOT_READABLE;
    text = descriptor_cache_text(outlook->cache, item);
    return text != NULL ? dacl_of(text) : NULL;
}

/* ---- the plan --------------------------------------------------------------- */

/* Adds an SDDL text in words, or unchanged if there are no words for it. */
static void add_words(struct text *out, enum shmb_kind kind, const char *sddl)
{
    static struct account_names names;
    struct sddl access;

    if (sddl_read_live(sddl, kind, &access, NULL) != SYS_OK) {
        text_add(out, "%s", sddl);
        return;
    }
    access_words(&access, kind, account_names_get, &names, out);
    sddl_free(&access);
}

/* False: no memory. */
static bool add_created(struct outlook *outlook, const struct item *item)
{
    const char *sddl = access_wanted(outlook, item);
    struct text text = {0};

    text_add(&text, "%s; access: ", shmb_kind_word(item->spec.kind));
    if (sddl != NULL)
        add_words(&text, item->spec.kind, sddl);
    if (sddl != NULL && !text.failed)
        plan_view_add(&outlook->view, PLAN_VIEW_CREATE, item->spec.kind, item->spec.name, text.at,
                      NULL);
    sddl = text.failed ? NULL : sddl;
    text_free(&text);
    return sddl != NULL;
}

/* An object has the name. False: no memory. */
static bool add_taken(struct outlook *outlook, const struct item *item,
                      const struct name_holder *holder)
{
    const struct plan_taken by = {outlook->system, outlook->owner, outlook->state};
    char text[PLAN_TAKEN_TEXT], word[SHMB_NAME_WORD];
    enum plan_word action = plan_taken_judge(&by, item, holder, text);
    struct text remedy = {0};
    bool enough;

    if (action == PLAN_VIEW_DEFER)
        status_deferred_remedy(item->spec.name, outlook->reader->console, &remedy);
    else if (action == PLAN_VIEW_CONFLICT)
        text_add(
            &remedy,
            "end the programs that have it open (as administrator, shmb holders %s names them)",
            shmb_name_word(item->spec.name, word));
    enough = !remedy.failed;
    if (enough)
        plan_view_add(&outlook->view, action, item->spec.kind, item->spec.name, text, remedy.at);
    text_free(&remedy);
    return enough;
}

/* A section takes its whole size at its creation. True: there is not so much left. */
static bool lacks_memory(struct outlook *outlook, const struct item *item)
{
    MEMORYSTATUSEX memory = {.dwLength = sizeof(memory)};
    char text[160];

    if (shmb_kernel_kind(item->spec.kind) != SHMB_SECTION || !GlobalMemoryStatusEx(&memory))
        return false;
    if (item->spec.size <= memory.ullAvailPageFile &&
        outlook->needed <= memory.ullAvailPageFile - item->spec.size) {
        outlook->needed += item->spec.size;
        return false;
    }
    (void)snprintf(text, sizeof(text),
                   "not enough memory for %llu bytes: %llu of %llu are taken by this plan",
                   (unsigned long long)item->spec.size, (unsigned long long)outlook->needed,
                   (unsigned long long)memory.ullAvailPageFile);
    plan_view_add(&outlook->view, PLAN_VIEW_FAIL, item->spec.kind, item->spec.name, text,
                  "enlarge the paging file, or end other programs");
    return true;
}

/* Asks for the name, without touching what has it. False: no memory. */
static bool add_new(struct outlook *outlook, const struct item *item)
{
    wchar_t full[OBJECT_NAME_UNITS];
    struct name_holder holder = {.state = NAME_HOLDER_NONE};

    if (name_holder_full_name(item->spec.name, full))
        holder = name_holder_ask(full);
    if (holder.state != NAME_HOLDER_NONE)
        return add_taken(outlook, item, &holder);
    return lacks_memory(outlook, item) || add_created(outlook, item);
}

/* Adds the SDDL itself if both access lists read the same in words. False: no memory. */
static bool add_access(struct outlook *outlook, size_t live, const struct item *item)
{
    const char *before = outlook->access[live], *after = access_wanted(outlook, item);
    struct text words[2] = {{0}}, change = {0};
    bool enough = after != NULL;

    if (enough) {
        add_words(&words[0], item->spec.kind, before);
        add_words(&words[1], item->spec.kind, after);
        enough = !words[0].failed && !words[1].failed;
    }
    if (enough && strcmp(words[0].at, words[1].at) != 0) {
        before = words[0].at;
        after = words[1].at;
    }
    if (enough) {
        text_add(&change, "%s -> %s", before, after);
        enough = !change.failed;
    }
    if (enough)
        plan_view_add(&outlook->view, PLAN_VIEW_ACCESS, item->spec.kind, item->spec.name, change.at,
                      NULL);
    text_free(&change);
    text_free(&words[0]);
    text_free(&words[1]);
    return enough;
}

/* False: no memory. */
static bool add_deferred(struct outlook *outlook, const struct plan_step *step)
{
    const struct sys_spec *live = &outlook->live[step->holding].spec;
    struct text remedy = {0};
    bool enough;

    status_deferred_remedy(live->name, outlook->reader->console, &remedy);
    enough = !remedy.failed;
    if (enough)
        plan_view_add(&outlook->view, PLAN_VIEW_DEFER, live->kind, live->name, step->reason,
                      remedy.at);
    text_free(&remedy);
    return enough;
}

/* False: no memory. */
static bool add_step(struct outlook *outlook, const struct plan_step *step)
{
    const struct item *items = outlook->wanted->items;
    const struct sys_spec *live =
        step->holding != NAME_INDEX_NONE ? &outlook->live[step->holding].spec : NULL;
    bool enough = true;

    if (step->action == PLAN_CREATE)
        return add_new(outlook, &items[step->item]);
    if (step->action == PLAN_RETIRE)
        plan_view_add(&outlook->view, PLAN_VIEW_RETIRE, live->kind, live->name,
                      shmb_kind_word(live->kind), NULL);
    if (step->action == PLAN_DEFER)
        enough = add_deferred(outlook, step);
    return enough && (!step->access || add_access(outlook, step->holding, &items[step->item]));
}

/* The object is made, but under another account than LocalSystem not its plain names. */
static void add_aliases(struct outlook *outlook)
{
    const struct inventory *inventory = outlook->wanted;
    char text[PROCESS_ACCOUNT + 160];
    size_t i;

    if (outlook->reader->account == NULL)
        return; /* LocalSystem, or not known */
    (void)snprintf(text, sizeof(text),
                   "its plain name would not lead to it: sessions: alias needs LocalSystem, and "
                   "the %s runs as %s",
                   outlook->reader->console ? "broker" : "service", outlook->reader->account);
    for (i = 0; i < inventory->count; i++)
        if (inventory->items[i].from->alias && !inventory->items[i].pair)
            plan_view_add(&outlook->view, PLAN_VIEW_FAIL, inventory->items[i].spec.kind,
                          inventory->items[i].spec.name, text,
                          "shmbroker install --account LocalSystem");
}

/* False: no memory. */
static bool make_plan(struct outlook *outlook)
{
    const struct plan_question question = {.holdings = &outlook->holdings,
                                           .wanted = outlook->wanted,
                                           .access_now = access_now,
                                           .access_wanted = access_wanted,
                                           .context = outlook};
    struct plan plan;
    bool enough = true;
    size_t i;

    if (!plan_make(&question, &plan))
        return false;
    for (i = 0; i < plan.count && enough; i++)
        enough = add_step(outlook, &plan.steps[i]);
    outlook->view.keep = plan.counts[PLAN_KEEP];
    plan_free(&plan);
    add_aliases(outlook);
    return enough && !outlook->view.failed;
}

/* Of a broker in a console, the folder of the state is not known. */
static void read_state(struct outlook *outlook)
{
    const struct system *system = outlook->system;
    struct sys_failure why;

    if (outlook->reader->console ||
        system->identify(system->self, &outlook->identity, &why) != SYS_OK)
        return;
    outlook->state = state_new(system, outlook->identity.boot);
    if (outlook->state == NULL || state_load(outlook->state, &why) == SYS_OK)
        return;
    state_free(outlook->state);
    outlook->state = NULL;
}

enum shmb_exit outlook_plan(struct outlook *outlook, const struct system *system, const char *file,
                            const struct cfg *config, const struct inventory *wanted)
{
    bool enough = outlook_grants_read(&outlook->published.table, system, config, &outlook->grants);

    if (!enough) {
        outlook_grants_free(&outlook->grants);
        return SHMB_EXIT_SYSTEM;
    }
    outlook->system = system;
    outlook->wanted = outlook->grants.inventory != NULL ? outlook->grants.inventory : wanted;
    outlook->view.file = _strdup(file);
    outlook->cache = descriptor_cache_new(system, outlook->owner, outlook->wanted);
    read_state(outlook);
    enough = outlook->view.file != NULL && outlook->cache != NULL && make_plan(outlook);
    state_free(outlook->state);
    outlook->state = NULL;
    descriptor_cache_free(outlook->cache); /* it refers to `wanted` */
    outlook->cache = NULL;
    outlook->wanted = NULL;
    outlook_grants_free(&outlook->grants);
    return enough ? SHMB_EXIT_DONE : SHMB_EXIT_SYSTEM;
}

void outlook_free(struct outlook *outlook)
{
    size_t i;

    name_index_free(&outlook->holdings);
    for (i = 0; i < outlook->text_count; i++)
        free(outlook->texts[i]);
    free(outlook->texts);
    free(outlook->live);
    free((void *)outlook->access);
    plan_view_free(&outlook->view);
    published_close(&outlook->published);
}
