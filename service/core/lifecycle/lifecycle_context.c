/*
 * What start, reload and pending accounts share. Remembered SIDs come from the broker's state;
 * before there is a broker, from the state file itself.
 */
#include "lifecycle_context.h"

#include <stdlib.h>

#include "config_watch.h"
#include "event_text.h"
#include "last_good.h"

/* The state file as far as it can be read, for remembered SIDs; NULL: no memory. */
static const struct state *load_memory(struct lifecycle *life)
{
    struct lifecycle_memory *memory = &life->memory;

    if (memory->asked)
        return memory->state;
    memory->asked = true;
    /*
     * No boot has the empty text, so objects and keepers in the file are skipped. The SIDs hold for
     * every boot.
     */
    memory->state = state_new(life->system, "");
    if (memory->state == NULL)
        (void)failure_no_memory(&memory->why);
    else
        (void)state_load(memory->state, &memory->why);
    return memory->state;
}

static const char *remembered_sid(void *context, const char *account)
{
    struct lifecycle *life = context;
    const struct state *state =
        life->broker != NULL ? broker_state(life->broker) : load_memory(life);

    return state != NULL ? state_sid(state, account) : NULL;
}

struct desired *lifecycle_new_desired(struct lifecycle *life)
{
    struct desired *desired = calloc(1, sizeof(*desired));

    if (desired != NULL) {
        desired->memory = remembered_sid;
        desired->memory_context = life;
    }
    return desired;
}

void lifecycle_free_desired(struct desired *desired)
{
    if (desired != NULL)
        desired_free(desired);
    free(desired);
}

bool lifecycle_stopping(const struct lifecycle *life)
{
    return life->system->stopping(life->system->self);
}

void lifecycle_lasting(const struct lifecycle *life, struct report_lines *out)
{
    *out = (struct report_lines){0};
    report_lines_append(out, &life->left_out);
    report_lines_append(out, &life->pending);
    report_lines_append(out, &life->held);
}

void lifecycle_report_lasting(const struct lifecycle *life)
{
    struct report_lines all;

    lifecycle_lasting(life, &all);
    broker_report_lasting(life->broker, &all);
}

void lifecycle_save_last_good(const struct lifecycle *life)
{
    struct sys_failure why;
    enum sys_status status;

    if (!desired_is_whole(life->desired) || life->last_good)
        return;
    status = last_good_save(life->system, &life->desired->configuration, &why);
    /* Only a failure: that this file can be written says nothing of the other one. */
    if (status != SYS_OK)
        state_tell(broker_state(life->broker), status, &why);
}

void lifecycle_watch(const struct lifecycle *life)
{
    config_watch_begin(life->system, life->file, &life->desired->configuration);
}
