#include "message_table.h"

#include <stddef.h>

#include "generated/messages.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define INFORMATION 0x40000000u
#define WARNING     0x80000000u
#define FAILURE     0xC0000000u

#define SAME(message, severity, event)                                                             \
    _Static_assert((message) == ((severity) | (unsigned)(event)),                                  \
                   "messages.mc differs from events.h at " #event)

SAME(MSG_RUNNING, INFORMATION, EVENT_RUNNING);
SAME(MSG_RUNNING_INCOMPLETE, WARNING, EVENT_RUNNING_INCOMPLETE);
SAME(MSG_STOPPED, INFORMATION, EVENT_STOPPED);
SAME(MSG_NO_OWNER, FAILURE, EVENT_NO_OWNER);
SAME(MSG_SECOND_BROKER, FAILURE, EVENT_SECOND_BROKER);
SAME(MSG_INSTANCE_SQUATTED, WARNING, EVENT_INSTANCE_SQUATTED);
SAME(MSG_START_FAILED, FAILURE, EVENT_START_FAILED);
SAME(MSG_CONFIG_INVALID, FAILURE, EVENT_CONFIG_INVALID);
SAME(MSG_CONFIG_UNREADABLE, FAILURE, EVENT_CONFIG_UNREADABLE);
SAME(MSG_CONFIG_WARNING, WARNING, EVENT_CONFIG_WARNING);
SAME(MSG_OBJECT_CONFLICT, WARNING, EVENT_OBJECT_CONFLICT);
SAME(MSG_OBJECT_FAILED, FAILURE, EVENT_OBJECT_FAILED);
SAME(MSG_OBJECT_RECOVERED, INFORMATION, EVENT_OBJECT_RECOVERED);
SAME(MSG_PUBLICATION_CONFLICT, WARNING, EVENT_PUBLICATION_CONFLICT);
SAME(MSG_PUBLICATION_FAILED, FAILURE, EVENT_PUBLICATION_FAILED);
SAME(MSG_PUBLICATION_RECOVERED, INFORMATION, EVENT_PUBLICATION_RECOVERED);

struct message_kind message_kind_of(enum event_id event)
{
    static const DWORD ids[] = {MSG_RUNNING,
                                MSG_RUNNING_INCOMPLETE,
                                MSG_STOPPED,
                                MSG_NO_OWNER,
                                MSG_SECOND_BROKER,
                                MSG_INSTANCE_SQUATTED,
                                MSG_START_FAILED,
                                MSG_CONFIG_INVALID,
                                MSG_CONFIG_WARNING,
                                MSG_CONFIG_UNREADABLE,
                                MSG_OBJECT_CONFLICT,
                                MSG_OBJECT_FAILED,
                                MSG_OBJECT_RECOVERED,
                                MSG_PUBLICATION_CONFLICT,
                                MSG_PUBLICATION_FAILED,
                                MSG_PUBLICATION_RECOVERED};
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

wchar_t *message_text(DWORD id, const wchar_t *const *inserts)
{
    wchar_t *text = NULL;
    DWORD length =
        FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE |
                           FORMAT_MESSAGE_ARGUMENT_ARRAY,
                       NULL, id, 0, (wchar_t *)(void *)&text, 0, (va_list *)(uintptr_t)inserts);

    if (length == 0)
        return NULL;
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r'))
        text[--length] = L'\0';
    return text;
}
