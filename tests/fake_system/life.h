/*
 * life.h - whole lives of a broker on the fake port, one after the other: a script
 * looks on at each wait, and changes what is there for the next one.
 */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "fake_system.h"
#include "status_report.h"

#define LIFE_FILE "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"

/* A new machine, until life_end; `owner` as fake_owner, NULL: the usual one. */
struct fake *life_begin(const char *owner);
int life_end(void **state);

/*
 * From the start with this configuration to the stop after so many waits. The
 * script gets the number of each, from 1. Any other end fails the test.
 */
void life_run(const char *configuration, void (*script)(size_t number), size_t waits);

/* The broker's report as it is now: its header; and whether it has a text. */
struct shmb_report life_report(void);
bool life_reports(const char *text);

#endif
