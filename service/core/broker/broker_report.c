/*
 * Each function replaces one part of the report; publication/report.c then writes the whole text
 * anew. The lines belong to the broker, and the publication borrows them.
 */
#include "broker_report.h"

#include <string.h>

#include "broker_context.h"
#include "names.h"

bool broker_report_copies(struct broker *broker)
{
    bool any = copy_save_any(broker->inventory);

    /* Once more when the last segment with copies is gone, to remove the lines. */
    if (any || broker->copies.count > 0) {
        report_lines_free(&broker->copies);
        copy_save_notes(broker->inventory, &broker->copies);
        publication_report_copies(broker->publication, &broker->copies);
    }
    return any;
}

void broker_report_read(struct broker *broker, const char digest[SHA256_TEXT])
{
    broker->report.read = broker->system->clock.now(broker->system->self);
    memcpy(broker->report.digest, digest, SHA256_TEXT);
}

void broker_report_reload_begun(struct broker *broker)
{
    broker->report.reload_count++;
    publication_report_broker(broker->publication, &broker->report);
}

/* Puts the notes in the place of `lines`, and rewrites the report. */
static void replace(struct broker *broker, struct report_lines *lines, struct report_lines *notes)
{
    report_lines_free(lines);
    *lines = *notes;
    *notes = (struct report_lines){0};
    publication_report_broker(broker->publication, &broker->report);
}

void broker_report_reload(struct broker *broker, enum shmb_reload_result result,
                          struct report_lines *notes)
{
    broker->report.reload_count++;
    broker->report.reload_result = result;
    broker->report.reload_results[result]++;
    replace(broker, &broker->report.reload_notes, notes);
}

void broker_report_faults(struct broker *broker)
{
    const char *trouble = state_trouble(broker->state);
    struct report_lines faults = {0};

    if (broker->unclaimed)
        report_lines_add(&faults, "instance", SHMB_GLOBAL_PREFIX SHMB_INSTANCE_NAME, "conflict",
                         broker->holder);
    if (trouble != NULL)
        report_lines_add(&faults, "state", STATE_FILE, "failed", trouble);
    if (report_lines_same(&faults, &broker->report.faults))
        report_lines_free(&faults);
    else
        replace(broker, &broker->report.faults, &faults);
}

void broker_faults(const struct broker *broker, struct report_lines *out)
{
    report_lines_append(out, &broker->report.faults);
    report_lines_append(out, &broker->report.sessions);
}

void broker_report_lasting(struct broker *broker, struct report_lines *notes)
{
    replace(broker, &broker->report.lasting, notes);
}

void broker_report_keeper(struct broker *broker, struct report_lines *notes)
{
    replace(broker, &broker->report.keeper, notes);
}

void broker_report_requests(struct broker *broker, struct report_lines *notes)
{
    if (report_lines_same(notes, &broker->report.requests))
        report_lines_free(notes);
    else
        replace(broker, &broker->report.requests, notes);
}

void broker_tell_requests(struct broker *broker, enum shmb_root_requests requests)
{
    publication_requests(broker->publication, requests);
}

void broker_link_sessions(struct broker *broker)
{
    uint32_t version;

    aliases_update(broker->aliases, broker->inventory);
    version = aliases_version(broker->aliases);
    /* Most looks at the sessions change nothing, and then the report stays as it is. */
    if (version == broker->aliases_reported)
        return;
    broker->aliases_reported = version;
    report_lines_free(&broker->report.sessions);
    aliases_notes(broker->aliases, &broker->report.sessions);
    publication_report_broker(broker->publication, &broker->report);
}
