/*
 * message_table.h - reads the texts of events from the executable's message table.
 */
#ifndef MESSAGE_TABLE_H
#define MESSAGE_TABLE_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "events.h"

#define MESSAGE_INSERTS_MAX 8 /* values of one message */

/* How the event log classifies an event. */
struct message_kind {
    DWORD id;         /* with its severity, as in the table */
    WORD type;        /* EVENTLOG_..._TYPE */
    const char *word; /* "info", "warning", "error" */
};

/* True: there is an event of this number. */
bool message_is_known(uint32_t number);

/* An event without an entry in the table is an error of its bare number. */
struct message_kind message_kind_of(enum event_id event);

/*
 * The English text with its values, in UTF-8 and without the line end; freed with free(). A value
 * that is NULL or not UTF-8 shows as "?". NULL: not found, or no memory.
 */
char *message_text(DWORD id, const char *const *inserts, size_t count);

#endif
