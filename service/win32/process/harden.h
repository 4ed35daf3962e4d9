/*
 * harden.h - what the broker's own process gives up and closes before it does
 * anything: privileges it does not need, ways to run foreign code in it, and
 * who may open it.
 *
 * What is done stands in a list of data and goes through a small port, so that
 * a test can see the whole list and refuse each step. A refusal stops nothing:
 * it is told, and the broker serves without that protection.
 */
#ifndef HARDEN_H
#define HARDEN_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event_sink.h"

/* For whom; to be added up. */
enum {
    HARDEN_BROKER = 1, /* the broker, as a service or not */
    HARDEN_KEEPER = 2, /* the process that holds its handles: starts no other */
    /* In a console: the user who started it may open the process as well. */
    HARDEN_CONSOLE = 4,
    HARDEN_AUDIT = 8 /* it keeps the privilege to have objects audited */
};

/* The steps; each returns a Win32 code, 0 for done. */
struct harden_port {
    void *self;
    /* Turns on `flags` of a policy of PROCESS_MITIGATION_POLICY; `policy` tells which. */
    uint32_t (*mitigate)(void *self, int policy, uint32_t flags);
    /* Removes from the token all privileges but these, of which some may be missing. */
    uint32_t (*keep_privileges)(void *self, const wchar_t *const *names, size_t count);
    /* The access list of this process, as SDDL. */
    uint32_t (*protect_process)(void *self, const char *sddl);
    /* What objects of this process get that are made without a list, as SDDL. */
    uint32_t (*protect_objects)(void *self, const char *sddl);
};

/* The port on Win32. */
extern const struct harden_port harden_win32;

#define HARDEN_REFUSED_MAX 10u
#define HARDEN_TEXT_MAX    1024u

struct harden_refusals {
    struct {
        const char *what; /* static: the protection in words */
        uint32_t code;
    } items[HARDEN_REFUSED_MAX];
    size_t count;
};

#define HARDEN_SDDL_MAX 512u

/* Who may open such a process, as SDDL; `who` as for harden_apply. */
void harden_process_sddl(unsigned who, char out[HARDEN_SDDL_MAX]);

/* Does all that is for `who`; `out` gets what was refused. */
void harden_apply(const struct harden_port *port, unsigned who, struct harden_refusals *out);

/* EVENT_HARDENING_REFUSED with one line for each; nothing where nothing was refused. */
void harden_report(const struct harden_refusals *refusals, struct event_sink *sink);

#endif
