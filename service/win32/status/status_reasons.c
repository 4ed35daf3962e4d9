#include "status.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

/* The number of lines of this kind, and in this state unless NULL. "avoided" is no fault. */
static size_t count_lines(const struct status *status, const char *kind, const char *state)
{
    size_t count = 0, i;

    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        count += strcmp(field[0], kind) == 0 && strcmp(field[2], "avoided") != 0 &&
                 (state == NULL || strcmp(field[2], state) == 0);
    }
    return count;
}

static void add(struct status_reasons *out, size_t count, const char *one, const char *many)
{
    if (count == 0 || out->count == STATUS_REASONS_MOST)
        return;
    (void)snprintf(out->text[out->count], sizeof(out->text[0]), "%zu %s", count,
                   count == 1 ? one : many);
    out->count++;
}

/* What is said where nothing that can be read names a reason. */
static const char *without_reasons(const struct status *status)
{
    if (status->unknown != NULL)
        return "what it holds is not known";
    if (status->reported)
        return "its report does not say why; see the application event log";
    if (status->administrator)
        return "its report cannot be read; see the application event log";
    return "why is shown to administrators only";
}

void status_find_reasons(struct status *status)
{
    struct status_reasons *out = &status->reasons;

    out->count = 0;
    if (!status_broker_runs(status) || !status->incomplete)
        return;
    add(out, count_lines(status, "degraded", "last-good"),
        "main file unusable, what was in force last is served", "main files unusable");
    add(out, count_lines(status, "degraded", "left-out"), "included file left out",
        "included files left out");
    add(out, count_lines(status, "degraded", "held"),
        "configuration file that another program holds",
        "configuration files that another program holds");
    add(out, count_lines(status, "degraded", "unsaved"),
        "last good configuration that cannot be saved",
        "last good configurations that cannot be saved");
    add(out, count_lines(status, "degraded", "unwatched"),
        "configuration file that is not watched although watch is true",
        "configuration files that are not watched although watch is true");
    add(out, count_lines(status, "degraded", "pending"), "account pending", "accounts pending");
    add(out, count_lines(status, "degraded", "unwritten"), "file with figures not written",
        "files with figures not written");
    add(out, count_lines(status, "degraded", "unlogged"), "log file not written",
        "log files not written");
    add(out, count_lines(status, "state", "failed"), "state file that cannot be written",
        "state files that cannot be written");
    add(out, count_lines(status, "degraded", "failed"), "keeper that does not hold everything",
        "keepers that do not hold everything");
    add(out, count_lines(status, "degraded", "spared"),
        "former keeper that may hold what cannot be adopted",
        "former keepers that may hold what cannot be adopted");
    add(out, count_lines(status, "requests", "conflict"),
        "pipe for requests that another program has", "pipes for requests that others have");
    add(out, count_lines(status, "requests", "failed"), "pipe for requests that failed",
        "pipes for requests that failed");
    add(out, status_count(status, STATUS_CONFLICT), "object taken", "objects taken");
    add(out, status_count(status, STATUS_FAILED) + status_count(status, STATUS_MISSING),
        "object missing", "objects missing");
    add(out, status_count(status, STATUS_DEFERRED), "object deferred", "objects deferred");
    add(out, count_lines(status, "copy", "failed"), "segment that cannot be saved",
        "segments that cannot be saved");
    add(out, count_lines(status, "instance", NULL),
        "foreign object that has the name against a second broker",
        "foreign objects that have the name against a second broker");
    add(out, count_lines(status, "publication", NULL) + status->stranger_count,
        "name of the broker's own not to be had", "names of the broker's own not to be had");
    add(out, count_lines(status, "audit", NULL), "object not audited", "objects not audited");
    add(out, count_lines(status, "access", "due"), "object without the access it is to have",
        "objects without the access they are to have");
    add(out, count_lines(status, "alias", NULL), "plain name that leads elsewhere",
        "plain names that lead elsewhere");
    if (out->count > 0)
        return;
    (void)snprintf(out->text[0], sizeof(out->text[0]), "%s", without_reasons(status));
    out->count = 1;
}

void status_deferred_remedy(const char *name, bool console, struct text *out)
{
    char word[SHMB_NAME_WORD];

    if (console)
        text_add(out, "end the broker, and start it again when its keeper has ended, too "
                      "(hold_for; at once with run --release), which loses the content");
    else
        text_add(out,
                 "shmbroker reload --recreate %s, where a segment keeps its content; programs "
                 "that have it open must end before. If a former keeper has it open: shmbroker "
                 "stop --release, then shmbroker start, which loses the content of all",
                 shmb_name_word(name, word));
}
