/*
 * aliases.h - plain names of old programs that mean the same in every session.
 *
 * A program that uses the name X, without Global\, looks for it in a folder of
 * its session. For an object with `sessions: alias` the broker has a link there
 * that leads to Global\X. Links are made only for objects that are held.
 *
 * A session in which somebody else has the name is in conflict: said once,
 * tried again. Where the system refuses links at all, that is said once, and
 * everything else works.
 */
#ifndef CORE_ALIASES_H
#define CORE_ALIASES_H

#include "inventory.h"
#include "report_lines.h"
#include "system.h"

struct aliases;

/* Has no links yet. The owner's SID must outlive it. NULL: no memory. */
struct aliases *aliases_new(const struct system *system, const char *owner);

/*
 * Makes the links that are missing, in every session there is, and lets go of
 * those that are not wanted any more or whose session is gone.
 */
void aliases_update(struct aliases *aliases, const struct inventory *inventory);

/* Milliseconds until aliases_update; UINT32_MAX: nobody asks for links, and there are none. */
uint32_t aliases_delay(const struct aliases *aliases, const struct inventory *inventory);

/* Lines for the report; see status_report.h. */
void aliases_notes(const struct aliases *aliases, struct report_lines *notes);

/* A number that is another one when the lines are. */
uint32_t aliases_version(const struct aliases *aliases);

/* Lets go of all links. NULL is allowed. */
void aliases_free(struct aliases *aliases);

#endif
