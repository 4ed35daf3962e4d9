/*
 * lacking.h - starts on the fake port that lack a part of segment T; segment U lacks
 * nothing.
 */
#ifndef TESTS_LACKING_H
#define TESTS_LACKING_H

#include <stddef.h>
#include <stdint.h>

#include "exit_codes.h"
#include "fake_system.h"
#include "status_report.h"

#define FOLDER    "C:\\ProgramData\\ShmBroker\\"
#define FILE_NAME FOLDER "shmbroker.yaml"
#define CONTENT   FOLDER "t.bin"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\n"
#define SID       "S-1-5-21-1-2-3-1005"

extern struct fake *fake;

/* The report as it was at the last wait. */
extern char lacking_report[SHMB_REPORT_TEXT_MAX + 1];
extern struct shmb_report lacking_header;

int lacking_begin(void **state);
int lacking_end(void **state);

/* A life of so many waits; the script gets the number of each, from 1. */
enum shmb_exit lacking_live(void (*script)(size_t number), size_t waits);

/* Scripts: nothing; both segments are served. */
void lacking_look_on(size_t number);
void lacking_all_is_served(size_t number);

/* How long the wait of this number in this life was to last. */
uint32_t lacking_wait_ms(size_t number);

/* So many events in this life; exactly these bytes in the segment. */
void lacking_events(enum event_id event, size_t count);
void lacking_content(const char *name, const char *bytes, size_t length);

/* From here on only a client has T, and has changed it; it has that one still. */
void lacking_leave_to_a_client(void);
void lacking_check_client(void);

#endif
