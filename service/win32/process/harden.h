/*
 * harden.h - protects the process of the broker or the keeper at its start: removes
 * privileges it does not need, blocks foreign code, and restricts who may open it.
 *
 * The steps are a table of data and go through a small port, so that a test can see the
 * whole table and refuse each step. A refused step does not stop the broker: it is
 * reported, and the broker serves without that protection.
 *
 * A protection also binds what other programs, such as virus scanners, load into this process,
 * and may end it where that does not expect it. So an administrator can switch off each one that
 * blocks code, by its word in the value MitigationsOff (REG_MULTI_SZ) of the service's Parameters
 * key: dynamic-code, extension-points, images, child-processes.
 */
#ifndef HARDEN_H
#define HARDEN_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event_sink.h"

/* What kind of process it is; flags. */
enum {
    HARDEN_BROKER = 1, /* the broker, as a service or not */
    HARDEN_KEEPER = 2, /* the keeper, which starts no other process */
    /* In a console: the user who started the process may open it, too. */
    HARDEN_CONSOLE = 4,
    HARDEN_AUDIT = 8 /* it keeps the privilege for auditing */
};

#define HARDEN_OFF_MAX 512u /* bytes of the protections that are off, as text */

/* The steps; each returns 0 or a Win32 code. */
struct harden_port {
    void *self;
    /*
     * The words of the protections that an administrator has switched off, each terminated, and
     * an empty one behind the last. Not 0: there is a value, but it cannot be read; no words.
     */
    uint32_t (*read_off)(void *self, char out[HARDEN_OFF_MAX]);
    /* Enables `flags` of the policy with this number in PROCESS_MITIGATION_POLICY. */
    uint32_t (*mitigate)(void *self, int policy, uint32_t flags);
    /* Removes all privileges from the token except these; some of them may be missing. */
    uint32_t (*keep_privileges)(void *self, const wchar_t *const *names, size_t count);
    /* Sets the access list of this process, as SDDL. */
    uint32_t (*protect_process)(void *self, const char *sddl);
    /* Sets the default access list for new objects of this process, as SDDL. */
    uint32_t (*protect_objects)(void *self, const char *sddl);
    /* Sets the access list of all threads that this process has now, as SDDL. */
    uint32_t (*protect_threads)(void *self, const char *sddl);
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
    char off[HARDEN_OFF_MAX]; /* what is switched off, or not known: "dynamic-code, x (unknown)";
                                 or why the value cannot be read */
};

#define HARDEN_SDDL_MAX 512u

/* The access list for such a process, as SDDL; `who` as for harden_apply. */
void harden_process_sddl(unsigned who, char out[HARDEN_SDDL_MAX]);

/* What an administrator has switched off; as `off` of harden_refusals. */
void harden_off(const struct harden_port *port, char out[HARDEN_OFF_MAX]);

/*
 * Takes all steps for `who` (HARDEN_ flags) that are not switched off; `out` lists those that
 * were refused.
 */
void harden_apply(const struct harden_port *port, unsigned who, struct harden_refusals *out);

/*
 * Writes one EVENT_HARDENING_REFUSED that lists them, and one EVENT_HARDENING_OFF; no event for
 * an empty list.
 */
void harden_report(const struct harden_refusals *refusals, struct event_sink *sink);

#endif
