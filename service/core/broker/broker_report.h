/*
 * broker_report.h - what the broker adds to the report, and the links to objects in sessions,
 * which the report lists.
 *
 * Functions that take notes take them over: `*notes` is empty afterwards. They replace the notes
 * of the same subject and rewrite the report.
 */
#ifndef CORE_BROKER_REPORT_H
#define CORE_BROKER_REPORT_H

#include <stdbool.h>

#include "directory.h"
#include "report_lines.h"
#include "sha256.h"
#include "status_report.h"

struct broker;

/*
 * Brings the links for plain names up to date (aliases.h): call it when sessions come or go.
 * broker_start and broker_reload call it themselves.
 */
void broker_link_sessions(struct broker *broker);

/*
 * The configuration in force has been read now, and `digest` tells its content (config_digest.h).
 * The next rewrite of the report says so.
 */
void broker_report_read(struct broker *broker, const char digest[SHA256_TEXT]);

/* A reload begins. broker_report_reload must follow. */
void broker_report_reload_begun(struct broker *broker);

/* The reload has ended. */
void broker_report_reload(struct broker *broker, enum shmb_reload_result result,
                          struct report_lines *notes);

/*
 * What the broker itself lacks: the state file cannot be written, a foreign process holds the
 * instance mutex. Rewrites the report if that has changed.
 */
void broker_report_faults(struct broker *broker);

/* Adds the same, and where plain names do not lead to objects, for the event at the start. */
void broker_faults(const struct broker *broker, struct report_lines *out);

/* Why the broker runs degraded, other than for single objects. */
void broker_report_lasting(struct broker *broker, struct report_lines *notes);

/* The state of the keeper. */
void broker_report_keeper(struct broker *broker, struct report_lines *notes);

/*
 * Objects on request: what request_lines_add has made. Rewrites the report only if that has
 * changed.
 */
void broker_report_requests(struct broker *broker, struct report_lines *notes);

/* Tells programs, in the directory, whether the pipe for requests is the broker's. */
void broker_tell_requests(struct broker *broker, enum shmb_root_requests requests);

/* Reports the state of the copies. True: the inventory has segments with copies. */
bool broker_report_copies(struct broker *broker);

#endif
