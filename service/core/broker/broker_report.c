#include "broker_report.h"

#include "broker_context.h"

bool broker_note_copies(struct broker *broker)
{
    bool any = saving_any(broker->inventory);

    if (any || broker->copies.count > 0) {
        notes_free(&broker->copies);
        saving_notes(broker->inventory, &broker->copies);
        publication_tell_copies(broker->publication, &broker->copies);
    }
    return any;
}

void broker_tell_copies(struct broker *broker)
{
    broker->system->saves(broker->system->self, broker_note_copies(broker));
}

void broker_tell_begin(struct broker *broker)
{
    broker->reload.count++;
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell(struct broker *broker, enum shmb_reload_result result, struct notes *notes)
{
    broker->reload.count++;
    broker->reload.result = result;
    notes_free(&broker->reload.notes);
    broker->reload.notes = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell_lasting(struct broker *broker, struct notes *notes)
{
    notes_free(&broker->reload.lasting);
    broker->reload.lasting = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

void broker_tell_keeping(struct broker *broker, struct notes *notes)
{
    notes_free(&broker->reload.keeping);
    broker->reload.keeping = *notes;
    *notes = (struct notes){0};
    publication_tell(broker->publication, &broker->reload);
}

void broker_link_sessions(struct broker *broker)
{
    uint32_t version;

    aliases_update(broker->aliases, broker->inventory);
    version = aliases_version(broker->aliases);
    if (version == broker->aliases_told)
        return;
    broker->aliases_told = version;
    notes_free(&broker->reload.sessions);
    aliases_notes(broker->aliases, &broker->reload.sessions);
    publication_tell(broker->publication, &broker->reload);
}
