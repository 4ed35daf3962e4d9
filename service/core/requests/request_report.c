/*
 * What the report says of requests (base/request_lines.h): a second after a change, however many
 * there are.
 */
#include "requests_internal.h"

#include <stdlib.h>

#include "request_lines.h"

#define SOON_MS 1000u

void request_report_soon(struct requests *requests)
{
    const struct system *system = requests->system;

    if (requests->report_at == UINT64_MAX)
        requests->report_at = system->clock.ticks(system->self) + SOON_MS;
}

void request_report_count(struct requests *requests, const struct request_entry *entry)
{
    const struct shmb_request_answer *answer = &entry->answer;
    enum shmb_request_outcome outcome = SHMB_OUTCOME_EXISTED;

    if (answer->reason != SHMB_WHY_NONE)
        outcome = SHMB_OUTCOME_REFUSED;
    else if (entry->message.what == SHMB_REQUEST_ASK)
        outcome = SHMB_OUTCOME_ASKED;
    else if (entry->message.what == SHMB_REQUEST_RELEASE)
        outcome = SHMB_OUTCOME_RELEASED;
    else if ((answer->flags & SHMB_ANSWER_MADE) != 0)
        outcome = SHMB_OUTCOME_MADE;
    requests->outcomes[outcome]++;
    if (outcome == SHMB_OUTCOME_REFUSED)
        requests->refused[answer->reason]++;
}

static enum request_pipe pipe_of(const struct request_listen *listen)
{
    if (listen->cause != 0)
        return listen->taken ? REQUEST_PIPE_CONFLICT : REQUEST_PIPE_FAILED;
    return listen->open ? REQUEST_PIPE_OPEN : REQUEST_PIPE_NONE;
}

void request_report_write(struct requests *requests)
{
    const struct grants *grants = requests->now;
    const struct cfg *config = grants->config;
    struct request_rule_figures *rules = calloc(config->rule_count + 1, sizeof(*rules));
    struct request_figures figures = {
        .pipe = pipe_of(&requests->listen), .why = requests->listen.trouble, .rules = rules};
    struct report_lines lines = {0};
    size_t i;

    requests->report_at = UINT64_MAX;
    for (i = 0; i < SHMB_OUTCOME_COUNT; i++)
        figures.outcomes[i] = requests->outcomes[i];
    for (i = 0; i < SHMB_WHY_COUNT; i++)
        figures.refused[i] = requests->refused[i];
    for (i = 0; rules != NULL && i < config->rule_count; i++) {
        const struct cfg_rule *rule = &config->rules[i];
        const struct grant_sum sum = grants_under(grants, rule);

        rules[figures.rule_count++] =
            (struct request_rule_figures){.name = rule->name,
                                          .objects = sum.objects,
                                          .objects_most = rule->total.objects,
                                          .memory = sum.memory,
                                          .memory_most = rule->total.memory,
                                          .accounts = sum.accounts};
    }
    request_lines_add(&figures, &lines);
    broker_report_requests(requests->broker, &lines);
    broker_tell_requests(requests->broker,
                         requests->listen.open ? SHMB_ROOT_REQUESTS_OPEN : SHMB_ROOT_REQUESTS_NONE);
    free(rules);
}
