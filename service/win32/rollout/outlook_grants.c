/*
 * The records that the broker has in its state, made of the directory instead: the state of the
 * service can be read by administrators only, and that of a broker in a console is not known.
 */
#include "outlook_grants.h"

#include <stdlib.h>
#include <string.h>

#include "request_message.h"

/* The texts of an entry, terminated. */
struct texts {
    char name[SHMB_NAME_BYTES], account[SHMB_ACCOUNT_MAX + 1], rule[SHMB_RULE_NAME_MAX + 1];
};

static void copy(char *out, const char *text, uint32_t length)
{
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Whether an event was made as set, or with which counts a semaphore, changes no decision. */
static void add_record(const struct shmb_entry_view *view, struct state *state)
{
    const struct shmb_entry *entry = &view->entry;
    struct state_record record = {
        .kind = (enum shmb_kind)entry->kind, .size = entry->size, .generation = entry->generation};
    struct state_grant grant = {.kind = record.kind,
                                .size = entry->kind == SHMB_SECTION ? entry->size : 0,
                                .initial = entry->initial,
                                .maximum = entry->maximum,
                                .made = entry->generation};
    struct texts texts;

    copy(texts.name, view->name, entry->name.length);
    copy(texts.account, view->account, entry->account.length);
    copy(texts.rule, view->rule, entry->rule.length);
    if ((entry->flags & SHMB_ENTRY_MANUAL_RESET) != 0)
        grant.flags = SHMB_REQUEST_MANUAL_RESET;
    record.name = grant.name = texts.name;
    grant.account = texts.account;
    grant.rule = texts.rule;
    state_put(state, &record);
    state_put_grant(state, &grant);
}

/* Returns how many there are. */
static size_t add_all(const struct shmb_table_view *table, struct state *state)
{
    struct shmb_entry_view view;
    size_t count = 0;
    uint32_t i;

    for (i = 0; i < table->entry_count; i++) {
        if (shmb_table_entry(table, i, &view) != SHMB_READ_OK || view.rule == NULL ||
            view.entry.state != SHMB_ENTRY_HELD || (view.entry.flags & SHMB_ENTRY_COMPANION) != 0)
            continue;
        add_record(&view, state);
        count++;
    }
    return count;
}

static bool build(const struct cfg *config, struct outlook_grants *out)
{
    struct inventory_more more;
    struct cfg_messages none;
    enum sys_status status;

    if (!grants_more(out->grants, &more))
        return false;
    cfg_messages_init(&none);
    status = inventory_build_with(config, &more, out->known, &none, &out->inventory);
    cfg_messages_free(&none);
    return status == SYS_OK;
}

/* False: no memory. */
static bool judge(const struct cfg *config, const struct state *state, struct outlook_grants *out)
{
    struct grants_lost lost;

    if (out->known == NULL)
        return false;
    trustees_allow_pending(out->known, NULL, NULL, false); /* as desired_read */
    out->grants = grants_load(config, out->known, state, &lost);
    text_free(&lost.names);
    return out->grants != NULL && build(config, out);
}

bool outlook_grants_read(const struct shmb_table_view *table, const struct system *system,
                         const struct cfg *config, struct outlook_grants *out)
{
    struct state *state = state_new(system, "directory"); /* never read, and never saved */
    bool enough = state != NULL;

    *out = (struct outlook_grants){0};
    if (enough && add_all(table, state) > 0) {
        out->known = trustees_new(system);
        enough = judge(config, state, out);
    }
    state_free(state);
    return enough;
}

void outlook_grants_free(struct outlook_grants *grants)
{
    inventory_free(grants->inventory);
    grants_free(grants->grants);
    trustees_free(grants->known);
    *grants = (struct outlook_grants){0};
}
