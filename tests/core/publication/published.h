/*
 * published.h - what clients find in the directory of a broker on the fake port,
 * read with the same functions that clients use, and the broker itself.
 */
#ifndef TESTS_PUBLISHED_H
#define TESTS_PUBLISHED_H

#include <stddef.h>
#include <stdint.h>

#include "broker.h"
#include "control.h"
#include "directory.h"
#include "fake_system.h"
#include "sample.h"
#include "status_report.h"

extern struct published_world {
    struct fake *fake;
    struct trustees *known;
    struct cfg_messages messages;
    struct sample sample;
    struct inventory *inventory;
    struct broker *broker;
    uint64_t newest; /* the greatest revision seen: none may go back behind it */
} world;

/*
 * Set-up and tear-down of a test: a fake system, the rich sample; no broker yet.
 * After each effect from here on clients find the old table or the new one, never
 * garbage, never what is gone.
 */
int world_open(void **state);
int world_close(void **state);

/* For fake_on_effect: a test that changes what world_open's look takes for granted. */
void world_look_not(struct fake *which);

/* The inventory again, from another configuration than the rich one. */
void world_rebuild(void);
void world_start(void);
void world_stop(void);
size_t world_events(enum event_id id);

/* As a client reads it; what cannot be read fails the test. */
struct shmb_entry published_find(const char *name);

/* The same with its texts, which are valid until the next publication. */
struct shmb_entry_view published_view(const char *name);
struct shmb_block *published_block(const struct shmb_entry *entry);
uint64_t published_revision(void);

/* Of the table; the last four that were asked for stay as they are. */
const char *published_table_name(void);

/* The report's header; its text is in published_report_text until the next call. */
struct shmb_report published_report(void);
extern char published_report_text[SHMB_REPORT_TEXT_MAX + 1];

#endif
