/*
 * rollout.h - rolls out a configuration: checks it, plans, puts it into place, has the service
 * reload, makes sure that the service serves it, and puts the former one back if not.
 */
#ifndef ROLLOUT_H
#define ROLLOUT_H

#include <windows.h>

#include <stdbool.h>

#include "config_candidate.h"
#include "config_place.h"
#include "config_reader.h"
#include "outlook.h"
#include "status_report.h"

enum rollout_result {
    ROLLOUT_NONE,       /* failed before anything was changed; printed */
    ROLLOUT_UNCHANGED,  /* it is in place, and served if the service runs */
    ROLLOUT_PLANNED,    /* dry run */
    ROLLOUT_PLACED,     /* in place; the service does not run with it */
    ROLLOUT_APPLIED,    /* served */
    ROLLOUT_INCOMPLETE, /* served in part */
    ROLLOUT_REFUSED,    /* the service refused it, cannot be reached or has ended */
    ROLLOUT_INVALID,    /* the configuration has errors */
    ROLLOUT_UNKNOWN     /* in place, but nothing tells that it is served */
};

struct rollout {
    /* Set by the caller; borrowed. */
    const char *file;   /* the new configuration, as the user names it */
    const char *target; /* absolute: its place */
    const char *main;   /* absolute: the main file that may include `target`; NULL: it is one */
    bool strict;        /* `main` has to */
    const struct config_reader *reader;
    SC_HANDLE service; /* reads `main` or `target`; NULL: none does. For reload_request_send */
    bool unsafe;       /* others than administrators may change the place */
    bool dry_run;
    uint32_t timeout_ms; /* how long the service may take to serve it */

    /* The result. */
    enum rollout_result result;
    bool running;  /* the service runs with this configuration */
    bool changed;  /* as client/json.md */
    bool put;      /* the file is new in its place */
    bool restored; /* and was taken away again */
    bool degraded; /* the running service lacks something */
    bool planned;  /* `outlook` has a plan */
    char *bytes;   /* of `file` */
    size_t length;
    struct config_candidate candidate; /* the configuration with `file` in its place */
    struct config_place place;
    struct outlook outlook;
    struct shmb_report report; /* of the reload with it */
    char *text;                /* of that report; NULL: there is none */
};

/*
 * Does all of it, prints what it comes to, and returns the exit code. Call rollout_free in any
 * case.
 */
enum shmb_exit rollout_run(struct rollout *rollout);
void rollout_free(struct rollout *rollout);

#endif
