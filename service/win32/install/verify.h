/*
 * verify.h - compares the installed service, point by point, with what `install`
 * would make it.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>

#include "command_line.h"
#include "exit_codes.h"
#include "system.h"

/* What the service's configuration asks of the registration, and its process of the registry. */
struct verify_facts {
    enum {
        VERIFY_CONFIG_UNKNOWN, /* cannot be read now, or not by this account: see `why` */
        VERIFY_CONFIG_GOOD,
        VERIFY_CONFIG_FAULTY /* there is none, or it has errors: see `why` */
    } config;
    char why[SYS_TEXT_MAX];
    char check[SYS_TEXT_MAX]; /* the command that shows its errors */
    bool aliases, audits;     /* if it is good: it has sessions: alias, audit: true */
    char off[512];            /* protections of the process that are switched off, as text */
};

/* Reads them for the service with this command line. */
typedef void verify_read_facts(const struct command_line *line, struct verify_facts *out);

/*
 * Prints each point with its verdict, as text or JSON: points (point, verdict:
 * ok, differs, unknown; found, remedy), differs and unknown (counts). 0: nothing
 * differs; 1: something differs; 5: not installed; 6: the service runs another program.
 */
enum shmb_exit verify_show(verify_read_facts *read);

#endif
