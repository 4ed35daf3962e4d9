#include "grants_judge.h"

#include <stdlib.h>
#include <string.h>

#include "clash.h"
#include "rules.h"
#include "visible.h"

#define NAMES_MOST 1000u /* bytes of names in an event */

struct judge {
    const struct cfg *config;
    struct trustees *known;
    struct clash names; /* of the configuration */
    struct totals totals;
    struct grants *made;
    struct grants_lost *lost;
    bool ended; /* judges one that has ended: nothing of it can be lost */
};

static bool same_name(const void *holder, const void *name)
{
    const struct clash_holder *known = holder;

    return shmb_name_same(known->name, strlen(known->name), name, strlen(name));
}

static const struct clash_holder *find_configured(const struct judge *judge, const char *name)
{
    return nameset_find(&judge->names.set, shmb_name_hash(name, strlen(name)), name, same_name);
}

static bool begin(struct judge *judge, const struct cfg *config, struct trustees *known,
                  struct grants_lost *lost)
{
    struct cfg_messages none;

    *judge = (struct judge){.config = config, .known = known, .lost = lost};
    judge->totals = totals_add((struct totals){0}, config);
    judge->made = grants_new(config);
    if (judge->made == NULL || !clash_init(&judge->names, (size_t)judge->totals.objects)) {
        grants_free(judge->made);
        return false;
    }
    cfg_messages_init(&none);
    (void)clash_add(&judge->names, config, &none); /* finds none: the configuration is checked */
    cfg_messages_free(&none);
    return true;
}

static void lose(struct judge *judge, const char *name, const char *why)
{
    struct grants_lost *lost = judge->lost;
    char shown[SHMB_NAME_BYTES];

    if (judge->ended)
        return;
    lost->why = why;
    if (lost->count++ > 0 && lost->names.length > NAMES_MOST)
        return;
    memcpy(shown, name, strlen(name) + 1);
    shmb_make_visible(shown, false);
    text_add(&lost->names, "%s%s", lost->count > 1 ? ", " : "", shown);
}

/* True: `who` denies this very account. Groups are known only with its token. */
static bool is_denied(const struct judge *judge, const struct cfg_rule *rule, const char *account)
{
    size_t i;

    for (i = 0; i < rule->who->count; i++) {
        const struct cfg_trustee *trustee = &rule->who->trustees[i];
        const char *sid;

        if (trustee->level == SHMB_LEVEL_DENY &&
            (strcmp(trustee->name, account) == 0 ||
             (trustees_resolve(judge->known, trustee->name, &sid, NULL) == SYS_OK &&
              strcmp(sid, account) == 0)))
            return true;
    }
    return false;
}

/* NULL: the rule allows it. */
static const char *refusal(const struct judge *judge, const struct cfg_rule *rule,
                           const struct shmb_request_message *asked, const char *account)
{
    struct grant_sum each, total;
    uint64_t memory;

    if (rule == NULL)
        return "no rule is for the name any more";
    if (is_denied(judge, rule, account))
        return "the rule denies the account";
    if ((rule->kinds & (UINT32_C(1) << asked->kind)) == 0)
        return "the rule does not have the kind any more";
    if (asked->kind == SHMB_SECTION && asked->size > rule->size)
        return "the rule allows smaller segments only";
    memory = asked->kind == SHMB_SECTION ? cfg_rule_memory(rule, asked->size) : 0;
    each = grants_of(judge->made, rule, account);
    total = grants_under(judge->made, rule);
    if (each.objects >= rule->each.objects || total.objects >= rule->total.objects ||
        memory > rule->each.memory || each.memory > rule->each.memory - memory ||
        memory > rule->total.memory || total.memory > rule->total.memory - memory)
        return "a quota of the rule is smaller than what is in use";
    return NULL;
}

static bool over_limits(const struct judge *judge)
{
    const struct cfg_limits *limits = &judge->config->limits;
    const struct totals *more = &judge->made->totals;

    return judge->totals.entries + more->entries > CFG_OBJECTS_MAX ||
           (limits->objects.place.line != 0 &&
            judge->totals.objects + more->objects > limits->objects.most) ||
           (limits->memory.place.line != 0 &&
            judge->totals.memory + more->memory > limits->memory.most);
}

/* NULL: none of the names of a grant is another object's. */
static const char *names_refusal(const struct judge *judge, const struct grant *grant)
{
    size_t i;

    for (i = 0; i < grant->name_count; i++)
        if (find_configured(judge, grant->names[i].name) != NULL)
            return "the configuration names a companion of it";
    return over_limits(judge) ? "the limits of the configuration have no room for it" : NULL;
}

/* True: a companion would have the name of another grant. */
static bool is_in_use(const struct judge *judge, const struct shmb_request_message *asked,
                      const struct cfg_rule *rule)
{
    struct clash_holder holders[CLASH_NAMES];
    enum shmb_name_fault fault;
    struct requested_object *made = requested_object_make(asked, rule, "", rule->access, &fault);
    size_t i, count = made != NULL ? clash_names(&made->object, holders) : 0;
    bool found = false;

    for (i = 0; i < count && !found; i++)
        found = grants_find(judge->made, holders[i].name) != NULL;
    free(made);
    return found;
}

/* Adds a grant if the configuration allows it. `*out` NULL: it does not. False: no memory. */
static bool judge_one(struct judge *judge, const struct shmb_request_message *asked,
                      const char *account, uint64_t time, struct grant **out)
{
    const struct clash_holder *configured = find_configured(judge, asked->name);
    const struct cfg_rule *rule = cfg_rule_find(judge->config, asked->name);
    const char *why;
    enum shmb_name_fault fault;

    *out = NULL;
    if (configured != NULL && configured->part == CLASH_OBJECT)
        return true;
    why = configured != NULL ? "the configuration gives its name to a companion"
                             : refusal(judge, rule, asked, account);
    if (why == NULL && is_in_use(judge, asked, rule))
        why = "another object has the name of a companion";
    if (why == NULL) {
        *out = grants_add(judge->made, asked, rule, account, time, &fault);
        if (*out == NULL && fault == SHMB_NAME_OK)
            return false;
        why = *out != NULL ? names_refusal(judge, *out) : "the name of a companion is too long";
    }
    if (why == NULL) {
        (*out)->state = GRANT_HELD;
        return true;
    }
    if (*out != NULL)
        grants_remove(judge->made, *out);
    *out = NULL;
    lose(judge, asked->name, why);
    return true;
}

static struct grants *end(struct judge *judge, bool done)
{
    clash_free(&judge->names);
    if (done)
        return judge->made;
    grants_free(judge->made);
    return NULL;
}

struct grants *grants_judge(const struct cfg *config, struct trustees *known,
                            const struct grants *former, struct grants_lost *lost)
{
    struct judge judge;
    bool done = true;
    size_t i;

    *lost = (struct grants_lost){0};
    if (former->count == 0)
        return grants_new(config);
    if (!begin(&judge, config, known, lost))
        return NULL;
    for (i = 0; i < former->count && done; i++) {
        const struct grant *grant = former->all[i];
        const struct state_grant record = grant_record(grant);
        struct shmb_request_message asked;
        struct grant *made;

        /* What has ended counts on, as long as a rule has its name, size and so on. */
        judge.ended = grant->state == GRANT_ENDED;
        if (!grant_request_of(&record, &asked))
            continue;
        done = judge_one(&judge, &asked, record.account, record.made, &made);
        if (made == NULL)
            continue;
        made->idle = grant->idle;
        made->state = judge.ended ? GRANT_ENDED : GRANT_HELD;
    }
    return end(&judge, done);
}

/* The oldest first; of the same time, in the order of their names. */
static int compare(const void *first, const void *second)
{
    const struct state_grant *a = *(const struct state_grant *const *)first;
    const struct state_grant *b = *(const struct state_grant *const *)second;

    if (a->made != b->made)
        return a->made < b->made ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The grants of a state by age; NULL: no memory. The caller frees the list. */
static const struct state_grant **list_records(const struct state *state, size_t *count)
{
    const struct state_grant **list;
    size_t at = 0, i;

    for (*count = 0; state_next_grant(state, &at) != NULL;)
        ++*count;
    list = calloc(*count + 1, sizeof(*list));
    if (list == NULL)
        return NULL;
    for (at = 0, i = 0; i < *count; i++)
        list[i] = state_next_grant(state, &at);
    qsort((void *)list, *count, sizeof(*list), compare);
    return list;
}

struct grants *grants_load(const struct cfg *config, struct trustees *known,
                           const struct state *state, struct grants_lost *lost)
{
    size_t i, count;
    const struct state_grant **list = list_records(state, &count);
    struct judge judge;
    bool done;

    *lost = (struct grants_lost){0};
    if (list == NULL || !begin(&judge, config, known, lost)) {
        free((void *)list);
        return NULL;
    }
    for (i = 0, done = true; i < count && done; i++) {
        const struct state_record *record = state_find(state, list[i]->name);
        struct shmb_request_message asked;
        struct grant *made;

        if (record == NULL || record->retired)
            continue;
        if (grant_request_of(list[i], &asked))
            done = judge_one(&judge, &asked, list[i]->account, list[i]->made, &made);
        else
            lose(&judge, list[i]->name, "its record cannot be used");
    }
    free((void *)list);
    return end(&judge, done);
}

void grants_record(const struct grants *grants, struct state *state)
{
    const struct state_grant *known;
    size_t at = 0, i;

    while ((known = state_next_grant(state, &at)) != NULL) {
        const struct grant *grant = grants_find(grants, known->name);

        if (grant == NULL || grant->state != GRANT_HELD || !grant_is_named(grant, known->name))
            state_drop_grant(state, known->name);
    }
    for (i = 0; i < grants->count; i++) {
        const struct state_grant record = grant_record(grants->all[i]);

        if (grants->all[i]->state == GRANT_HELD)
            state_put_grant(state, &record);
    }
}
