#include "lost.h"

#include <stdio.h>

#include "names.h"

#define NOTES_MOST 100u
#define NAMES_MOST 8000u /* bytes of names in the event */

#define NAME_TEXT (SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX))

void lost_add(struct lost *lost, const char *name, struct notes *notes)
{
    char full[NAME_TEXT];

    (void)snprintf(full, sizeof(full), "%s%s", SHMB_GLOBAL_PREFIX, name);
    if (!lost->cut && lost->names.length < NAMES_MOST) {
        text_add(&lost->names, "%s%s", lost->count > 0 ? ", " : "", full);
    } else if (!lost->cut) {
        text_add(&lost->names, ", and others");
        lost->cut = true;
    }
    if (lost->count < NOTES_MOST)
        notes_add(notes, "lost", full, "anew", "it was gone when the broker started");
    lost->count++;
}

void lost_report(struct lost *lost, const struct system *system)
{
    char number[24];
    const char *inserts[] = {number, lost->names.failed ? "not known" : lost->names.at};

    (void)snprintf(number, sizeof(number), "%zu", lost->count);
    if (lost->count > 0)
        system->report(system->self, EVENT_OBJECTS_LOST, inserts, 2);
    text_free(&lost->names);
}
