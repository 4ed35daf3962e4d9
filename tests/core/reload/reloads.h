/*
 * reloads.h - lives of a broker on the fake port whose configuration changes at its waits.
 */
#ifndef TESTS_RELOADS_H
#define TESTS_RELOADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "fake_system.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"

/* Two segments that share a control section, if they have the same access. */
#define PAIR(access) HEAD "  One: { size: 10 }\n  Two: { size: 10" access " }\n"

extern struct fake *fake;

/* The configuration to begin with: segments Prices and Plain, event Go. */
extern const char reloads_first[];

int reloads_begin(void **state);
int reloads_end(void **state);

/* From a start to the stop at this wait, counted from reloads_begin on. */
void reloads_live(void (*script)(size_t number), size_t waits);

/* Another configuration, and the request to reload. */
void reloads_change(const char *text);

/* The report's header; its text is in reloads_text until the next call. */
struct shmb_report reloads_report(void);
extern char reloads_text[SHMB_REPORT_TEXT_MAX + 1];

/* The line "reload\tGlobal\<name>\t<step>\t..." of the report has this outcome. */
bool reloads_told(const char *name, const char *step, const char *outcome);

/* As a client finds it in the directory, which must be whole; and how often that changed. */
struct shmb_entry reloads_entry(const char *name);
uint32_t reloads_publication(void);

#endif
