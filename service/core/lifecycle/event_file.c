#include "event_file.h"

#include <string.h>

#include "event_text.h"

#define LOOK_MS 30000u

static const struct cfg_log *wanted(const struct lifecycle *life)
{
    return &life->desired->configuration.whole->log;
}

static void report(struct lifecycle *life, const char *reason)
{
    bool before = life->unlogged.count > 0;

    report_lines_free(&life->unlogged);
    if (reason != NULL)
        report_lines_add(&life->unlogged, "degraded", wanted(life)->file, "unlogged", reason);
    if (life->broker != NULL && (before || reason != NULL))
        lifecycle_report_lasting(life);
}

void event_file_change(struct lifecycle *life, const struct desired *former)
{
    const char *before = former->configuration.whole->log.file, *now = wanted(life)->file;

    if (life->log_cause == 0 || (before != NULL && now != NULL && strcmp(before, now) == 0))
        return;
    life->log_cause = 0;
    report(life, NULL);
}

void event_file_look(struct lifecycle *life)
{
    const struct system *system = life->system;
    const struct cfg_log *log = wanted(life);
    const struct sys_log use = {log->file, log->size, log->former, log->json};
    struct sys_failure why = {0};
    enum sys_status status = system->log_file(system->self, log->file != NULL ? &use : NULL, &why);
    uint32_t cause = status != SYS_OK ? event_cause(status, &why) : 0, before = life->log_cause;
    char text[REPORT_FAILURE];
    const char *inserts[] = {log->file, text};

    life->log_cause = cause;
    if (cause == before)
        return;
    event_failure_text(&why, text);
    report(life, cause != 0 ? text : NULL);
    if (cause != 0)
        system->log(system->self, EVENT_LOG_FILE_FAILED, inserts, 2);
    else
        system->log(system->self, EVENT_LOG_FILE_RECOVERED, inserts, 1);
}

uint32_t event_file_delay(const struct lifecycle *life)
{
    return wanted(life)->file != NULL ? LOOK_MS : UINT32_MAX;
}
