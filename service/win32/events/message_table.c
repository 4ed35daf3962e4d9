/*
 * Ties two lists together: events.h, which the core knows, and messages.mc, from which the
 * message compiler makes the table in the executable and generated/messages.h.
 */
#include "message_table.h"

#include <stddef.h>
#include <stdlib.h>

#include "generated/messages.h"
#include "wide.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Severities: the two top bits of a message's number. */
#define INFORMATION 0x40000000u
#define WARNING     0x80000000u
#define FAILURE     0xC0000000u

/* Every event, by the name it has in events.h and in messages.mc. */
#define EVENTS(X)                                                                                  \
    X(RUNNING, INFORMATION)                                                                        \
    X(RUNNING_INCOMPLETE, WARNING)                                                                 \
    X(RUNNING_DEGRADED, WARNING)                                                                   \
    X(STOPPED, INFORMATION)                                                                        \
    X(NO_OWNER, FAILURE)                                                                           \
    X(SECOND_BROKER, FAILURE)                                                                      \
    X(INSTANCE_SQUATTED, WARNING)                                                                  \
    X(START_FAILED, FAILURE)                                                                       \
    X(STATE_NEWER, FAILURE)                                                                        \
    X(STATE_FAILED, FAILURE)                                                                       \
    X(STATE_DAMAGED, WARNING)                                                                      \
    X(STATE_RECOVERED, INFORMATION)                                                                \
    X(KEEPER_REPLACED, WARNING)                                                                    \
    X(KEEPER_FAILED, FAILURE)                                                                      \
    X(KEEPER_RECOVERED, INFORMATION)                                                               \
    X(OBJECTS_LOST, WARNING)                                                                       \
    X(STOPPED_HELD, INFORMATION)                                                                   \
    X(KEEPER_STAYS, WARNING)                                                                       \
    X(KEEPER_SPARED, WARNING)                                                                      \
    X(OBJECT_TAKEN_BACK, WARNING)                                                                  \
    X(HARDENING_REFUSED, WARNING)                                                                  \
    X(HARDENING_OFF, WARNING)                                                                      \
    X(LOG_LATE, INFORMATION)                                                                       \
    X(LOG_LOST, WARNING)                                                                           \
    X(DIRECTORY_NEWER, FAILURE)                                                                    \
    X(CONFIG_INVALID, FAILURE)                                                                     \
    X(CONFIG_UNREADABLE, FAILURE)                                                                  \
    X(CONFIG_WARNING, WARNING)                                                                     \
    X(RELOADED, INFORMATION)                                                                       \
    X(RELOAD_REFUSED, FAILURE)                                                                     \
    X(LAST_GOOD_USED, FAILURE)                                                                     \
    X(INCLUDE_LEFT_OUT, FAILURE)                                                                   \
    X(WATCH_FAILED, WARNING)                                                                       \
    X(CONFIG_HELD, WARNING)                                                                        \
    X(CONFIG_FREE, INFORMATION)                                                                    \
    X(OBJECT_CONFLICT, WARNING)                                                                    \
    X(OBJECT_FAILED, FAILURE)                                                                      \
    X(OBJECT_RECOVERED, INFORMATION)                                                               \
    X(OBJECT_DEFERRED, WARNING)                                                                    \
    X(OBJECT_ADOPTED, WARNING)                                                                     \
    X(ACCESS_FAILED, FAILURE)                                                                      \
    X(TRUSTEE_PENDING, WARNING)                                                                    \
    X(TRUSTEE_RESOLVED, INFORMATION)                                                               \
    X(INSTANCE_RECOVERED, INFORMATION)                                                             \
    X(PUBLICATION_CONFLICT, WARNING)                                                               \
    X(PUBLICATION_FAILED, FAILURE)                                                                 \
    X(PUBLICATION_RECOVERED, INFORMATION)                                                          \
    X(COPY_RESTORED, INFORMATION)                                                                  \
    X(COPY_OLDER, WARNING)                                                                         \
    X(COPY_NONE, FAILURE)                                                                          \
    X(COPY_FAILED, FAILURE)                                                                        \
    X(COPY_SAVED, INFORMATION)                                                                     \
    X(COPIES_GONE, FAILURE)                                                                        \
    X(COPY_RESIZED, WARNING)                                                                       \
    X(ACCESS_CORRECTED, WARNING)                                                                   \
    X(AUDIT_REFUSED, FAILURE)                                                                      \
    X(AUDIT_RECOVERED, INFORMATION)                                                                \
    X(CONTROL_REPAIRED, WARNING)                                                                   \
    X(SLOTS_REPAIRED, WARNING)                                                                     \
    X(SLOTS_DEFERRED, WARNING)                                                                     \
    X(LOCK_CLOSED, WARNING)                                                                        \
    X(ALIAS_CONFLICT, WARNING)                                                                     \
    X(ALIAS_RECOVERED, INFORMATION)                                                                \
    X(ALIAS_REFUSED, FAILURE)                                                                      \
    X(QUEUE_REPAIRED, WARNING)                                                                     \
    X(METRICS_FAILED, WARNING)                                                                     \
    X(METRICS_RECOVERED, INFORMATION)                                                              \
    X(LOG_FILE_FAILED, WARNING)                                                                    \
    X(LOG_FILE_RECOVERED, INFORMATION)                                                             \
    X(REQUESTS_TAKEN, WARNING)                                                                     \
    X(REQUESTS_FAILED, FAILURE)                                                                    \
    X(REQUESTS_RECOVERED, INFORMATION)                                                             \
    X(REQUESTED, INFORMATION)                                                                      \
    X(REQUEST_REFUSED, WARNING)                                                                    \
    X(REQUEST_CONFLICT, WARNING)                                                                   \
    X(REQUEST_FAILED, FAILURE)                                                                     \
    X(GRANTS_RETIRED, WARNING)                                                                     \
    X(GRANTS_DROPPED, WARNING)

/* Fails to compile if the numbers or severities of events.h and messages.mc differ. */
#define SAME(name, severity)                                                                       \
    _Static_assert(MSG_##name == ((severity) | (DWORD)EVENT_##name),                               \
                   "messages.mc differs from events.h at " #name);
EVENTS(SAME)

#define ID(name, severity) MSG_##name,

bool message_is_known(uint32_t number)
{
    switch (number) {
#define CASE(name, severity) case EVENT_##name:
        EVENTS(CASE)
        return true;
    default:
        return false;
    }
}

struct message_kind message_kind_of(enum event_id event)
{
    /* events.h has the bare number; the table's number has the severity, too. */
    static const DWORD ids[] = {EVENTS(ID)};
    struct message_kind kind = {FAILURE | (DWORD)event, EVENTLOG_ERROR_TYPE, "error"};
    size_t i;

    for (i = 0; i < COUNT(ids); i++)
        if ((ids[i] & 0xFFFFu) == (DWORD)event)
            kind.id = ids[i];
    if ((kind.id & FAILURE) == INFORMATION) {
        kind.type = EVENTLOG_INFORMATION_TYPE;
        kind.word = "info";
    } else if ((kind.id & FAILURE) == WARNING) {
        kind.type = EVENTLOG_WARNING_TYPE;
        kind.word = "warning";
    }
    return kind;
}

/* The text with its values, freed with LocalFree(). NULL: not found, or no memory. */
static wchar_t *wide_text(DWORD id, const wchar_t *const *values)
{
    wchar_t *text = NULL;
    /*
     * NULL as module is this executable. ARGUMENT_ARRAY: `values` is an array of pointers,
     * although the parameter has the type of a va_list. English, as all else on a console.
     */
    DWORD length = FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE |
                                      FORMAT_MESSAGE_ARGUMENT_ARRAY,
                                  NULL, id, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US),
                                  (wchar_t *)(void *)&text, 0, (va_list *)(uintptr_t)values);

    if (length == 0)
        return NULL;
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r'))
        text[--length] = L'\0';
    return text;
}

char *message_text(DWORD id, const char *const *inserts, size_t count)
{
    const wchar_t *values[MESSAGE_INSERTS_MAX];
    wchar_t *wide[MESSAGE_INSERTS_MAX] = {NULL}, *text;
    char *narrow;
    size_t i;

    for (i = 0; i < MESSAGE_INSERTS_MAX; i++) {
        if (i < count && inserts[i] != NULL)
            wide[i] = wide_from_utf8(inserts[i]);
        values[i] = wide[i] != NULL ? wide[i] : i < count ? L"?" : L"";
    }
    text = wide_text(id, values);
    narrow = text != NULL ? wide_to_utf8(text) : NULL;
    LocalFree(text);
    for (i = 0; i < MESSAGE_INSERTS_MAX; i++)
        free(wide[i]);
    return narrow;
}
