#include "status.h"

#include <stdio.h>
#include <string.h>

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

void status_find_reasons(const struct status *status, struct status_reasons *out)
{
    out->count = 0;
    if (!status->runs || !status->incomplete)
        return;
    add(out, count_lines(status, "degraded", "last-good"),
        "main file unusable, what was in force last is served", "main files unusable");
    add(out, count_lines(status, "degraded", "left-out"), "included file left out",
        "included files left out");
    add(out, count_lines(status, "degraded", "pending"), "account pending", "accounts pending");
    add(out, count_lines(status, "degraded", "failed"), "keeper that does not hold everything",
        "keepers that do not hold everything");
    add(out, count_lines(status, "degraded", "spared"),
        "former keeper that may hold what cannot be adopted",
        "former keepers that may hold what cannot be adopted");
    add(out, status_count(status, STATUS_CONFLICT), "object taken", "objects taken");
    add(out, status_count(status, STATUS_FAILED) + status_count(status, STATUS_MISSING),
        "object missing", "objects missing");
    add(out, status_count(status, STATUS_DEFERRED), "object deferred", "objects deferred");
    add(out, count_lines(status, "publication", NULL), "name of the broker's own not to be had",
        "names of the broker's own not to be had");
    add(out, count_lines(status, "audit", NULL), "object not audited", "objects not audited");
    add(out, count_lines(status, "access", "due"), "object without the access it is to have",
        "objects without the access they are to have");
    add(out, count_lines(status, "alias", NULL), "plain name that leads elsewhere",
        "plain names that lead elsewhere");
    if (out->count > 0)
        return;
    (void)snprintf(out->text[0], sizeof(out->text[0]), "why is shown to administrators only");
    out->count = 1;
}
