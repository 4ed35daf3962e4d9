#include "request_lines.h"

#include <inttypes.h>
#include <stdio.h>

static void add_pipe(const struct request_figures *figures, struct report_lines *lines)
{
    switch (figures->pipe) {
    case REQUEST_PIPE_OPEN:
        report_lines_add(lines, "requests", "pipe", "open", NULL);
        break;
    case REQUEST_PIPE_CONFLICT:
        report_lines_add(lines, "requests", "pipe", "conflict", figures->why);
        break;
    case REQUEST_PIPE_FAILED:
        report_lines_add(lines, "requests", "pipe", "failed", figures->why);
        break;
    default:
        break;
    }
}

static void add_rule(const struct request_rule_figures *rule, struct report_lines *lines)
{
    char text[160];

    if (rule->objects == 0)
        return;
    (void)snprintf(text, sizeof(text),
                   "%" PRIu64 " of %" PRIu64 " objects, %" PRIu64 " of %" PRIu64
                   " bytes, by %zu account%s",
                   rule->objects, rule->objects_most, rule->memory, rule->memory_most,
                   rule->accounts, rule->accounts == 1 ? "" : "s");
    report_lines_add(lines, "grants", rule->name, "held", text);
}

static void add_count(struct report_lines *lines, const char *what, const char *word,
                      uint64_t count)
{
    char number[24];

    if (count == 0)
        return;
    (void)snprintf(number, sizeof(number), "%" PRIu64, count);
    report_lines_add(lines, "count", what, word, number);
}

void request_lines_add(const struct request_figures *figures, struct report_lines *lines)
{
    unsigned i;

    add_pipe(figures, lines);
    for (i = 0; i < SHMB_OUTCOME_COUNT; i++)
        add_count(lines, "request", shmb_outcome_word((enum shmb_request_outcome)i),
                  figures->outcomes[i]);
    for (i = 0; i < SHMB_WHY_COUNT; i++)
        add_count(lines, "refused", shmb_reason_word((enum shmb_request_reason)i),
                  figures->refused[i]);
    for (i = 0; i < figures->rule_count; i++)
        add_rule(&figures->rules[i], lines);
}
