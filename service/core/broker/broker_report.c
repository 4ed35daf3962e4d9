#include "broker_report.h"

#include "broker_context.h"

bool broker_note_copies(struct broker *broker)
{
    bool any = copy_save_any(broker->inventory);

    if (any || broker->copies.count > 0) {
        report_lines_free(&broker->copies);
        copy_save_notes(broker->inventory, &broker->copies);
        publication_report_copies(broker->publication, &broker->copies);
    }
    return any;
}

void broker_report_copies(struct broker *broker)
{
    broker->system->saves(broker->system->self, broker_note_copies(broker));
}

void broker_report_reload_begun(struct broker *broker)
{
    broker->reload.count++;
    publication_report(broker->publication, &broker->reload);
}

void broker_report_reload(struct broker *broker, enum shmb_reload_result result,
                          struct report_lines *notes)
{
    broker->reload.count++;
    broker->reload.result = result;
    report_lines_free(&broker->reload.notes);
    broker->reload.notes = *notes;
    *notes = (struct report_lines){0};
    publication_report(broker->publication, &broker->reload);
}

void broker_report_lasting(struct broker *broker, struct report_lines *notes)
{
    report_lines_free(&broker->reload.lasting);
    broker->reload.lasting = *notes;
    *notes = (struct report_lines){0};
    publication_report(broker->publication, &broker->reload);
}

void broker_report_keeper(struct broker *broker, struct report_lines *notes)
{
    report_lines_free(&broker->reload.keeping);
    broker->reload.keeping = *notes;
    *notes = (struct report_lines){0};
    publication_report(broker->publication, &broker->reload);
}

void broker_link_sessions(struct broker *broker)
{
    uint32_t version;

    aliases_update(broker->aliases, broker->inventory);
    version = aliases_version(broker->aliases);
    if (version == broker->aliases_told)
        return;
    broker->aliases_told = version;
    report_lines_free(&broker->reload.sessions);
    aliases_notes(broker->aliases, &broker->reload.sessions);
    publication_report(broker->publication, &broker->reload);
}
