/*
 * One batch: decides each message in the order of arrival, makes one change of the broker for all
 * of them, and answers. A message about a name that an earlier one of the batch changes waits for
 * the next batch.
 */
#include "requests_internal.h"

#include <stdlib.h>
#include <string.h>

#include "characters.h"
#include "request_decide.h"
#include "rules.h"

/* What the functions that request_decide.h asks work on. */
struct question {
    struct requests *requests;
    const struct desired *desired;
    const struct request_entry *entry;
    const struct item *item; /* that has the name; NULL: none */
    const struct cfg_rule *rule;
    char holder[SYS_TEXT_MAX]; /* what is known of a stranger */
};

static bool may_open(void *context)
{
    struct question *question = context;

    return question->item != NULL &&
           request_access_may_open(&question->requests->access, question->entry->request,
                                   question->item);
}

static bool may_ask(void *context)
{
    struct question *question = context;

    return request_access_may_ask(&question->requests->access, question->desired->inventory,
                                  question->entry->request, question->rule);
}

static bool may_own(void *context)
{
    struct question *question = context;

    return request_access_may_own(&question->requests->access, question->entry->request,
                                  question->rule, question->entry->asker.sid);
}

static bool may_administer(void *context)
{
    struct question *question = context;

    return request_access_may_administer(&question->requests->access, question->entry->request);
}

/* Whether a name is free in the system. */
static enum decide_names probe(struct question *question, const char *name, enum shmb_kind kind)
{
    const struct system *system = question->requests->system;
    struct sys_object *object = NULL;
    struct sys_failure why = {0};
    struct sys_facts facts;
    enum sys_status status =
        system->objects.inspect(system->self, name, kind, &facts, &object, &why);
    const bool ours = state_find(broker_state(question->requests->broker), name) != NULL;

    system->objects.close(system->self, object);
    if (status == SYS_OK || status == SYS_DENIED) {
        const char *owner = facts.owner[0] != '\0' ? facts.owner : "not known";

        (void)strncpy(question->holder, owner, sizeof(question->holder) - 1);
    }
    free(facts.sddl);
    if (status == SYS_NOT_FOUND)
        return DECIDE_NAMES_FREE;
    if (status != SYS_OK && status != SYS_DENIED)
        return DECIDE_NAMES_UNKNOWN;
    return ours ? DECIDE_NAMES_TAKEN : DECIDE_NAMES_FOREIGN;
}

static enum decide_names names_of(void *context)
{
    struct question *question = context;
    struct requests *requests = question->requests;
    struct clash_holder holders[CLASH_NAMES];
    enum decide_names found = DECIDE_NAMES_FREE;
    enum shmb_name_fault fault;
    struct character invisible;
    struct requested_object *made = requested_object_make(&question->entry->message, question->rule,
                                                          "", question->rule->access, &fault);
    size_t i, count;

    /* As in the files of the configuration: two names that look alike are two objects. */
    if (character_find(question->entry->message.name, strlen(question->entry->message.name),
                       CHARACTER_REFUSED, &invisible)) {
        free(made);
        return DECIDE_NAMES_BAD;
    }
    if (made == NULL)
        return fault != SHMB_NAME_OK ? DECIDE_NAMES_BAD : DECIDE_NAMES_UNKNOWN;
    count = clash_names(&made->object, holders);
    for (i = 0; i < count && found == DECIDE_NAMES_FREE; i++) {
        const char *name = holders[i].name;

        if (grants_find(requests->now, name) != NULL ||
            request_find_item(requests, question->desired, name) != NULL)
            found = DECIDE_NAMES_TAKEN;
        else
            found = probe(question, name, made->object.kind);
    }
    free(made);
    return found;
}

static void describe_there(const struct question *question, const struct grant *grant,
                           struct decide *out)
{
    const struct item *item = question->item;
    const struct cfg_object *from = item != NULL ? item->from : NULL;

    if (item == NULL) {
        out->there = grant != NULL ? DECIDE_LEFT : DECIDE_NOTHING;
        return;
    }
    out->configured = from->request == NULL;
    out->held_rule = from->request != NULL ? from->request->rule->name : NULL;
    out->kind = item->spec.kind;
    out->size = item->spec.kind == SHMB_SECTION ? item->spec.size : 0;
    out->manual_reset = item->spec.manual_reset;
    if (!shmb_name_same(from->name, strlen(from->name), item->spec.name, strlen(item->spec.name)))
        out->there = DECIDE_PART;
    else if (item_is_held(item))
        out->there = DECIDE_HELD;
    else
        out->there = item->state == ITEM_CONFLICT ? DECIDE_FOREIGN : DECIDE_MISSING;
}

static struct totals totals_with(const struct requests *requests, const struct cfg_rule *rule,
                                 const struct shmb_request_message *message)
{
    struct totals totals = requests->configured;
    const struct totals *more = &requests->now->totals;
    enum shmb_name_fault fault;
    struct requested_object *made = NULL;
    struct cfg alone = {0};

    totals.entries += more->entries;
    totals.objects += more->objects;
    totals.memory += more->memory;
    if (rule != NULL)
        made = requested_object_make(message, rule, "", rule->access, &fault);
    if (made == NULL)
        return totals;
    alone.objects = &made->object;
    alone.count = 1;
    totals = totals_add(totals, &alone);
    free(made);
    return totals;
}

/* Tells the administrator what was refused for lack of room, or in the way of others. */
static void tell(struct requests *requests, const struct request_entry *entry,
                 const struct cfg_rule *rule, const char *detail)
{
    const bool asks = entry->message.what == SHMB_REQUEST_ASK;
    struct request_told told = {.rule = rule != NULL ? rule->name : "none",
                                .account = entry->asker.sid,
                                .name = entry->message.name,
                                .kind = entry->message.kind,
                                .detail = detail};
    char text[128];

    switch (entry->answer.reason) {
    case SHMB_WHY_EACH_OBJECTS:
    case SHMB_WHY_EACH_MEMORY:
    case SHMB_WHY_TOTAL_OBJECTS:
    case SHMB_WHY_TOTAL_MEMORY:
    case SHMB_WHY_LIMITS:
    case SHMB_WHY_RATE:
        told.id = EVENT_REQUEST_REFUSED;
        told.detail = request_events_quota(&entry->answer, text, sizeof(text));
        break;
    case SHMB_WHY_FOREIGN:
        told.id = EVENT_REQUEST_CONFLICT;
        break;
    case SHMB_WHY_SYSTEM:
        told.id = EVENT_REQUEST_FAILED;
        break;
    default:
        return;
    }
    /* Nothing was refused to who only asks; but who asks too often is told of. */
    if (!asks || entry->answer.reason == SHMB_WHY_RATE)
        request_events_tell(&requests->events, &told);
}

/* Adds the grant that a message asks for. False: no memory. */
static bool add_grant(struct requests *requests, struct request_entry *entry,
                      const struct cfg_rule *rule)
{
    const struct system *system = requests->system;
    enum shmb_name_fault fault;

    entry->made = grants_add(requests->now, &entry->message, rule, entry->asker.sid,
                             system->clock.now(system->self), &fault);
    return entry->made != NULL;
}

static void decide_make(struct requests *requests, const struct desired *desired,
                        struct request_entry *entry)
{
    struct question question = {.requests = requests, .desired = desired, .entry = entry};
    struct decide decide = {.message = &entry->message,
                            .config = desired->configuration.whole,
                            .may_open = may_open,
                            .may_ask = may_ask,
                            .names = names_of,
                            .context = &question};
    struct grant *grant = grants_find(requests->now, entry->message.name);

    question.item = request_find_item(requests, desired, entry->message.name);
    decide.rule = question.rule = cfg_rule_find(decide.config, entry->message.name);
    describe_there(&question, grant, &decide);
    if (decide.rule != NULL && decide.there == DECIDE_NOTHING) {
        decide.each = grants_of(requests->now, decide.rule, entry->asker.sid);
        decide.total = grants_under(requests->now, decide.rule);
        decide.memory = entry->message.kind == SHMB_SECTION
                            ? cfg_rule_memory(decide.rule, entry->message.size)
                            : 0;
        decide.totals = totals_with(requests, decide.rule, &entry->message);
    }
    entry->decided = true;
    if (!request_decide(&decide, &entry->answer)) {
        /* Who asks for what exists wants to use it. */
        if (grant != NULL && entry->answer.reason == SHMB_WHY_NONE &&
            entry->message.what == SHMB_REQUEST_MAKE)
            grant->idle = false;
        if (decide.there == DECIDE_NOTHING)
            tell(requests, entry, decide.rule, question.holder);
    } else if (entry->message.what == SHMB_REQUEST_ASK) {
        entry->answer.flags |= SHMB_ANSWER_MADE;
    } else if (!add_grant(requests, entry, decide.rule)) {
        entry->answer = request_answer(SHMB_WHY_SYSTEM);
    }
}

static void decide_release(struct requests *requests, const struct desired *desired,
                           struct request_entry *entry)
{
    struct grant *grant = grants_find(requests->now, entry->message.name);
    struct question question = {.requests = requests, .desired = desired, .entry = entry};
    struct decide_release decide = {.may_own = may_own,
                                    .may_administer = may_administer,
                                    .may_open = may_open,
                                    .context = &question};

    if (grant != NULL && grant->state == GRANT_HELD && grant_is_named(grant, entry->message.name)) {
        question.item = &desired->inventory->items[grant->item];
        question.rule = grant->grantee->rule;
        decide.granted = true;
        decide.own = strcmp(grant->grantee->account, entry->asker.sid) == 0;
        decide.life = grant->grantee->rule->life;
        decide.rule = grant->grantee->rule->name;
    }
    entry->decided = true;
    if (!request_decide_release(&decide, &entry->answer))
        return;
    /* While programs have it open it stays; the last of them ends it. */
    if (decide.life == CFG_LIFE_OPEN && !grant_life_unused(requests, grant, desired->inventory)) {
        grant->idle = false;
        return;
    }
    grant->state = GRANT_LEAVING;
    entry->released = true;
}

/* True: an earlier message of the batch changes what has the name. */
static bool must_wait(const struct requests *requests, const struct request_entry *entry)
{
    const struct grant *grant = grants_find(requests->now, entry->message.name);

    return grant != NULL && (grant->state == GRANT_NEW || grant->state == GRANT_LEAVING);
}

/* False: the account asks too often. */
static bool is_in_time(struct requests *requests, const struct desired *desired,
                       struct request_entry *entry)
{
    const struct system *system = requests->system;
    const uint64_t now = system->clock.ticks(system->self);
    const struct cfg_rule *rule = NULL;
    uint32_t retry_ms;

    if (entry->charged)
        return true;
    entry->charged = true;
    if (!request_rate_empty(&requests->rate, entry->asker.sid, now, &retry_ms)) {
        rule = cfg_rule_find(desired->configuration.whole, entry->message.name);
        if (request_rate_take(&requests->rate, entry->asker.sid,
                              rule != NULL ? rule->rate : REQUEST_RATE_UNKNOWN, now, &retry_ms))
            return true;
    }
    entry->answer = request_answer(SHMB_WHY_RATE);
    entry->answer.retry_ms = retry_ms;
    tell(requests, entry, rule, NULL);
    return false;
}

static void decide_entry(struct requests *requests, const struct desired *desired,
                         struct request_entry *entry)
{
    const struct system *system = requests->system;

    if (entry->decided)
        return;
    if (system->stopping(system->self)) {
        entry->answer = request_answer(SHMB_WHY_STOPPING);
        entry->decided = true;
    } else if (!is_in_time(requests, desired, entry)) {
        entry->decided = true;
    } else if (must_wait(requests, entry)) {
        return;
    } else if (entry->message.what == SHMB_REQUEST_RELEASE) {
        decide_release(requests, desired, entry);
    } else {
        decide_make(requests, desired, entry);
    }
}

/* Takes the messages that wait, behind those that are left; returns how many there are. */
static size_t take(struct requests *requests)
{
    const struct system *system = requests->system;
    size_t count = requests->waiting;

    for (; count < REQUESTS_BATCH; count++) {
        struct request_entry *entry = &requests->batch[count];
        const void *bytes;
        size_t length;

        *entry = (struct request_entry){0};
        if (system->requests.next(system->self, &entry->request, &entry->asker, &bytes, &length) !=
            SYS_OK)
            break;
        if (!shmb_request_read(bytes, length, &entry->message)) {
            entry->answer = request_answer(SHMB_WHY_MESSAGE);
            entry->decided = true;
        }
    }
    return count;
}

static struct shmb_request_answer failed_answer(const struct sys_failure *why)
{
    struct shmb_request_answer answer = request_answer(SHMB_WHY_SYSTEM);

    answer.win32_code = why->code;
    return answer;
}

/* The answer to a message whose grant could not be made. */
static void answer_unmade(struct requests *requests, const struct desired *desired,
                          struct request_entry *entry)
{
    const struct inventory *inventory = desired->inventory;
    const struct grant *grant = entry->made;
    size_t i;

    entry->answer = request_answer(SHMB_WHY_SYSTEM);
    for (i = 0; i < grant->name_count; i++) {
        const struct item *item = &inventory->items[grant->item - i];

        if (item_is_held(item))
            continue;
        if (item->state == ITEM_CONFLICT)
            entry->answer = request_answer(SHMB_WHY_FOREIGN);
        else
            entry->answer.win32_code = item_rare(item)->code;
        tell(requests, entry, grant->grantee->rule, item_rare(item)->reason);
        return;
    }
}

static void answer_made(struct requests *requests, struct request_entry *entry)
{
    const struct request_told told = {.id = EVENT_REQUESTED,
                                      .rule = entry->made->grantee->rule->name,
                                      .account = entry->asker.sid,
                                      .name = entry->message.name,
                                      .kind = entry->message.kind};

    entry->answer.flags |= SHMB_ANSWER_MADE;
    request_events_tell(&requests->events, &told);
}

/* Makes the change that the entries ask for, and completes their answers. */
static void change(struct requests *requests, struct desired *desired, size_t count)
{
    struct sys_failure why = {0};
    const enum sys_status status = request_change(requests, desired, &why);
    bool again = false;
    size_t i;

    for (i = 0; i < count; i++) {
        struct request_entry *entry = &requests->batch[i];

        if (status != SYS_OK && (entry->made != NULL || entry->released)) {
            entry->answer = requests->system->stopping(requests->system->self)
                                ? request_answer(SHMB_WHY_STOPPING)
                                : failed_answer(&why);
            continue;
        }
        if (entry->made == NULL)
            continue;
        if (entry->made->state == GRANT_HELD) {
            answer_made(requests, entry);
            continue;
        }
        answer_unmade(requests, desired, entry);
        again = true;
    }
    /* What could not be made goes again, with the parts that could. */
    if (again && request_change(requests, desired, &why) != SYS_OK)
        grant_life_soon(requests);
}

static void send(struct requests *requests, const struct request_entry *entry)
{
    const struct system *system = requests->system;
    uint8_t bytes[SHMB_ANSWER_BYTES];

    request_report_count(requests, entry);
    shmb_answer_write(&entry->answer, bytes);
    system->requests.answer(system->self, entry->request, bytes, sizeof(bytes));
}

bool requests_serve(struct requests *requests, struct desired *desired)
{
    const size_t count = take(requests);
    bool changes = false;
    size_t i;

    for (i = 0; i < count; i++) {
        decide_entry(requests, desired, &requests->batch[i]);
        changes |= requests->batch[i].made != NULL || requests->batch[i].released;
    }
    if (changes)
        change(requests, desired, count);
    requests->waiting = 0;
    for (i = 0; i < count; i++) {
        if (requests->batch[i].decided)
            send(requests, &requests->batch[i]);
        else
            requests->batch[requests->waiting++] = requests->batch[i];
    }
    if (count > requests->waiting)
        request_report_soon(requests);
    if (changes)
        grant_life_begin(requests);
    return count == REQUESTS_BATCH || requests->waiting > 0;
}
