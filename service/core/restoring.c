#include "restoring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "report.h"

#define NAME_TEXT (SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX))
#define WHEN_TEXT 160

static void add_refused(struct restoring *restoring, const char *file, const char *reason)
{
    size_t used = strlen(restoring->refused);

    (void)snprintf(restoring->refused + used, sizeof(restoring->refused) - used, "%s%s: %s",
                   used > 0 ? "; " : "", file, reason);
}

/* Takes the bytes over, or frees them. True: they are a whole copy. */
static bool judge(struct restoring *restoring, const struct item *item, const char *file,
                  char *bytes, size_t length)
{
    struct copy copy;
    enum copy_verdict verdict = copy_read((const uint8_t *)bytes, length, item->spec.name, &copy);

    if (verdict != COPY_WHOLE) {
        if (file != NULL)
            add_refused(restoring, file, copy_verdict_text(verdict));
    } else if (!restoring->found || copy.number > restoring->copy.number) {
        free(restoring->bytes);
        restoring->bytes = bytes;
        restoring->copy = copy;
        restoring->found = true;
        return true;
    }
    free(bytes);
    return verdict == COPY_WHOLE;
}

/*
 * False: no memory. `*usable`: there is a whole copy under this name. That an
 * unfinished file is no copy is no news (`tell`).
 */
static bool look(const struct system *system, const struct item *item, const char *tail, bool tell,
                 struct restoring *out, bool *usable, struct sys_failure *why)
{
    char file[COPY_FILE_MAX], text[REPORT_FAILURE];
    struct sys_failure failure = {0};
    char *bytes;
    size_t length;
    enum sys_status status;

    *usable = false;
    copy_file_name(item->spec.name, tail, file);
    status = system->copy_read(system->self, file, COPY_HEAD_MAX + CFG_KEEP_MAX, &bytes, &length,
                               &failure);
    system->progress(system->self);
    if (status == SYS_NO_MEMORY) {
        *why = failure;
        return false;
    }
    if (status == SYS_OK) {
        *usable = judge(out, item, tell ? file : NULL, bytes, length);
    } else if (status != SYS_NOT_FOUND && tell) {
        report_failure_text(&failure, text);
        add_refused(out, file, text);
    }
    return true;
}

/*
 * The newest copy counts as such because of its place: who puts an old one back
 * there wants it. An unfinished one that is whole after all is newer than both.
 */
enum sys_status restoring_find(const struct system *system, const struct item *item,
                               struct restoring *out, struct sys_failure *why)
{
    bool last, older, unfinished;
    uint64_t number;

    *out = (struct restoring){0};
    if (!look(system, item, ".copy", true, out, &last, why))
        return SYS_NO_MEMORY;
    out->last_refused = out->refused[0] != '\0';
    if (!last && !look(system, item, ".old", true, out, &older, why))
        return SYS_NO_MEMORY;
    number = out->copy.number;
    if (!look(system, item, ".new", false, out, &unfinished, why))
        return SYS_NO_MEMORY;
    out->newest = last && out->copy.number == number;
    return SYS_OK;
}

void restoring_end(struct restoring *restoring)
{
    free(restoring->bytes);
    *restoring = (struct restoring){0};
}

static void tell_found(const struct system *system, const struct restoring *restoring,
                       const struct item *item, const char *kind, const char *name)
{
    const struct copy *copy = &restoring->copy;
    uint64_t both = copy->size < item->spec.size ? copy->size : item->spec.size;
    char when[REPORT_TIME], text[WHEN_TEXT];
    const char *inserts[] = {kind, name, text};
    const char *older[] = {kind, name, restoring->refused, when};

    report_time(copy->saved, when);
    if (restoring->refused[0] != '\0')
        system->report(system->self, EVENT_COPY_OLDER, older, 4);
    if (copy->size == item->spec.size) {
        (void)snprintf(text, sizeof(text), "%s", when);
        system->report(system->self, EVENT_COPY_RESTORED, inserts, 3);
        return;
    }
    (void)snprintf(text, sizeof(text),
                   "%s, which has %" PRIu64 " bytes; the segment has %" PRIu64 ", and the first "
                   "%" PRIu64 " were carried over",
                   when, copy->size, item->spec.size, both);
    system->report(system->self, EVENT_COPY_RESIZED, inserts, 3);
}

void restoring_done(const struct system *system, const struct restoring *restoring,
                    struct item *item)
{
    const char *kind = shmb_kind_word(item->spec.kind);
    struct kept *kept = item->kept;
    char name[NAME_TEXT];
    const char *none[] = {kind, name, restoring->refused};

    (void)snprintf(name, sizeof(name), "%s%s", SHMB_GLOBAL_PREFIX, item->spec.name);
    kept->refused = restoring->last_refused;
    kept->restored = restoring->found;
    if (!restoring->found) {
        if (restoring->refused[0] != '\0')
            system->report(system->self, EVENT_COPY_NONE, none, 3);
        return;
    }
    kept->saved = restoring->copy.saved;
    kept->known = restoring->newest && restoring->copy.size == item->spec.size;
    kept->sum = restoring->copy.sum;
    kept->size = restoring->copy.size;
    kept->flags = restoring->copy.flags;
    if (kept->flags & COPY_INITIALISED)
        item->initialised = true;
    tell_found(system, restoring, item, kind, name);
}
