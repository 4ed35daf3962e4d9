/*
 * aliases.h - links that let old programs open an object by its plain name in every
 * session.
 *
 * A program that opens X, without Global\, looks it up in the namespace of its session.
 * For an object with `sessions: alias`, the broker makes a link there to Global\X. Only
 * held objects get links.
 *
 * If a session has another object with that name, this alias is in conflict: reported
 * once, and retried. If the system refuses links altogether, that is reported once, and
 * everything else works.
 */
#ifndef CORE_ALIASES_H
#define CORE_ALIASES_H

#include "inventory.h"
#include "report_lines.h"
#include "system.h"

struct aliases;

/* Makes an empty list. The owner's SID must outlive it. NULL: no memory. */
struct aliases *aliases_new(const struct system *system, const char *owner);

/*
 * Makes the missing links in every session, and closes those that are no longer wanted or
 * whose session has ended.
 */
void aliases_update(struct aliases *aliases, const struct inventory *inventory);

/* Milliseconds until the next aliases_update; UINT32_MAX: no links are wanted or held. */
uint32_t aliases_delay(const struct aliases *aliases, const struct inventory *inventory);

/* Adds the lines for the report (status_report.h): refusals and conflicts. */
void aliases_notes(const struct aliases *aliases, struct report_lines *notes);

/* A number that changes whenever these lines may have changed. */
uint32_t aliases_version(const struct aliases *aliases);

/* Closes all links. NULL is allowed. */
void aliases_free(struct aliases *aliases);

#endif
