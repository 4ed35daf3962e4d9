/*
 * The list is ordered by age: where a reload makes a quota smaller, the newest go.
 */
#include "grants.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "rules.h"

#define FIRST_ROOM 16u

struct grants *grants_new(const struct cfg *config)
{
    struct grants *grants = calloc(1, sizeof(*grants));

    if (grants == NULL)
        return NULL;
    grants->config = config;
    grants->sums = calloc(config->rule_count + 1, sizeof(*grants->sums));
    if (grants->sums != NULL)
        return grants;
    free(grants);
    return NULL;
}

static void free_grantee(struct grantee *grantee)
{
    free(grantee->access);
    free(grantee);
}

static void free_grant(struct grant *grant)
{
    free(grant->made);
    free(grant);
}

static uint32_t hash_grantee(const struct cfg_rule *rule, const char *account)
{
    return shmb_hash_text(shmb_hash_text(SHMB_HASH_START, rule->name), account);
}

/* The key is a grantee, too. */
static bool same_grantee(const void *first, const void *second)
{
    const struct grantee *a = first, *b = second;

    return a->rule == b->rule && strcmp(a->account, b->account) == 0;
}

static bool same_name(const void *known, const void *name)
{
    const struct grant_name *of = known;

    return shmb_name_same(of->name, strlen(of->name), name, strlen(name));
}

static struct grantee *find_grantee(const struct grants *grants, const struct cfg_rule *rule,
                                    const char *account)
{
    struct grantee key = {.rule = rule};

    if (grants->grantee_count == 0 || strlen(account) >= sizeof(key.account))
        return NULL;
    memcpy(key.account, account, strlen(account) + 1);
    return (struct grantee *)nameset_find(&grants->by_grantee, hash_grantee(rule, account), &key,
                                          same_grantee);
}

/* NULL: no memory. */
static struct grantee *add_grantee(struct grants *grants, const struct cfg_rule *rule,
                                   const char *account)
{
    struct grantee *grantee = find_grantee(grants, rule, account);

    if (grantee != NULL)
        return grantee;
    if (strlen(account) >= SYS_SID_MAX ||
        !nameset_reserve(&grants->by_grantee, grants->grantee_count + 1))
        return NULL;
    grantee = calloc(1, sizeof(*grantee));
    if (grantee == NULL)
        return NULL;
    grantee->rule = rule;
    memcpy(grantee->account, account, strlen(account) + 1);
    grantee->access = requested_access_make(rule, grantee->account);
    if (grantee->access == NULL) {
        free(grantee);
        return NULL;
    }
    (void)nameset_add(&grants->by_grantee, hash_grantee(rule, account), grantee, NULL);
    grants->grantee_count++;
    return grantee;
}

/* Frees what an account has under a rule, if that is nothing. */
static void drop_grantee(struct grants *grants, struct grantee *grantee)
{
    if (grantee->objects > 0)
        return;
    nameset_remove(&grants->by_grantee, hash_grantee(grantee->rule, grantee->account), grantee);
    grants->grantee_count--;
    free_grantee(grantee);
}

void grants_free(struct grants *grants)
{
    size_t i;

    if (grants == NULL)
        return;
    /* The configuration may have ended by now: only what is owned is looked at. */
    for (i = 0; i < grants->count; i++) {
        struct grantee *grantee = grants->all[i]->grantee;

        if (--grantee->objects == 0)
            free_grantee(grantee);
        free_grant(grants->all[i]);
    }
    nameset_free(&grants->by_name);
    nameset_free(&grants->by_grantee);
    free(grants->all);
    free(grants->sums);
    free(grants->wanted);
    free(grants);
}

static struct grant_sum *sum_of(const struct grants *grants, const struct cfg_rule *rule)
{
    return &grants->sums[rule - grants->config->rules];
}

/* Room for one more. False: no memory. */
static bool reserve(struct grants *grants)
{
    const size_t room = grants->room > 0 ? grants->room * 2 : FIRST_ROOM;
    struct grant **all;

    if (!nameset_reserve(&grants->by_name, grants->name_count + CLASH_NAMES))
        return false;
    if (grants->count < grants->room)
        return true;
    all = realloc(grants->all, room * sizeof(*all));
    if (all == NULL)
        return false;
    grants->all = all;
    grants->room = room;
    return true;
}

static void add_names(struct grants *grants, struct grant *grant)
{
    struct clash_holder holders[CLASH_NAMES];
    size_t i;

    grant->name_count = clash_names(&grant->made->object, holders);
    for (i = 0; i < grant->name_count; i++) {
        grant->names[i] = (struct grant_name){holders[i].name, holders[i].hash, grant};
        (void)nameset_add(&grants->by_name, holders[i].hash, &grant->names[i], NULL);
    }
    grants->name_count += grant->name_count;
}

/* Adds what a grant takes, `sign` 1, or gives it back, -1. */
static void count(struct grants *grants, const struct grant *grant, uint64_t sign)
{
    struct grant_sum *sum = sum_of(grants, grant->grantee->rule);

    grant->grantee->objects += sign;
    grant->grantee->memory += sign * grant->memory;
    sum->objects += sign;
    if (grant->grantee->objects == (sign == 1 ? 1 : 0))
        sum->accounts += (size_t)sign;
    sum->memory += sign * grant->memory;
    grants->totals.entries += sign * grant->totals.entries;
    grants->totals.objects += sign * grant->totals.objects;
    grants->totals.slots += sign * grant->totals.slots;
    grants->totals.memory += sign * grant->totals.memory;
}

struct grant *grants_add(struct grants *grants, const struct shmb_request_message *asked,
                         const struct cfg_rule *rule, const char *account, uint64_t time,
                         enum shmb_name_fault *fault)
{
    struct grantee *grantee = reserve(grants) ? add_grantee(grants, rule, account) : NULL;
    struct grant *grant = grantee != NULL ? calloc(1, sizeof(*grant)) : NULL;
    struct cfg alone = {0};

    *fault = SHMB_NAME_OK;
    if (grant != NULL)
        grant->made = requested_object_make(asked, rule, grantee->account, grantee->access, fault);
    if (grant == NULL || grant->made == NULL) {
        free(grant);
        if (grantee != NULL)
            drop_grantee(grants, grantee);
        return NULL;
    }
    grant->grantee = grantee;
    grant->state = GRANT_NEW;
    grant->time = time;
    grant->memory = asked->kind == SHMB_SECTION ? cfg_rule_memory(rule, asked->size) : 0;
    alone.objects = &grant->made->object;
    alone.count = 1;
    grant->totals = totals_add((struct totals){0}, &alone);
    add_names(grants, grant);
    count(grants, grant, 1);
    grants->all[grants->count++] = grant;
    return grant;
}

void grants_remove(struct grants *grants, struct grant *grant)
{
    size_t i = grants->count;

    count(grants, grant, UINT64_MAX);
    /* Those that go are mostly new, or few. */
    while (grants->all[--i] != grant)
        ;
    memmove(grants->all + i, grants->all + i + 1, (grants->count - i - 1) * sizeof(*grants->all));
    grants->count--;
    for (i = 0; i < grant->name_count; i++)
        nameset_remove(&grants->by_name, grant->names[i].hash, &grant->names[i]);
    grants->name_count -= grant->name_count;
    drop_grantee(grants, grant->grantee);
    free_grant(grant);
}

struct grant *grants_find(const struct grants *grants, const char *name)
{
    const struct grant_name *found;

    if (grants->name_count == 0)
        return NULL;
    found = nameset_find(&grants->by_name, shmb_name_hash(name, strlen(name)), name, same_name);
    return found != NULL ? found->grant : NULL;
}

bool grant_is_named(const struct grant *grant, const char *name)
{
    const char *own = grant->made->object.name;

    return shmb_name_same(own, strlen(own), name, strlen(name));
}

struct grant_sum grants_of(const struct grants *grants, const struct cfg_rule *rule,
                           const char *account)
{
    const struct grantee *grantee = find_grantee(grants, rule, account);

    return grantee != NULL ? (struct grant_sum){grantee->objects, grantee->memory, 1}
                           : (struct grant_sum){0, 0, 0};
}

struct grant_sum grants_under(const struct grants *grants, const struct cfg_rule *rule)
{
    return *sum_of(grants, rule);
}

bool grants_more(struct grants *grants, struct inventory_more *out)
{
    size_t i;

    *out = (struct inventory_more){0};
    if (grants->wanted_room < grants->count) {
        const struct cfg_object **wanted =
            realloc((void *)grants->wanted, grants->room * sizeof(*wanted));

        if (wanted == NULL)
            return false;
        grants->wanted = wanted;
        grants->wanted_room = grants->room;
    }
    /* New ones are last in the list. */
    for (i = 0; i < grants->count; i++) {
        const struct grant *grant = grants->all[i];

        if (grant->state != GRANT_HELD && grant->state != GRANT_NEW)
            continue;
        grants->wanted[out->count++] = &grant->made->object;
        out->fresh += grant->state == GRANT_NEW;
    }
    out->objects = grants->wanted;
    return true;
}

void grants_locate(struct grants *grants, const struct inventory *inventory)
{
    size_t i, at = 0;

    for (i = 0; i < grants->count; i++) {
        struct grant *grant = grants->all[i];
        const struct cfg_object *object = &grant->made->object;

        if (grant->state != GRANT_HELD && grant->state != GRANT_NEW)
            continue;
        while (inventory->items[at].from != object)
            at++;
        at += grant->name_count - 1; /* its companions come before it */
        grant->item = at;
    }
}

struct state_grant grant_record(const struct grant *grant)
{
    const struct cfg_object *object = &grant->made->object;
    struct state_grant record = {.name = object->name,
                                 .account = grant->grantee->account,
                                 .rule = grant->grantee->rule->name,
                                 .kind = object->kind,
                                 .life = (uint32_t)grant->grantee->rule->life,
                                 .made = grant->time};

    if (object->kind == SHMB_SECTION)
        record.size = object->u.segment.size;
    if (object->kind == SHMB_SEMAPHORE) {
        record.initial = object->u.semaphore.initial;
        record.maximum = object->u.semaphore.maximum;
    }
    if (object->kind == SHMB_EVENT)
        record.flags = (object->u.event.manual_reset ? SHMB_REQUEST_MANUAL_RESET : 0) |
                       (object->u.event.set ? SHMB_REQUEST_SET : 0);
    return record;
}

bool grant_request_of(const struct state_grant *record, struct shmb_request_message *out)
{
    uint8_t bytes[SHMB_REQUEST_BYTES];

    *out = (struct shmb_request_message){.what = SHMB_REQUEST_MAKE,
                                         .kind = record->kind,
                                         .size = record->size,
                                         .initial = record->initial,
                                         .maximum = record->maximum,
                                         .flags = record->flags};
    if (strlen(record->name) >= sizeof(out->name))
        return false;
    memcpy(out->name, record->name, strlen(record->name) + 1);
    /* What no request can have asked for is not held either. */
    shmb_request_write(out, bytes);
    return shmb_request_read(bytes, sizeof(bytes), out);
}
