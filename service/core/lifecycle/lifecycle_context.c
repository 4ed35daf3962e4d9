#include "lifecycle_context.h"

#include <stdlib.h>

#include "last_good.h"
#include "event_text.h"
#include "config_watch.h"

static const char *remembered_sid(void *context, const char *account)
{
    const struct life *life = context;
    const struct state *state = life->broker != NULL ? broker_state(life->broker) : life->memory;

    return state != NULL ? state_sid(state, account) : NULL;
}

struct setup *life_new_setup(struct life *life)
{
    struct setup *setup = calloc(1, sizeof(*setup));

    if (setup != NULL) {
        setup->memory = remembered_sid;
        setup->memory_context = life;
    }
    return setup;
}

void life_free_setup(struct setup *setup)
{
    if (setup != NULL)
        setup_free(setup);
    free(setup);
}

bool life_stopping(const struct life *life)
{
    return life->system->stopping(life->system->self);
}

void life_lasting(const struct life *life, struct notes *out)
{
    *out = (struct notes){0};
    notes_append(out, &life->left_out);
    notes_append(out, &life->pending);
}

void life_tell_lasting(const struct life *life)
{
    struct notes all;

    life_lasting(life, &all);
    broker_tell_lasting(life->broker, &all);
}

void life_keep_last_good(const struct life *life)
{
    struct sys_failure why;

    if (setup_is_whole(life->setup) && !life->last_good &&
        last_good_keep(life->system, &life->setup->configuration, &why) != SYS_OK)
        report_state(life->system, &why);
}

void life_watch(const struct life *life)
{
    watching_begin(life->system, life->file, &life->setup->configuration);
}
