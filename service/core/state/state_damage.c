#include "state_damage.h"

#include <stdio.h>
#include <stdlib.h>

#include "event_text.h"

/* Copies the file as it is. */
static enum sys_status put_aside(const struct system *system, struct sys_failure *why)
{
    char *content;
    size_t length;
    enum sys_status status =
        system->files.state_read(system->self, STATE_FILE, STATE_FILE_MAX, &content, &length, why);

    if (status != SYS_OK)
        return status;
    status = system->files.state_write(system->self, STATE_DAMAGED_FILE, content, length, why);
    free(content);
    return status;
}

void state_damage_tell(const struct system *system, const struct state *state)
{
    struct state_damage damage;
    struct sys_failure why = {0};
    char what[96], reason[REPORT_FAILURE], where[REPORT_FAILURE + 32] = STATE_DAMAGED_FILE;
    const char *inserts[] = {what, where};

    if (!state_is_damaged(state, &damage))
        return;
    if (damage.lost > 0)
        (void)snprintf(what, sizeof(what), "from line %zu on, %zu bytes", damage.line, damage.lost);
    else
        (void)snprintf(what, sizeof(what), "from line %zu on, where it ends", damage.line);
    if (put_aside(system, &why) != SYS_OK) {
        event_failure_text(&why, reason);
        (void)snprintf(where, sizeof(where), "nowhere: %s", reason);
    }
    system->log(system->self, EVENT_STATE_DAMAGED, inserts, 2);
}
