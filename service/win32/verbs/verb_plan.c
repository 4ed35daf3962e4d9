/*
 * The verb plan: compares the broker's directory and its live objects with a
 * configuration, and prints the plan that a reload would follow.
 */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "access_text.h"
#include "access_words.h"
#include "account_names.h"
#include "config_lines.h"
#include "console.h"
#include "descriptor_cache.h"
#include "desired.h"
#include "name_holder.h"
#include "named_object.h"
#include "plan.h"
#include "port.h"
#include "published.h"

#define NOT_READABLE "not readable" /* in place of an access list */

/* What the broker holds, as it publishes it, and what the configuration asks for. */
struct outlook {
    struct published published;
    char owner[OWNER_SID_MAX]; /* of all the broker's objects */
    struct item *live;         /* the objects held */
    size_t live_count;
    const char **access; /* the DACL of each, or NOT_READABLE */
    struct name_index holdings;
    char **texts; /* owns up to three for each: name, lock, access */
    size_t text_count;
    size_t hidden; /* access lists that the caller may not read */
    struct desired setup;
    struct descriptor_cache *cache;
};

static enum shmb_exit no_memory(void)
{
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}

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
        outlook->hidden++;
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
    if (item->spec.name == NULL)
        return false;
    if (entry->lock_kind == SHMB_ENTRY_LOCK_MUTEX) {
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

static enum shmb_exit ask_broker(struct outlook *outlook)
{
    struct shmb_entry_view entry;
    uint32_t count, i;

    if (!published_open(&outlook->published)) {
        console_error("shmbroker: no broker found whose directory can be read; to see what a file "
                      "would create, run: shmbroker check");
        return SHMB_EXIT_NO_BROKER;
    }
    if (!published_owner(outlook->owner))
        return SHMB_EXIT_NO_BROKER;
    count = outlook->published.table.entry_count;
    if (!make_room(outlook, count))
        return no_memory();
    for (i = 0; i < count; i++)
        if (shmb_table_entry(&outlook->published.table, i, &entry) == SHMB_READ_OK &&
            entry.entry.state == SHMB_ENTRY_HELD && !add_live(outlook, &entry))
            return no_memory();
    return name_index_init(&outlook->holdings, outlook->live, outlook->live_count) ? SHMB_EXIT_DONE
                                                                                   : no_memory();
}

/* ---- the objects configured ------------------------------------------------- */

/* True: a file is refused as unsafe. That has no Win32 code, unlike an access denied. */
static bool refused_as_unsafe(const struct config_files *configuration)
{
    size_t i;

    for (i = 0; i < configuration->count; i++)
        if (configuration->files[i].status == SYS_DENIED && configuration->files[i].why.code == 0)
            return true;
    return false;
}

static enum shmb_exit read_wanted(const struct system *system, const char *file,
                                  struct outlook *outlook)
{
    struct desired *setup = &outlook->setup;
    enum shmb_exit result =
        desired_read(system, system, file, CONFIG_FILES_STRICT, CONFIG_FILES_PATIENCE_MS, setup);

    config_lines_print(file, &setup->messages);
    if (result == SHMB_EXIT_NOT_SO && desired_is_held(setup)) {
        config_lines_held(file, &setup->configuration.held);
        return SHMB_EXIT_TIMEOUT;
    }
    if (desired_unreadable(setup))
        console_error("%s: error: cannot be read: %s", file,
                      setup->configuration.files[0].why.text);
    if (result == SHMB_EXIT_SYSTEM && !desired_unreadable(setup))
        return no_memory();
    if (result != SHMB_EXIT_DONE) {
        size_t errors = setup->messages.errors + (desired_unreadable(setup) ? 1u : 0u);

        console_error("%s: %zu error%s: a reload would be refused, and nothing would change", file,
                      errors, errors == 1 ? "" : "s");
        if (refused_as_unsafe(&setup->configuration))
            console_error("%s: if the broker runs with --allow-unsafe-config, use: shmbroker plan "
                          "--allow-unsafe-config \"%s\"",
                          file, file);
        return result;
    }
    outlook->cache = descriptor_cache_new(system, outlook->owner, setup->inventory);
    return outlook->cache != NULL ? SHMB_EXIT_DONE : no_memory();
}

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
static bool print_created(struct outlook *outlook, const struct item *item)
{
    const char *sddl = access_wanted(outlook, item);
    struct text words = {0};

    if (sddl != NULL)
        add_words(&words, item->spec.kind, sddl);
    if (sddl != NULL && !words.failed)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s; access: %s", plan_action_word(PLAN_CREATE),
                     item->spec.name, shmb_kind_word(item->spec.kind), words.at);
    text_free(&words);
    return sddl != NULL && !words.failed;
}

/* Prints the SDDL itself if both access lists read the same in words. False: no memory. */
static bool print_access(struct outlook *outlook, size_t live, const struct item *item)
{
    const char *before = outlook->access[live], *after = access_wanted(outlook, item);
    struct text words[2] = {{0}};
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
    if (enough)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s -> %s", plan_action_word(PLAN_ACCESS),
                     item->spec.name, before, after);
    text_free(&words[0]);
    text_free(&words[1]);
    return enough;
}

/* False: no memory. */
static bool print_step(struct outlook *outlook, const struct plan_step *step)
{
    const struct item *items = outlook->setup.inventory->items;
    const struct sys_spec *spec = step->item != NAME_INDEX_NONE
                                      ? &items[step->item].spec
                                      : &outlook->live[step->holding].spec;
    const char *word = plan_action_word(step->action);

    if (step->action == PLAN_CREATE)
        return print_created(outlook, &items[step->item]);
    if (step->reason != NULL)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s", word, spec->name, step->reason);
    else if (step->action != PLAN_ACCESS)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s", word, spec->name,
                     shmb_kind_word(spec->kind));
    return !step->access || print_access(outlook, step->holding, &items[step->item]);
}

static enum shmb_exit print_plan(struct outlook *outlook)
{
    const struct plan_question question = {.holdings = &outlook->holdings,
                                           .wanted = outlook->setup.inventory,
                                           .access_now = access_now,
                                           .access_wanted = access_wanted,
                                           .context = outlook};
    struct plan plan;
    bool enough = true;
    size_t i;

    if (!plan_make(&question, &plan))
        return no_memory();
    for (i = 0; i < plan.count && enough; i++)
        enough = print_step(outlook, &plan.steps[i]);
    if (!enough) {
        plan_free(&plan);
        return no_memory();
    }
    console_line("a reload would create %zu, change the access of %zu, defer %zu, retire %zu and "
                 "keep %zu objects; nothing has been done",
                 plan.counts[PLAN_CREATE], plan.counts[PLAN_ACCESS], plan.counts[PLAN_DEFER],
                 plan.counts[PLAN_RETIRE], plan.counts[PLAN_KEEP]);
    if (outlook->hidden > 0)
        console_line("the access of %zu objects cannot be read and counts as unchanged; run this "
                     "as administrator to compare it",
                     outlook->hidden);
    plan_free(&plan);
    return SHMB_EXIT_DONE;
}

static void outlook_free(struct outlook *outlook)
{
    size_t i;

    descriptor_cache_free(outlook->cache);
    desired_free(&outlook->setup);
    name_index_free(&outlook->holdings);
    for (i = 0; i < outlook->text_count; i++)
        free(outlook->texts[i]);
    free(outlook->texts);
    free(outlook->live);
    free((void *)outlook->access);
    published_close(&outlook->published);
}

enum shmb_exit verb_plan(const char *file, bool unsafe)
{
    const struct port_host host = {.any_file = unsafe};
    struct outlook outlook = {.cache = NULL};
    enum shmb_exit result;
    struct system system;
    struct port port;

    cfg_messages_init(&outlook.setup.messages);
    port_open(&port, &host, NULL, &system);
    result = ask_broker(&outlook);
    if (result == SHMB_EXIT_DONE)
        result = read_wanted(&system, file, &outlook);
    if (result == SHMB_EXIT_DONE)
        result = print_plan(&outlook);
    outlook_free(&outlook);
    port_close(&port);
    return result;
}
