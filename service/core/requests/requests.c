#include "requests_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "grants_judge.h"
#include "request_decide.h"

#define STOP_MOST 1024u /* messages that are answered at a stop */

struct requests *requests_new(const struct system *system)
{
    struct requests *requests = calloc(1, sizeof(*requests));

    if (requests == NULL)
        return NULL;
    requests->system = requests->events.system = requests->listen.system = system;
    requests->look_at = requests->report_at = UINT64_MAX;
    return requests;
}

static void drop_next(struct requests *requests)
{
    grants_free(requests->next);
    requests->next = NULL;
    requests->lost = 0;
    text_free(&requests->lost_names);
}

void requests_free(struct requests *requests)
{
    if (requests == NULL)
        return;
    drop_next(requests);
    request_forget_index(requests);
    grants_free(requests->now);
    free(requests);
}

bool requests_more(void *context, const struct cfg *config, struct trustees *known,
                   struct inventory_more *out)
{
    struct requests *requests = context;
    struct grants_lost lost;

    *out = (struct inventory_more){0};
    if (requests->now == NULL)
        return true;
    if (requests->now->config == config)
        return grants_more(requests->now, out);
    drop_next(requests);
    requests->next = grants_judge(config, known, requests->now, &lost);
    requests->lost = lost.count;
    requests->lost_names = lost.names;
    return requests->next != NULL && grants_more(requests->next, out);
}

static void tell_lost(const struct requests *requests, enum event_id event, const char *first,
                      const char *second, const char *names)
{
    const char *inserts[] = {first, second, names != NULL ? names : ""};

    requests->system->log(requests->system->self, event, inserts, 3);
}

bool requests_load(struct requests *requests, const struct desired *desired, struct state *state)
{
    struct grants_lost lost;
    char number[24];

    grants_free(requests->now);
    requests->now = grants_load(desired->configuration.whole, desired->known, state, &lost);
    if (requests->now != NULL) {
        grants_record(requests->now, state);
        (void)snprintf(number, sizeof(number), "%zu", lost.count);
        if (lost.count > 0)
            tell_lost(requests, EVENT_GRANTS_DROPPED, number, lost.why, lost.names.at);
    }
    text_free(&lost.names);
    return requests->now != NULL;
}

size_t requests_count(const struct requests *requests)
{
    return requests->now != NULL ? requests->now->count : 0;
}

/* The rules, their accounts and so the pipe may be others. */
static void settle(struct requests *requests, struct desired *desired)
{
    const struct cfg *config = desired->configuration.whole;
    char *sddl = NULL;

    request_access_begin(&requests->access, requests->system, broker_owner(requests->broker),
                         config);
    requests->configured = totals_add((struct totals){0}, config);
    request_forget_index(requests);
    grants_locate(requests->now, desired->inventory);
    if (config->rule_count > 0)
        sddl = request_access_pipe(&requests->access, desired->inventory);
    if (config->rule_count == 0 || sddl != NULL)
        request_listen_want(&requests->listen, sddl);
    grant_life_begin(requests);
    request_report_write(requests);
}

/* Objects of a former broker that this one could not take over: nobody may have asked for them. */
static void drop_missing(struct requests *requests, struct desired *desired)
{
    struct grants *grants = requests->now;
    struct sys_failure why;
    const char *first = NULL;
    char number[24];
    size_t i, count = 0;

    for (i = 0; i < grants->count; i++) {
        struct grant *grant = grants->all[i];

        if (grant->state == GRANT_HELD && !request_is_held(grant, desired->inventory)) {
            grant->state = GRANT_LEAVING;
            first = grant->made->object.name;
            count++;
        }
    }
    if (count == 0)
        return;
    (void)snprintf(number, sizeof(number), "%zu", count);
    tell_lost(requests, EVENT_GRANTS_DROPPED, number,
              "another program has the name, or the system refused the object", first);
    if (request_change(requests, desired, &why) != SYS_OK)
        grant_life_soon(requests);
}

void requests_begin(struct requests *requests, struct broker *broker, struct desired *desired)
{
    requests->broker = broker;
    settle(requests, desired);
    drop_missing(requests, desired);
    grant_life_begin(requests);
}

void requests_reloaded(struct requests *requests, struct desired *desired)
{
    char number[24];

    if (requests->next != NULL && requests->next->config == desired->configuration.whole) {
        grants_free(requests->now);
        requests->now = requests->next;
        requests->next = NULL;
        grants_record(requests->now, broker_state(requests->broker));
        broker_remember(requests->broker);
        (void)snprintf(number, sizeof(number), "%zu", requests->lost);
        if (requests->lost > 0)
            tell_lost(requests, EVENT_GRANTS_RETIRED, desired->configuration.whole->file, number,
                      requests->lost_names.at);
    }
    drop_next(requests);
    settle(requests, desired);
}

void requests_not_reloaded(struct requests *requests)
{
    drop_next(requests);
}

void requests_look(struct requests *requests, struct desired *desired)
{
    const struct system *system = requests->system;
    const uint32_t cause = requests->listen.cause;

    if (system->clock.ticks(system->self) >= requests->look_at)
        grant_life_look(requests, desired);
    request_listen_retry(&requests->listen);
    request_events_flush(&requests->events);
    if (requests->listen.cause != cause || system->clock.ticks(system->self) >= requests->report_at)
        request_report_write(requests);
}

static uint32_t until(uint64_t then, uint64_t now)
{
    if (then == UINT64_MAX)
        return UINT32_MAX;
    return then > now ? (uint32_t)(then - now) : 0;
}

uint32_t requests_delay(const struct requests *requests)
{
    const struct system *system = requests->system;
    const uint64_t now = system->clock.ticks(system->self);
    const uint32_t delays[] = {until(requests->look_at, now), until(requests->report_at, now),
                               request_events_delay(&requests->events),
                               request_listen_delay(&requests->listen)};
    uint32_t first = UINT32_MAX;
    size_t i;

    for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++)
        first = delays[i] < first ? delays[i] : first;
    return first;
}

const char *requests_trouble(const struct requests *requests)
{
    return requests->listen.cause != 0 ? requests->listen.trouble : NULL;
}

void requests_stop(struct requests *requests)
{
    const struct system *system = requests->system;
    const struct shmb_request_answer answer = request_answer(SHMB_WHY_STOPPING);
    uint8_t bytes[SHMB_ANSWER_BYTES];
    struct sys_request *request;
    struct sys_asker asker;
    const void *message;
    size_t length, i;

    if (requests->listen.open) {
        shmb_answer_write(&answer, bytes);
        for (i = 0; i < requests->waiting; i++)
            system->requests.answer(system->self, requests->batch[i].request, bytes, sizeof(bytes));
        requests->waiting = 0;
        for (i = 0; i < STOP_MOST && system->requests.next(system->self, &request, &asker, &message,
                                                           &length) == SYS_OK;
             i++)
            system->requests.answer(system->self, request, bytes, sizeof(bytes));
    }
    /* Before the pipe is closed: who finds another program's behind it cannot know yet. */
    if (requests->broker != NULL)
        broker_tell_requests(requests->broker, SHMB_ROOT_REQUESTS_UNKNOWN);
    request_listen_end(&requests->listen);
    request_events_end(&requests->events);
    request_access_end(&requests->access);
    requests->broker = NULL;
}
