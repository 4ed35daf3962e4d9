/*
 * journal.h - the lines that a running mirror writes: to the console, its log file, the event log.
 *
 * One thread writes lines.
 */
#ifndef MIRROR_JOURNAL_H
#define MIRROR_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"

enum journal_severity { JOURNAL_NOTE, JOURNAL_WARNING, JOURNAL_ERROR };

struct journal;

struct journal_setup {
    bool console;     /* a person watches */
    bool event_log;   /* the service's */
    const char *file; /* NULL: none */
    uint64_t size;    /* of the file, until it gets the name FILE.1 */
    uint32_t former;  /* how many of those stay */
    bool json;        /* a JSON object for each line of the file */
};

/* NULL: no memory. The setup's texts must live on. */
struct journal *journal_open(const struct journal_setup *setup);
void journal_close(struct journal *journal); /* NULL is allowed */

/* Writes one line. Notes do not go to the event log. */
void journal_add(struct journal *journal, enum journal_severity severity, const char *format, ...)
    SHMB_PRINTF(3, 4);

/* The source's name in the event log. */
#define JOURNAL_SOURCE L"ShmBrokerMirror"

#endif
