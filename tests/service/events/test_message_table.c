/* The message table in shmbroker.exe against the reference in events.h. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "events.h"
#include "message_table.h"

/* Each event once more, by hand: its severity and how many values it has. */
static const struct event_row {
    enum event_id event;
    char severity; /* 'i', 'w', 'e' */
    int inserts;
} events[] = {
    {EVENT_RUNNING, 'i', 3},
    {EVENT_RUNNING_INCOMPLETE, 'w', 4},
    {EVENT_RUNNING_DEGRADED, 'w', 4},
    {EVENT_STOPPED, 'i', 1},
    {EVENT_NO_OWNER, 'e', 0},
    {EVENT_SECOND_BROKER, 'e', 0},
    {EVENT_INSTANCE_SQUATTED, 'w', 1},
    {EVENT_START_FAILED, 'e', 1},
    {EVENT_STATE_NEWER, 'e', 0},
    {EVENT_STATE_FAILED, 'e', 1},
    {EVENT_STATE_DAMAGED, 'w', 2},
    {EVENT_STATE_RECOVERED, 'i', 1},
    {EVENT_KEEPER_REPLACED, 'w', 2},
    {EVENT_KEEPER_FAILED, 'e', 1},
    {EVENT_KEEPER_RECOVERED, 'i', 1},
    {EVENT_OBJECTS_LOST, 'w', 2},
    {EVENT_OBJECT_TAKEN_BACK, 'w', 3},
    {EVENT_STOPPED_HELD, 'i', 2},
    {EVENT_KEEPER_STAYS, 'w', 1},
    {EVENT_KEEPER_SPARED, 'w', 1},
    {EVENT_HARDENING_REFUSED, 'w', 1},
    {EVENT_HARDENING_OFF, 'w', 1},
    {EVENT_LOG_LATE, 'i', 1},
    {EVENT_LOG_LOST, 'w', 1},
    {EVENT_DIRECTORY_NEWER, 'e', 0},
    {EVENT_CONFIG_INVALID, 'e', 3},
    {EVENT_CONFIG_UNREADABLE, 'e', 2},
    {EVENT_CONFIG_WARNING, 'w', 2},
    {EVENT_RELOADED, 'i', 2},
    {EVENT_RELOAD_REFUSED, 'e', 2},
    {EVENT_LAST_GOOD_USED, 'e', 2},
    {EVENT_INCLUDE_LEFT_OUT, 'e', 2},
    {EVENT_WATCH_FAILED, 'w', 2},
    {EVENT_CONFIG_HELD, 'w', 3},
    {EVENT_CONFIG_FREE, 'i', 1},
    {EVENT_OBJECT_CONFLICT, 'w', 3},
    {EVENT_OBJECT_FAILED, 'e', 3},
    {EVENT_OBJECT_RECOVERED, 'i', 2},
    {EVENT_OBJECT_DEFERRED, 'w', 3},
    {EVENT_OBJECT_ADOPTED, 'w', 3},
    {EVENT_ACCESS_FAILED, 'e', 3},
    {EVENT_TRUSTEE_PENDING, 'w', 3},
    {EVENT_TRUSTEE_RESOLVED, 'i', 1},
    {EVENT_INSTANCE_RECOVERED, 'i', 0},
    {EVENT_PUBLICATION_CONFLICT, 'w', 2},
    {EVENT_PUBLICATION_FAILED, 'e', 2},
    {EVENT_PUBLICATION_RECOVERED, 'i', 1},
    {EVENT_COPY_RESTORED, 'i', 3},
    {EVENT_COPY_OLDER, 'w', 4},
    {EVENT_COPY_NONE, 'e', 3},
    {EVENT_COPY_FAILED, 'e', 3},
    {EVENT_COPY_SAVED, 'i', 2},
    {EVENT_COPY_RESIZED, 'w', 3},
    {EVENT_COPIES_GONE, 'e', 3},
    {EVENT_ACCESS_CORRECTED, 'w', 3},
    {EVENT_AUDIT_REFUSED, 'e', 2},
    {EVENT_AUDIT_RECOVERED, 'i', 0},
    {EVENT_CONTROL_REPAIRED, 'w', 3},
    {EVENT_SLOTS_REPAIRED, 'w', 1},
    {EVENT_SLOTS_DEFERRED, 'w', 3},
    {EVENT_LOCK_CLOSED, 'w', 2},
    {EVENT_ALIAS_CONFLICT, 'w', 3},
    {EVENT_ALIAS_RECOVERED, 'i', 2},
    {EVENT_ALIAS_REFUSED, 'e', 1},
    {EVENT_QUEUE_REPAIRED, 'w', 2},
    {EVENT_METRICS_FAILED, 'w', 2},
    {EVENT_METRICS_RECOVERED, 'i', 1},
    {EVENT_LOG_FILE_FAILED, 'w', 2},
    {EVENT_LOG_FILE_RECOVERED, 'i', 1},
    {EVENT_REQUESTS_TAKEN, 'w', 1},
    {EVENT_REQUESTS_FAILED, 'e', 1},
    {EVENT_REQUESTS_RECOVERED, 'i', 0},
    {EVENT_REQUESTED, 'i', 4},
    {EVENT_REQUEST_REFUSED, 'w', 4},
    {EVENT_REQUEST_CONFLICT, 'w', 4},
    {EVENT_REQUEST_FAILED, 'e', 4},
    {EVENT_GRANTS_RETIRED, 'w', 3},
    {EVENT_GRANTS_DROPPED, 'w', 3},
};
#define EVENTS (sizeof(events) / sizeof(events[0]))

#define VALUES 8 /* more than any event has */

static const wchar_t *const values[VALUES] = {L"<1>", L"<2>", L"<3>", L"<4>",
                                              L"<5>", L"<6>", L"<7>", L"<8>"};

static HMODULE table;

static int load_table(void **state)
{
    (void)state;
    table = LoadLibraryExW(support_wide(support_sibling("shmbroker.exe")), NULL,
                           LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    return table != NULL ? 0 : -1;
}

static DWORD message_id(const struct event_row *row)
{
    DWORD severity = row->severity == 'i' ? 1u : row->severity == 'w' ? 2u : 3u;

    return severity << 30 | (DWORD)row->event;
}

static const struct language {
    WORD id;
    const char *sample; /* of event 100 */
} languages[] = {{0x409, "runs and holds"}, {0x407, "l\xC3\xA4uft und h\xC3\xA4lt"}};
#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

/* The text with its values in place, in UTF-8; empty where there is none. */
static const char *text_of(DWORD id, WORD language)
{
    static char text[4096];
    wchar_t wide[2048];

    text[0] = 0;
    if (FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, table, id,
                       language, wide, 2048, (va_list *)(uintptr_t)values) != 0)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, sizeof(text), NULL, NULL);
    return text;
}

static void each_event_has_a_text_of_its_severity_with_its_values(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < EVENTS * LANGUAGES; i++) {
        const struct event_row *row = &events[i / LANGUAGES];
        const char *text = text_of(message_id(row), languages[i % LANGUAGES].id);
        int value;

        if (text[0] == 0)
            fail_msg("event %d has no text of severity %c", (int)row->event, row->severity);
        for (value = 1; value <= VALUES; value++) {
            char place[8];

            snprintf(place, sizeof(place), "<%d>", value);
            if ((strstr(text, place) != NULL) != (value <= row->inserts))
                fail_msg("event %d: value %d is wrong in: %s", (int)row->event, value, text);
        }
    }
}

static void the_letters_of_a_language_are_right(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LANGUAGES; i++)
        assert_non_null(
            strstr(text_of(message_id(&events[0]), languages[i].id), languages[i].sample));
}

static void a_text_says_all_on_one_line(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < EVENTS * LANGUAGES; i++) {
        const struct event_row *row = &events[i / LANGUAGES];
        const char *text = text_of(message_id(row), languages[i % LANGUAGES].id);
        const char *end = strpbrk(text, "\r\n");

        /* Only a list of messages of a configuration starts a line of its own. */
        if (end != NULL && strncmp(end, "\r\n<", 3) != 0 && end[strspn(end, "\r\n")] != 0)
            fail_msg("event %d has a line end inside: %s", (int)row->event, text);
    }
}

/* Where it is written to the log, and to the console of `run`. */
static void the_sink_knows_each_of_them(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < EVENTS; i++) {
        struct message_kind kind = message_kind_of(events[i].event);

        assert_int_equal(kind.id, message_id(&events[i]));
        assert_int_equal(kind.word[0], events[i].severity);
    }
}

static bool expected(DWORD id)
{
    size_t i;

    for (i = 0; i < EVENTS; i++)
        if (message_id(&events[i]) == id)
            return true;
    return false;
}

/* A message table is a list of ranges of ids. */
static void check_messages(WORD language)
{
    HRSRC resource =
        FindResourceExW(table, (LPCWSTR)RT_MESSAGETABLE, MAKEINTRESOURCEW(1), language);
    const MESSAGE_RESOURCE_DATA *data;
    DWORD found = 0, i, id;

    assert_non_null(resource);
    data = LockResource(LoadResource(table, resource));
    assert_non_null(data);
    for (i = 0; i < data->NumberOfBlocks; i++)
        for (id = data->Blocks[i].LowId; id <= data->Blocks[i].HighId; id++) {
            if (!expected(id))
                fail_msg("0x%08lx is in the message table and nobody knows it", id);
            found++;
        }
    assert_int_equal(found, EVENTS);
}

static void there_is_no_other_message(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < LANGUAGES; i++)
        check_messages(languages[i].id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_has_a_text_of_its_severity_with_its_values),
        cmocka_unit_test(the_letters_of_a_language_are_right),
        cmocka_unit_test(a_text_says_all_on_one_line),
        cmocka_unit_test(the_sink_knows_each_of_them),
        cmocka_unit_test(there_is_no_other_message),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, load_table, NULL);
}
