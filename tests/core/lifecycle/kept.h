/*
 * kept.h - a broker on the fake port that is stopped and killed, life after life, and
 * whose objects a keeper holds meanwhile.
 */
#ifndef TESTS_KEPT_H
#define TESTS_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"
#include "fake_system.h"
#include "names.h"

#define SERVICE SHMB_SERVICE_SID /* what it owns needs no state to be known as ours */
#define HEAD    "version: 1\ndefaults: { access: { read: Users } }\n"
#define OBJECTS                                                                                    \
    "segments:\n  Prices: { size: 64, initial: { text: none } }\n"                                 \
    "events: { Go: { reset: manual } }\n"

/* What OBJECTS makes, and the broker's own. */
#define KEPT_NAMES 6u

extern struct fake *fake;

/* A machine with HEAD OBJECTS as its configuration. */
int kept_begin(void **state);
int kept_end(void **state);
void kept_file(const char *text);

/*
 * A broker's life of so many waits; the script is told their numbers, from 1. Another
 * end fails the test, but in kept_try.
 */
void kept_live(void (*script)(size_t number), size_t waits);
enum shmb_exit kept_try(void (*script)(size_t number), size_t waits);

/* Scripts: nothing; the broker is killed at its next call, until fake_crash_nth(fake, 0). */
void kept_look_on(size_t number);
void kept_kill(size_t number);

/* How many handles the keeper of this number has of an object; it must have one of each. */
unsigned kept_handles(const char *name, size_t keeper);
void kept_check_all(size_t keeper);

/* No keeper is left, and nothing that it held. */
void kept_check_nothing(void);

/* All objects are the same ones as then. */
void kept_remember(size_t serials[KEPT_NAMES]);
void kept_check_same(const size_t serials[KEPT_NAMES]);

/* The report has this text. */
bool kept_told(const char *line);

#endif
