#include "metrics_file.h"

#include <stdlib.h>
#include <string.h>

#include "broker_metrics.h"
#include "event_text.h"
#include "metrics_text.h"
#include "string_copy.h"

static const struct cfg_metrics *wanted(const struct lifecycle *life)
{
    return &life->desired->configuration.whole->metrics;
}

/*
 * Writes the figures to the file; `running` false: only that no broker runs. Waits for a program
 * that holds the file only if the last write succeeded: one that goes on must not delay the
 * broker's other duties each time.
 */
static enum sys_status write_figures(struct lifecycle *life, bool running, struct sys_failure *why)
{
    const struct system *system = life->system;
    struct metrics metrics = {.now = system->clock.now(system->self),
                              .every_ms = wanted(life)->every_ms};
    struct text text = {0};
    enum sys_status status;

    if (running)
        broker_metrics(life->broker, &metrics);
    if (metrics_text(&metrics, &text))
        status = system->outputs.write(system->self, life->metrics.file, text.at, text.length,
                                       life->metrics.cause == 0, why);
    else
        status = failure_no_memory(why);
    text_free(&text);
    metrics_free(&metrics);
    return status;
}

static void report(struct lifecycle *life, const char *reason)
{
    report_lines_free(&life->unwritten);
    if (reason != NULL)
        report_lines_add(&life->unwritten, "degraded", life->metrics.file, "unwritten", reason);
    lifecycle_report_lasting(life);
}

static void note_failure(struct lifecycle *life, enum sys_status status,
                         const struct sys_failure *why)
{
    uint32_t cause = event_cause(status, why);
    char text[REPORT_FAILURE];
    const char *inserts[] = {life->metrics.file, text};

    if (life->metrics.cause == cause)
        return;
    life->metrics.cause = cause;
    event_failure_text(why, text);
    life->system->log(life->system->self, EVENT_METRICS_FAILED, inserts, 2);
    report(life, text);
}

static void note_success(struct lifecycle *life)
{
    const char *inserts[] = {life->metrics.file};

    if (life->metrics.cause == 0)
        return;
    life->metrics.cause = 0;
    life->system->log(life->system->self, EVENT_METRICS_RECOVERED, inserts, 1);
    report(life, NULL);
}

/* Nobody writes the file any more: old figures in it would stay for ever. */
static void forget(struct lifecycle *life)
{
    const struct system *system = life->system;

    if (life->metrics.file == NULL)
        return;
    (void)system->outputs.remove(system->self, life->metrics.file, NULL);
    free(life->metrics.file);
    life->metrics = (struct metrics_file){0};
    if (life->unwritten.count > 0)
        report(life, NULL);
}

void metrics_file_change(struct lifecycle *life)
{
    const char *file = wanted(life)->file;

    if (life->metrics.file != NULL && (file == NULL || strcmp(file, life->metrics.file) != 0))
        forget(life);
    if (file != NULL && life->metrics.file == NULL)
        life->metrics.file = string_copy(file);
    life->metrics.due = true;
}

void metrics_file_write(struct lifecycle *life)
{
    struct sys_failure why = {0};
    enum sys_status status = write_figures(life, true, &why);

    life->metrics.due = false;
    if (status == SYS_OK)
        note_success(life);
    else
        note_failure(life, status, &why);
}

uint32_t metrics_file_delay(const struct lifecycle *life)
{
    if (life->metrics.file == NULL)
        return UINT32_MAX;
    return life->metrics.due ? 0 : wanted(life)->every_ms;
}

void metrics_file_stop(struct lifecycle *life)
{
    if (life->metrics.file != NULL)
        (void)write_figures(life, false, NULL);
    free(life->metrics.file);
    life->metrics = (struct metrics_file){0};
}
