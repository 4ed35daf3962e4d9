/*
 * Asking is a right to write: a program of low integrity has it only where the rule says
 * `integrity: low`, as with the objects themselves.
 */
#include "request_access.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "descriptor.h"
#include "hash.h"
#include "nameset.h"
#include "request_decide.h"
#include "text.h"

#define ASK       0x2u        /* the one right of these descriptors; as SECTION_MAP_WRITE */
#define PIPE_FULL 0x001F01FFu /* FILE_ALL_ACCESS */

void request_access_begin(struct request_access *access, const struct system *system,
                          const char *owner, const struct cfg *config)
{
    request_access_end(access);
    *access = (struct request_access){.system = system, .owner = owner, .config = config};
    access->rules = config->rule_count;
    access->who = calloc(config->rule_count + 1, sizeof(*access->who));
}

void request_access_end(struct request_access *access)
{
    size_t i;

    for (i = 0; access->who != NULL && i < access->rules; i++)
        access->system->objects.descriptor_free(access->system->self, access->who[i]);
    if (access->system != NULL)
        access->system->objects.descriptor_free(access->system->self, access->administer);
    free(access->who);
    *access = (struct request_access){0};
}

static bool is_low(const struct cfg_rule *rule)
{
    return rule->integrity != NULL && rule->integrity->low;
}

static void begin_text(const struct request_access *access, struct text *out)
{
    text_add(out, "O:%sG:%sD:P", access->owner, access->owner);
}

static void add_entry(struct text *out, bool deny, uint32_t mask, const char *sid)
{
    text_add(out, "(%s;;0x%08" PRIX32 ";;;%s)", deny ? "D" : "A", mask, sid);
}

/* Takes the text. NULL: it cannot be made. */
static struct sys_descriptor *make(const struct request_access *access, struct text *text)
{
    const struct system *system = access->system;
    struct sys_descriptor *made = NULL;

    if (!text->failed)
        (void)system->objects.descriptor_make(system->self, text->at, &made, NULL);
    text_free(text);
    return made;
}

static bool allowed(const struct request_access *access, struct sys_request *request,
                    const struct sys_descriptor *descriptor, uint32_t mask, bool write)
{
    const struct system *system = access->system;
    bool may = false;

    return descriptor != NULL &&
           system->requests.allowed(system->self, request, descriptor, mask, write, &may, NULL) ==
               SYS_OK &&
           may;
}

static struct sys_descriptor *make_who(const struct request_access *access,
                                       const struct inventory *inventory,
                                       const struct cfg_rule *rule)
{
    const size_t set = inventory->who[rule - access->config->rules];
    struct text text = {0};
    size_t i, count;
    const struct access_rule *rules = access_sets_rules(inventory->sets, set, &count);

    begin_text(access, &text);
    for (i = 0; i < count; i++)
        if (rules[i].level == SHMB_LEVEL_DENY)
            add_entry(&text, true, ASK, rules[i].sid);
    /* A list without entries would be no protected list in every reader of SDDL. */
    add_entry(&text, false, ASK, SID_SYSTEM);
    for (i = 0; i < count; i++)
        if (rules[i].level != SHMB_LEVEL_DENY)
            add_entry(&text, false, ASK, rules[i].sid);
    if (is_low(rule))
        text_add(&text, "%s", SDDL_LOW_INTEGRITY);
    return make(access, &text);
}

bool request_access_may_ask(struct request_access *access, const struct inventory *inventory,
                            struct sys_request *request, const struct cfg_rule *rule)
{
    struct sys_descriptor **who;

    /* Who is denied cannot be told yet. */
    if (access->who == NULL ||
        access_sets_held_back(inventory->sets, inventory->who[rule - access->config->rules]))
        return false;
    who = &access->who[rule - access->config->rules];
    if (*who == NULL)
        *who = make_who(access, inventory, rule);
    return allowed(access, request, *who, ASK, true);
}

/* AccessCheck wants a group, which the system does not tell. */
static struct sys_descriptor *make_live(const struct request_access *access, const char *sddl)
{
    const char *list = strstr(sddl, "D:");
    struct text text = {0};

    if (strncmp(sddl, "O:", 2) != 0 || list == NULL)
        return NULL;
    text_add(&text, "%.*sG:%s%s", (int)(list - sddl), sddl, SID_SYSTEM, list);
    return make(access, &text);
}

bool request_access_may_open(struct request_access *access, struct sys_request *request,
                             const struct item *item)
{
    const struct system *system = access->system;
    const enum shmb_level level = request_least_level(item->spec.kind, item->spec.manual_reset);
    struct sys_descriptor *live;
    char *sddl = NULL;
    bool may;

    if (!item_is_held(item) ||
        system->objects.examine(system->self, item->object, &sddl, NULL) != SYS_OK || sddl == NULL)
        return false;
    live = make_live(access, sddl);
    free(sddl);
    may = allowed(access, request, live, shmb_access_mask(item->spec.kind, level),
                  level == SHMB_LEVEL_WRITE);
    system->objects.descriptor_free(system->self, live);
    return may;
}

bool request_access_may_own(const struct request_access *access, struct sys_request *request,
                            const struct cfg_rule *rule, const char *account)
{
    struct text text = {0};
    struct sys_descriptor *own;
    bool may;

    begin_text(access, &text);
    add_entry(&text, false, ASK, account);
    if (is_low(rule))
        text_add(&text, "%s", SDDL_LOW_INTEGRITY);
    own = make(access, &text);
    may = allowed(access, request, own, ASK, true);
    access->system->objects.descriptor_free(access->system->self, own);
    return may;
}

bool request_access_may_administer(struct request_access *access, struct sys_request *request)
{
    struct text text = {0};

    if (access->administer == NULL) {
        begin_text(access, &text);
        add_entry(&text, false, ASK, SID_SYSTEM);
        add_entry(&text, false, ASK, SID_ADMINISTRATORS);
        access->administer = make(access, &text);
    }
    return allowed(access, request, access->administer, ASK, true);
}

static bool same_text(const void *a, const void *b)
{
    return strcmp(a, b) == 0;
}

/* Adds the accounts that may ask under a rule, each once. False: no memory. */
static bool add_who(const struct request_access *access, const struct inventory *inventory,
                    size_t rule, struct nameset *seen, size_t *seen_count, struct text *out)
{
    size_t i, count;
    const struct access_rule *rules =
        access_sets_rules(inventory->sets, inventory->who[rule], &count);

    (void)access;
    if (!nameset_reserve(seen, *seen_count + count))
        return false;
    for (i = 0; i < count; i++) {
        if (rules[i].level == SHMB_LEVEL_DENY ||
            nameset_add(seen, shmb_hash_text(SHMB_HASH_START, rules[i].sid), rules[i].sid,
                        same_text) != NULL)
            continue;
        ++*seen_count;
        add_entry(out, false, SHMB_REQUEST_PIPE_RIGHTS, rules[i].sid);
    }
    return true;
}

char *request_access_pipe(const struct request_access *access, const struct inventory *inventory)
{
    struct text text = {0};
    struct nameset seen = {0};
    size_t i, seen_count = 0;
    bool low = false, done = true;

    begin_text(access, &text);
    add_entry(&text, false, PIPE_FULL, access->owner);
    add_entry(&text, false, PIPE_FULL, SID_SYSTEM);
    add_entry(&text, false, PIPE_FULL, SID_ADMINISTRATORS);
    for (i = 0; i < access->config->rule_count && done; i++) {
        low |= is_low(&access->config->rules[i]);
        done = add_who(access, inventory, i, &seen, &seen_count, &text);
    }
    if (low)
        text_add(&text, "%s", SDDL_LOW_INTEGRITY);
    nameset_free(&seen);
    if (done && !text.failed)
        return text.at;
    text_free(&text);
    return NULL;
}
