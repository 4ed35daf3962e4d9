/*
 * lost.h - reports objects that were made again without the content that they had in this boot:
 * broker and keeper had ended, or a foreign program had the object until its end.
 */
#ifndef CORE_LOST_H
#define CORE_LOST_H

#include "inventory.h"
#include "report_lines.h"
#include "system.h"

/*
 * Logs one event for all items that are marked as lost (item.lost), adds a line for each to
 * `notes`, up to a limit, and removes the marks. Call it after each pass that makes objects. True:
 * there were such items.
 */
bool lost_report(const struct system *system, struct inventory *inventory,
                 struct report_lines *notes);

#endif
