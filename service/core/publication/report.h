/*
 * report.h - writes the ShmBroker.Report section for administrators (status_report.h).
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "inventory.h"
#include "own_section.h"
#include "report_lines.h"
#include "sha256.h"
#include "status_report.h"
#include "trouble.h"

/* What the broker adds to the report, beside objects and publication. All zero: nothing. */
struct report_broker {
    char digest[SHA256_TEXT]; /* of the configuration (config_digest.h); empty: not known */
    uint64_t read;            /* when the configuration was read, as a FILETIME; 0: not known */
    uint32_t reload_count;    /* odd while a reload is in progress; see status_report.h */
    enum shmb_reload_result reload_result;
    uint32_t reload_results[5]; /* how many reloads had each result, by enum shmb_reload_result */
    struct report_lines reload_notes;   /* of the last reload: its steps and messages */
    const struct report_lines *retired; /* retired objects that programs have open; borrowed.
                                           NULL: not known */
    struct report_lines faults;         /* what the broker itself lacks: broker_report.h */
    struct report_lines lasting;        /* why the broker runs degraded */
    struct report_lines sessions;       /* where plain names do not lead to objects */
    struct report_lines keeper;         /* state of the keeper */
    struct report_lines requests;       /* objects on request: request_lines.h */
    struct report_lines lost;           /* objects that were created again */
};

/* What the report says. Borrowed for the call. */
struct report_news {
    const struct inventory *inventory;
    uint64_t revision;              /* published; 0: nothing */
    const struct trouble *troubles; /* of the publication; those without a cause are left out */
    size_t trouble_count;
    const struct trouble *avoided;       /* a foreign object under the name of a control section */
    const struct report_lines *repaired; /* control sections; NULL: none */
    const struct report_broker *broker;  /* NULL: nothing so far */
    const struct report_lines *copies;   /* of segments; NULL: none */
    const struct system *system;         /* whose events are counted; NULL: none */
};

/* Rewrites the whole report: SHMB_REPORT_SIZE bytes at `view`. */
void report_write(void *view, const struct report_news *news);

/* The version of this broker, as the report and the directory have it: a constant text. */
const char *report_version(void);

#endif
