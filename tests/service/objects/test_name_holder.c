/*
 * Strangers at every name the broker wants, with the size and the access list
 * the broker would give it: never taken over, said once, shown by status with
 * the program that holds it, and had when that program leaves.
 */
#include "squatter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "service_manager.h"
#include "shmb.h"

#define STRANGER "S-1-5-21-1-2-3-1001"
#define RETRY_MS 90000u /* the broker tries again after 30 s at most */

static const char configuration[] =
    "version: 1\n"
    "defaults: { access: { write: [Interactive] } }\n"
    "segments:\n"
    "  ShmbTest.Taken:  { size: 5000, lock: none }\n"
    "  ShmbTest.Beside: { size: 100 }\n"
    "  ShmbTest.Free:   { size: 100 }\n"
    "  ShmbTest.Told:   { size: 100, lock: none, notify: true }\n"
    "mutexes:    { ShmbTest.Mutex: {} }\n"
    "events:     { ShmbTest.Event: { reset: manual } }\n"
    "semaphores: { ShmbTest.Semaphore: { initial: 1, maximum: 3 } }\n";

static const struct launch user = {.standard_user = true};

/* ---- what is taken ---- */

/* What is taken together. Without directory or report, there is less to see of the others. */
enum { OBJECTS, DIRECTORY, REPORT };

#define CONFLICT  "warning 300:"
#define RECOVERED "info 302:"
#define MISSED    "warning 310:"
#define FOUND     "info 312:"

#define TOLD        "Global\\ShmbTest.Told.changed."
#define TOLD_EVENTS 4u

static const struct row {
    int group;
    const char *kind, *name;
    DWORD bytes;
    const char *said, *recovered; /* its events; NULL: it is not needed any more */
    const char *shown;            /* how its line of status begins */
} rows[] = {
    {OBJECTS, "section", "Global\\ShmbTest.Taken", 5000, CONFLICT, RECOVERED, "section"},
    {OBJECTS, "mutex", "Global\\ShmbTest.Mutex", 0, CONFLICT, RECOVERED, "mutex"},
    {OBJECTS, "event", "Global\\ShmbTest.Event", 0, CONFLICT, RECOVERED, "event"},
    {OBJECTS, "semaphore", "Global\\ShmbTest.Semaphore", 0, CONFLICT, RECOVERED, "semaphore"},
    {OBJECTS, "mutex", "Global\\ShmbTest.Beside.lock", 0, CONFLICT, RECOVERED, "mutex"},
    {OBJECTS, "section", "Global\\ShmBroker.Control.1", 0, MISSED, NULL, "publication"},
    {OBJECTS, "mutex", "Global\\ShmBroker.Instance", 0, "warning 112:", "info 308:", "taken"},
    {OBJECTS, "event", TOLD "0", 0, CONFLICT, RECOVERED, "event"},
    {OBJECTS, "event", TOLD "1", 0, CONFLICT, RECOVERED, "event"},
    {OBJECTS, "event", TOLD "2", 0, CONFLICT, RECOVERED, "event"},
    {OBJECTS, "event", TOLD "3", 0, CONFLICT, RECOVERED, "event"},
    {DIRECTORY, "section", "Global\\ShmBroker.Directory", 4096, MISSED, FOUND, "publication"},
    {REPORT, "section", "Global\\ShmBroker.Report", 256 * 1024, MISSED, FOUND, "publication"},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The descriptors the broker gives them, with another owner. */
static char descriptors[ROWS][1024];

static bool is_section(const char *kind)
{
    return strcmp(kind, "section") == 0;
}

static DWORD bytes_of(const struct row *row)
{
    return row->bytes != 0 || !is_section(row->kind) ? row->bytes : 4096;
}

/* The line is about this name, not about one that only begins so. */
static bool is_about(const char *line, const char *name)
{
    const char *found = strstr(line, name);
    char next = found != NULL ? found[strlen(name)] : '.';

    return next == ' ' || next == ',' || next == ':';
}

static void learn_descriptors(void)
{
    struct child *broker = broker_run(NULL, configuration);
    size_t i;

    for (i = 0; i < ROWS; i++) {
        HANDLE object = client_open(rows[i].kind, rows[i].name, READ_CONTROL);
        const char *sddl = squatter_sddl(object), *list = strstr(sddl, "D:");

        if (object == NULL || list == NULL)
            fail_msg("%s has no access list: %s", rows[i].name, sddl);
        snprintf(descriptors[i], sizeof(descriptors[i]), "O:" STRANGER "%s", list);
        CloseHandle(object);
    }
    child_kill(broker);
}

/* ---- the other processes ---- */

/* squat PAGES (KIND NAME BYTES SDDL)...: holds them all; "holding"; "untouched" or "touched". */
static int squat(int argc, char **argv)
{
    enum squatter_pages pages = (enum squatter_pages)atoi(argv[0]);
    HANDLE objects[ROWS];
    const char *end = "untouched";
    size_t count = (size_t)(argc - 1) / 4, i;

    squatter_begin();
    for (i = 0; i < count; i++) {
        char **row = argv + 1 + 4 * i;

        objects[i] = squatter_make(row[0], row[1], row[3], (DWORD)atoi(row[2]), pages);
    }
    client_say("holding");
    client_wait_for_end();
    for (i = 0; i < count; i++) {
        char **row = argv + 1 + 4 * i;

        if (strncmp(squatter_sddl(objects[i]), row[3], strlen(row[3])) != 0)
            end = "its access has changed";
        else if (is_section(row[0]) && pages == SQUATTER_BYTES &&
                 !squatter_untouched(objects[i], (DWORD)atoi(row[2])))
            end = "touched";
    }
    client_say("%s", end);
    return 0;
}

static int32_t object_result(const char *name, uint32_t kind)
{
    void *handle;
    int32_t result = shmb_open_object(name, kind, SHMB_WRITE, 0, &handle);

    if (handle != NULL)
        CloseHandle(handle);
    return result;
}

/* Opens and writes under the lock. */
static int32_t segment_result(const char *name)
{
    shmb_segment *segment;
    int32_t result = shmb_open(name, SHMB_WRITE, 0, &segment);

    if (result == SHMB_OK)
        result = shmb_update(segment, 0, "mine", 4, 0, NULL);
    shmb_close(segment);
    return result;
}

/* Opens, and asks for the event of each change. */
static int32_t notify_result(const char *name)
{
    shmb_segment *segment;
    int32_t result = shmb_open(name, SHMB_WRITE, 0, &segment);
    uint64_t number;
    void *event;

    for (number = 0; result == SHMB_OK && number < TOLD_EVENTS; number++)
        result = shmb_change_event(segment, number, &event);
    shmb_close(segment);
    return result;
}

/* library: what it says of each object, of the directory, and of the change events. */
static int library(int argc, char **argv)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_segment *taken;
    int32_t result = shmb_open("ShmbTest.Taken", SHMB_READ, 0, &taken);

    (void)argc;
    (void)argv;
    shmb_close(taken);
    client_say("%d %d %d %d %d %d %d %d", result, segment_result("ShmbTest.Beside"),
               segment_result("ShmbTest.Free"), object_result("ShmbTest.Mutex", SHMB_KIND_MUTEX),
               object_result("ShmbTest.Event", SHMB_KIND_EVENT),
               object_result("ShmbTest.Semaphore", SHMB_KIND_SEMAPHORE),
               shmb_describe("ShmbTest.Free", &info), notify_result("ShmbTest.Told"));
    return 0;
}

/* ---- running them ---- */

static struct child *start_squatter(int group, enum squatter_pages pages)
{
    static char rest[ROWS * 1200];
    struct child *child;
    size_t used = 0, i;

    for (i = 0; i < ROWS; i++)
        if (rows[i].group == group)
            used +=
                (size_t)snprintf(rest + used, sizeof(rest) - used, " %s %s %lu %s", rows[i].kind,
                                 rows[i].name, bytes_of(&rows[i]), descriptors[i]);
    child = client_start(NULL, "squat %d%s", pages, rest);
    child_expect(child, "holding");
    return child;
}

/* Which row of the group the line tells of as `said` or as `recovered`; ROWS: none. */
static size_t row_of(const char *line, int group, bool recovered)
{
    size_t i;

    for (i = 0; i < ROWS; i++) {
        const char *event = recovered ? rows[i].recovered : rows[i].said;

        if (rows[i].group == group && event != NULL && strncmp(line, event, strlen(event)) == 0 &&
            is_about(line, rows[i].name))
            return i;
    }
    return ROWS;
}

/* Each of the group once, before the broker says that it runs. */
static struct child *start_among(int group)
{
    struct child *broker =
        child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                    support_sibling("shmbroker.exe"), support_file(configuration));
    unsigned seen[ROWS + 1] = {0};
    const char *line;
    size_t i;

    do {
        line = child_line(broker);
        assert_non_null(line);
        seen[row_of(line, group, false)]++;
    } while (strncmp(line, "info 100:", 9) != 0 && strncmp(line, "warning 101:", 12) != 0 &&
             strncmp(line, "warning 103:", 12) != 0);
    for (i = 0; i < ROWS; i++)
        if (seen[i] != (rows[i].group == group ? 1 : 0))
            fail_msg("%u events about %s", seen[i], rows[i].name);
    return broker;
}

static void all_recover(struct child *broker, int group)
{
    unsigned missing = 0;
    size_t i;

    for (i = 0; i < ROWS; i++)
        missing += rows[i].group == group && rows[i].recovered != NULL;
    while (missing > 0) {
        const char *line = child_find(broker, "", RETRY_MS);

        if (row_of(line, group, false) != ROWS)
            fail_msg("said again: %s", line);
        missing -= row_of(line, group, true) != ROWS;
    }
}

static char shown[65536];

static void ask_status(void)
{
    struct child *child = child_start(NULL, "\"%s\" status", support_sibling("shmbroker.exe"));
    const char *line;
    size_t used = 0;

    shown[0] = '\0';
    while ((line = child_line(child)) != NULL)
        used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%s\n", line);
    child_end(child);
}

/* Its line names the stranger and the program. */
static void is_shown(const struct row *row)
{
    char start[128], *line, *end;
    bool right;

    snprintf(start, sizeof(start), "%s %s:", row->shown, row->name);
    ask_status();
    line = strstr(shown, start);
    end = line != NULL ? strchr(line, '\n') : NULL;
    if (end == NULL)
        fail_msg("nothing about %s in:\n%s", start, shown);
    *end = '\0';
    right = strstr(line, "owned by " STRANGER) != NULL && strstr(line, "held by ") != NULL &&
            strstr(line, "\\test_name_holder.exe (process ") != NULL &&
            strstr(line, "; see shmb holders ") != NULL;
    if (!right)
        fail_msg("%s", line);
}

static void all_are_shown(int group)
{
    size_t i;

    for (i = 0; i < ROWS; i++)
        if (rows[i].group == group)
            is_shown(&rows[i]);
}

static void run_verb(const char *verb, DWORD code, const char *part)
{
    struct child *child = child_start(NULL, "\"%s\" %s", support_sibling("shmbroker.exe"), verb);
    const char *line;
    size_t used = 0;

    shown[0] = '\0';
    while ((line = child_line(child)) != NULL)
        used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%s\n", line);
    if (child_end(child) != code || strstr(shown, part) == NULL)
        fail_msg("shmbroker %s:\n%s", verb, shown);
}

/* What a standard user's library says while they are taken. */
static const char *const heard[] = {
    [OBJECTS] = "-5 -5 0 -5 -5 -5 0 -5",
    [DIRECTORY] = "0 0 0 0 0 0 0 0", /* it has a stand-in */
    [REPORT] = "0 0 0 0 0 0 0 0",
};

/* The broker publishes what it has, and that it has it, after it has said so. */
static void all_is_had(void)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    const char *line;

    do
        line = client_line(&user, "library");
    while (strcmp(line, "0 0 0 0 0 0 0 0") != 0 && GetTickCount64() < until);
    assert_string_equal(line, "0 0 0 0 0 0 0 0");
    do
        ask_status();
    while (strstr(shown, "test_name_holder.exe (process ") != NULL && GetTickCount64() < until);
    assert_null(strstr(shown, "test_name_holder.exe (process "));
}

static void they_are_taken(int group, enum squatter_pages pages)
{
    struct child *squatter = start_squatter(group, pages);
    struct child *broker = start_among(group);

    assert_string_equal(client_line(&user, "library"), heard[group]);
    all_are_shown(group);
    run_verb("status --json", 5, "\\\\test_name_holder.exe\"");
    assert_int_equal(child_end_with(squatter, "untouched"), 0);
    all_recover(broker, group);
    all_is_had();
    /* A new one, not what the stranger left. */
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Taken"), "8192: ");
    child_kill(broker);
}

/* ---- tests ---- */

static int set_up(void **state)
{
    char arguments[1024];

    /* Not started: shmbroker status asks for it, and then the broker that runs. */
    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create(arguments);
    learn_descriptors();
    (void)state;
    return 0;
}

static void taken_before_the_first_start(void **state)
{
    int group;

    (void)state;
    for (group = OBJECTS; group <= REPORT; group++) {
        support_forget();
        they_are_taken(group, SQUATTER_BYTES);
    }
}

/* The broker remembers objects of these names, kinds and sizes; nobody reads what is there now. */
static void taken_between_two_brokers(void **state)
{
    int group;

    (void)state;
    for (group = OBJECTS; group <= REPORT; group++)
        they_are_taken(group, SQUATTER_UNREADABLE);
}

#define HEAD "version: 1\ndefaults: { access: { write: [Interactive] } }\nsegments:\n"

/* A deferred object, and strangers at all that a reload wants besides; control sections, too. */
static void taken_while_others_are_deferred(void **state)
{
    struct child *holder, *squatter;

    (void)state;
    support_forget();
    scm_file(HEAD "  ShmbTest.Data: { size: 100, lock: none }\n");
    scm_start();
    scm_wait(SERVICE_RUNNING);
    holder = client_start(&user, "write-wait Global\\ShmbTest.Data 0 kept");
    child_expect(holder, "written");
    scm_file(HEAD "  ShmbTest.Data: { size: 5000, lock: none }\n");
    run_verb("reload", 1, "defer    Global\\ShmbTest.Data: ");
    squatter = client_start(
        NULL,
        "squat 0 section Global\\ShmbTest.Taken 5000 %s mutex Global\\ShmbTest.Beside.lock 0 %s "
        "section Global\\ShmBroker.Control.2 4096 %s section Global\\ShmBroker.Control.3 4096 %s "
        "event " TOLD "2 0 %s",
        descriptors[0], descriptors[4], descriptors[5], descriptors[5], descriptors[9]);
    child_expect(squatter, "holding");
    scm_file(HEAD "  ShmbTest.Data: { size: 5000, lock: none }\n"
                  "  ShmbTest.Taken: { size: 5000, lock: none }\n"
                  "  ShmbTest.Told: { size: 100, lock: none, notify: true }\n"
                  "  ShmbTest.Beside: { size: 100, access: { write: [Users] } }\n"
                  "  ShmbTest.Free: { size: 100, access: { write: [AuthenticatedUsers] } }\n");
    run_verb("reload", 1, "has applied");
    assert_string_equal(client_line(&user, "library"), "-5 -5 0 -1 -1 -1 0 -5");
    run_verb("status", 1, "section Global\\ShmbTest.Data: held, deferred: ");
    run_verb("status", 1, "; see shmb holders ShmbTest.Data; access: ");
    /* The program that keeps it from changing, and not the broker itself. */
    assert_non_null(strstr(shown, "\\test_name_holder.exe (process "));
    assert_null(strstr(shown, "\\shmbroker.exe (process "));
    is_shown(&rows[0]);
    is_shown(&rows[4]);
    is_shown(&rows[9]);
    assert_int_equal(child_end_with(squatter, "untouched"), 0);
    run_verb("reload", 1, "has applied");
    assert_string_equal(client_line(&user, "library"), "0 0 0 -1 -1 -1 0 0");
    assert_string_equal(client_line(&user, "dump Global\\ShmbTest.Data"), "4096: 6b657074");
    child_end(holder);
    scm_stop();
    scm_wait(SERVICE_STOPPED);
}

static const struct verb verbs[] = {{"squat", 5, squat}, {"library", 0, library}};

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, scm_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(taken_before_the_first_start),
        TEST(taken_between_two_brokers),
        TEST(taken_while_others_are_deferred),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
