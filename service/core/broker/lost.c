#include "lost.h"

#include <stdio.h>

#include "full_name.h"
#include "text.h"

#define NOTES_MOST 100u
#define NAMES_MOST 8000u /* bytes of names in the event */

bool lost_report(const struct system *system, struct inventory *inventory,
                 struct report_lines *notes)
{
    struct text names = {0}; /* of the first of them */
    bool cut = false;
    size_t i, count = 0;
    char number[24];
    const char *inserts[] = {number, "not known"};

    for (i = 0; i < inventory->count; i++) {
        char full[FULL_NAME_BYTES];

        if (!inventory->items[i].lost)
            continue;
        inventory->items[i].lost = false;
        full_name(inventory->items[i].spec.name, full);
        if (!cut && names.length < NAMES_MOST) {
            text_add(&names, "%s%s", count > 0 ? ", " : "", full);
        } else if (!cut) {
            text_add(&names, ", and others");
            cut = true;
        }
        if (notes->count < NOTES_MOST)
            report_lines_add(notes, "lost", full, "anew", "it was gone and was created again");
        count++;
    }
    if (!names.failed)
        inserts[1] = names.at;
    (void)snprintf(number, sizeof(number), "%zu", count);
    if (count > 0)
        system->log(system->self, EVENT_OBJECTS_LOST, inserts, 2);
    text_free(&names);
    return count > 0;
}
