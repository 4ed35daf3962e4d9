/*
 * broker_report.h - what the broker tells: the report, and the links into sessions
 * that the report lists.
 */
#ifndef CORE_BROKER_REPORT_H
#define CORE_BROKER_REPORT_H

#include <stdbool.h>

#include "report_lines.h"
#include "status_report.h"

struct broker;

/*
 * Brings the links for plain names (aliases.h) up to date: sessions have come or
 * gone, objects are there that were not. broker_start and broker_reload do it, too.
 */
void broker_link_sessions(struct broker *broker);

/* A reload begins; and it has come to its end: takes the notes over. For the report. */
void broker_report_reload_begun(struct broker *broker);
void broker_report_reload(struct broker *broker, enum shmb_reload_result result,
                          struct report_lines *notes);

/* What is less than asked for, beside objects, until told otherwise; takes the notes over. */
void broker_report_lasting(struct broker *broker, struct report_lines *notes);

/* What there is to say of the keeper, until told otherwise; takes the notes over. */
void broker_report_keeper(struct broker *broker, struct report_lines *notes);

/* Puts the state of the copies into the report. True: there are copies to be made. */
bool broker_report_copies(struct broker *broker);

/* The same, and tells the service manager whether a stop has to wait for copies. */
void broker_announce_copies(struct broker *broker);

#endif
