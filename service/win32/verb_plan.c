#include "verbs.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "access_text.h"
#include "access_words.h"
#include "account_names.h"
#include "console.h"
#include "descriptor_cache.h"
#include "holder.h"
#include "message_lines.h"
#include "plan.h"
#include "port.h"
#include "published.h"
#include "report.h"
#include "setup.h"

#define NOT_SEEN "not to be seen from here" /* in place of an access */

/* What is held, as the broker tells it, and what is wanted. */
struct outlook {
    struct published published;
    char owner[OWNER_SID_MAX]; /* of the broker's objects */
    struct holdings holdings;
    char **texts; /* three for each holding: name, lock, access */
    size_t text_count, hidden;
    struct setup setup;
    struct descriptor_cache *cache;
};

static enum shmb_exit no_memory(void)
{
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}

/* ---- what is held ----------------------------------------------------------- */

static char *keep_text(struct outlook *outlook, const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    outlook->texts[outlook->text_count++] = copy;
    return copy;
}

static const char *dacl_of(const char *sddl)
{
    const char *dacl = strstr(sddl, "D:");

    return dacl != NULL ? dacl : "";
}

/* The access an object has now; NULL: no memory. */
static const char *access_of(struct outlook *outlook, enum shmb_kind kind, const char *name)
{
    char owner[OWNER_SID_MAX], *sddl = NULL;
    wchar_t full[OBJECT_NAME_UNITS];
    HANDLE object = holder_name(name, full) ? holder_open(kind, full, READ_CONTROL) : NULL;
    const char *dacl = NOT_SEEN;

    if (object != NULL && access_text_read(object, owner, &sddl) == 0)
        dacl = dacl_of(sddl);
    else
        outlook->hidden++;
    if (object != NULL)
        CloseHandle(object);
    dacl = keep_text(outlook, dacl, strlen(dacl));
    free(sddl);
    return dacl;
}

static bool add_holding(struct outlook *outlook, const struct shmb_entry_view *view, size_t index)
{
    const struct shmb_entry *entry = &view->entry;
    struct holding holding = {.held = true, .index = index};

    holding.spec.kind = (enum shmb_kind)entry->kind;
    holding.spec.name = keep_text(outlook, view->name, entry->name.length);
    holding.spec.size = entry->size;
    holding.spec.manual_reset = (entry->flags & SHMB_ENTRY_MANUAL_RESET) != 0;
    holding.spec.initial = entry->initial;
    holding.spec.maximum = entry->maximum;
    if (holding.spec.name == NULL)
        return false;
    if (entry->lock_kind == SHMB_ENTRY_LOCK_MUTEX) {
        holding.lock = keep_text(outlook, view->lock_name, entry->lock_name.length);
        if (holding.lock == NULL)
            return false;
    }
    holding.sddl = access_of(outlook, holding.spec.kind, holding.spec.name);
    if (holding.sddl == NULL)
        return false;
    holdings_add(&outlook->holdings, &holding);
    return true;
}

static enum shmb_exit ask_broker(struct outlook *outlook)
{
    struct shmb_entry_view entry;
    uint32_t count, i;

    if (!published_open(&outlook->published)) {
        console_error("shmbroker: no broker runs whose directory could be read; what a file would "
                      "create is shown by: shmbroker check");
        return SHMB_EXIT_NO_BROKER;
    }
    if (!published_owner(outlook->owner))
        return SHMB_EXIT_NO_BROKER;
    count = outlook->published.table.entry_count;
    outlook->texts = calloc(3 * (size_t)count + 1, sizeof(*outlook->texts));
    if (outlook->texts == NULL || !holdings_init(&outlook->holdings, count))
        return no_memory();
    for (i = 0; i < count; i++)
        if (shmb_table_entry(&outlook->published.table, i, &entry) == SHMB_READ_OK &&
            entry.entry.state == SHMB_ENTRY_HELD && !add_holding(outlook, &entry, i))
            return no_memory();
    return SHMB_EXIT_DONE;
}

/* ---- what is wanted --------------------------------------------------------- */

/* A refusal by the rules for files, which have no code of the system's. */
static bool refused_as_unsafe(const struct configuration *configuration)
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
    struct setup *setup = &outlook->setup;
    enum shmb_exit result = setup_read(system, system, file, CONFIGURATION_STRICT, setup);

    message_lines_print(file, &setup->messages);
    if (setup_unreadable(setup))
        console_error("%s: error: cannot be read: %s", file,
                      setup->configuration.files[0].why.text);
    if (result == SHMB_EXIT_SYSTEM && !setup_unreadable(setup))
        return no_memory();
    if (result != SHMB_EXIT_DONE) {
        console_error("%s: %zu errors: a reload would be refused, and nothing would change", file,
                      setup->messages.errors + (setup_unreadable(setup) ? 1u : 0u));
        if (refused_as_unsafe(&setup->configuration))
            console_error("%s: for a broker that runs with --allow-unsafe-config: shmbroker plan "
                          "--allow-unsafe-config \"%s\"",
                          file, file);
        return result;
    }
    outlook->cache = descriptor_cache_new(system, outlook->owner, setup->inventory);
    return outlook->cache != NULL ? SHMB_EXIT_DONE : no_memory();
}

/* What cannot be seen counts as what it should be. */
static const char *wanted_access(void *context, const struct item *item)
{
    struct outlook *outlook = context;
    size_t found = holdings_find(&outlook->holdings, item->spec.name, item->hash);
    const char *text;

    if (found != HOLDINGS_NONE && strcmp(outlook->holdings.items[found].sddl, NOT_SEEN) == 0)
        return NOT_SEEN;
    text = descriptor_cache_text(outlook->cache, item);
    return text != NULL ? dacl_of(text) : NULL;
}

/* ---- the plan --------------------------------------------------------------- */

/* An SDDL text in words; as it stands where it says what there are no words for. */
static void add_words(struct text *out, enum shmb_kind kind, const char *sddl)
{
    static struct account_names names;
    struct sys_failure unused;
    struct sddl access;

    if (sddl_read_live(sddl, kind, &access, &unused) != SYS_OK) {
        text_add(out, "%s", sddl);
        return;
    }
    access_words(&access, kind, account_names_get, &names, out);
    sddl_free(&access);
}

/* False: no memory. */
static bool print_created(struct outlook *outlook, const struct item *item)
{
    const char *sddl = wanted_access(outlook, item);
    struct text words = {0};

    if (sddl != NULL)
        add_words(&words, item->spec.kind, sddl);
    if (sddl != NULL && !words.failed)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s; access: %s", plan_action_word(PLAN_CREATE),
                     item->spec.name, shmb_kind_word(item->spec.kind), words.at);
    text_free(&words);
    return sddl != NULL && !words.failed;
}

/* What differs and has the same words is told as it stands. False: no memory. */
static bool print_access(struct outlook *outlook, const struct holding *live,
                         const struct item *item)
{
    const char *before = live->sddl, *after = wanted_access(outlook, item);
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
    const struct holding *live =
        step->holding != HOLDINGS_NONE ? &outlook->holdings.items[step->holding] : NULL;
    const struct sys_spec *spec =
        step->item != HOLDINGS_NONE ? &items[step->item].spec : &live->spec;
    const char *word = plan_action_word(step->action);

    if (step->action == PLAN_KEEP)
        return true;
    if (step->action == PLAN_CREATE)
        return print_created(outlook, &items[step->item]);
    if (step->reason != NULL)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s", word, spec->name, step->reason);
    else if (step->action != PLAN_ACCESS)
        console_line("%-8s " SHMB_GLOBAL_PREFIX "%s: %s", word, spec->name,
                     shmb_kind_word(spec->kind));
    return !step->access || live == NULL || print_access(outlook, live, &items[step->item]);
}

static enum shmb_exit print_plan(struct outlook *outlook)
{
    struct plan plan;
    bool enough = true;
    size_t i;

    if (!plan_make(&outlook->holdings, outlook->setup.inventory, NULL, 0, wanted_access, outlook,
                   &plan))
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
        console_line("the access of %zu objects cannot be seen from here and is taken to be as it "
                     "should; run it as administrator",
                     outlook->hidden);
    plan_free(&plan);
    return SHMB_EXIT_DONE;
}

static void outlook_free(struct outlook *outlook)
{
    size_t i;

    descriptor_cache_free(outlook->cache);
    setup_free(&outlook->setup);
    holdings_free(&outlook->holdings);
    for (i = 0; i < outlook->text_count; i++)
        free(outlook->texts[i]);
    free(outlook->texts);
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
