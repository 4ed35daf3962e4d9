#include "held_files.h"

#include "backoff.h"
#include "event_text.h"
#include "text.h"

/* The programs that hold files do so for seconds, so the first retry comes soon. */
static const struct backoff retries = {1000, 30000};

/* "FILE", or "FILE and 2 others". */
static void add_name(const struct config_held *held, struct text *out)
{
    text_add(out, "%s", held->path != NULL ? held->path : "a file");
    if (held->count > 1)
        text_add(out, " and %zu other%s", held->count - 1, held->count > 2 ? "s" : "");
}

void held_files_begin(struct lifecycle *life, const struct desired *read, const char *meanwhile)
{
    const struct config_held *held = &read->configuration.held;
    char why[REPORT_FAILURE];
    struct text name = {0};
    const char *inserts[] = {"a file of the configuration", why, meanwhile};

    life->held_delay = backoff_next(&retries, life->held_delay);
    if (life->held.count + life->held.left_out > 0)
        return;
    event_failure_text(&held->why, why);
    add_name(held, &name);
    if (!name.failed)
        inserts[0] = name.at;
    life->system->log(life->system->self, EVENT_CONFIG_HELD, inserts, 3);
    report_lines_add(&life->held, "degraded", inserts[0], "held", why);
    text_free(&name);
}

void held_files_end(struct lifecycle *life)
{
    const char *inserts[] = {life->file};

    if (life->held_delay == BACKOFF_RESET)
        return;
    life->held_delay = BACKOFF_RESET;
    report_lines_free(&life->held);
    life->system->log(life->system->self, EVENT_CONFIG_FREE, inserts, 1);
}

uint32_t held_files_delay(const struct lifecycle *life)
{
    return life->held_delay != BACKOFF_RESET ? life->held_delay : UINT32_MAX;
}
