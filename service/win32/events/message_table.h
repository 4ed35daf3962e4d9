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
 * The English text with its values, without the line end; freed with LocalFree(). NULL: not
 * found, or no memory. `inserts` has MESSAGE_INSERTS_MAX entries, none of them NULL.
 */
wchar_t *message_text(DWORD id, const wchar_t *const *inserts);

#endif
