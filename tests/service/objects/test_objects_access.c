/* Who may do what, seen by standard users and administrators with plain Win32. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.section.read:  { size: 64, access: { read: [Interactive] } }\n"
    "  ShmbTest.section.write: { size: 64, access: { write: [Interactive] } }\n"
    "  ShmbTest.section.full:  { size: 64, lock: none, access: { full: [Interactive] } }\n"
    "  ShmbTest.section.none:  { size: 64, lock: none, access: { full: [LocalService] } }\n"
    "  ShmbTest.section.deny:\n"
    "    size: 64\n"
    "    lock: none\n"
    "    access: { write: [Users], deny: [Interactive] }\n"
    "  ShmbTest.Waiting:\n"
    "    size: 64\n"
    "    access: { read: [Interactive], write: [LocalService] }\n"
    "    lock: { name: ShmbTest.WaitingLock, readers_may_wait: true }\n"
    "  ShmbTest.all.read:  { size: 64, notify: true, access: { read: [Interactive] } }\n"
    "  ShmbTest.all.write: { size: 64, notify: true, access: { write: [Interactive] } }\n"
    "  ShmbTest.all.full:  { size: 64, notify: true, access: { full: [Interactive] } }\n"
    "  ShmbTest.all.none:  { size: 64, notify: true, access: { full: [LocalService] } }\n"
    "  ShmbTest.all.deny:\n"
    "    size: 64\n"
    "    notify: true\n"
    "    access: { write: [Users], deny: [Interactive] }\n"
    "  ShmbTest.all.exact:\n"
    "    size: 64\n"
    "    notify: true\n"
    "    sddl: 'D:(A;;0x20006;;;IU)(A;;0x20004;;;BU)'\n"
    "  ShmbTest.Mixed:\n"
    "    size: 64\n"
    "    lock: none\n"
    "    access: { read: [Users], write: [Interactive], full: [LocalService],\n"
    "              deny: [NetworkService] }\n"
    "mutexes:\n"
    "  ShmbTest.mutex.read:  { access: { read: [Interactive] } }\n"
    "  ShmbTest.mutex.write: { access: { write: [Interactive] } }\n"
    "  ShmbTest.mutex.full:  { access: { full: [Interactive] } }\n"
    "  ShmbTest.mutex.none:  { access: { full: [LocalService] } }\n"
    "  ShmbTest.mutex.deny:  { access: { write: [Users], deny: [Interactive] } }\n"
    "events:\n"
    "  ShmbTest.event.read:  { reset: manual, access: { read: [Interactive] } }\n"
    "  ShmbTest.event.write: { reset: auto, access: { write: [Interactive] } }\n"
    "  ShmbTest.event.full:  { reset: auto, access: { full: [Interactive] } }\n"
    "  ShmbTest.set.auto:    { reset: auto, set: true, access: { write: [Interactive] } }\n"
    "  ShmbTest.set.manual:  { reset: manual, set: true, access: { read: [Interactive] } }\n"
    "  ShmbTest.event.none:  { reset: auto, access: { full: [LocalService] } }\n"
    "  ShmbTest.event.deny:  { reset: auto, access: { write: [Users], deny: [Interactive] } }\n"
    "semaphores:\n"
    "  ShmbTest.semaphore.read:  { maximum: 9, access: { read: [Interactive] } }\n"
    "  ShmbTest.semaphore.write: { maximum: 9, access: { write: [Interactive] } }\n"
    "  ShmbTest.semaphore.full:  { maximum: 9, access: { full: [Interactive] } }\n"
    "  ShmbTest.semaphore.none:  { maximum: 9, access: { full: [LocalService] } }\n"
    "  ShmbTest.semaphore.deny:\n"
    "    maximum: 9\n"
    "    access: { write: [Users], deny: [Interactive] }\n";

/* The promised table once more, by hand. */
static const struct kind_row {
    const char *kind;
    DWORD read, write, full;
} table[] = {
    {"section", 0x00020005, 0x00020007, 0x000F001F},
    {"mutex", 0x00020000, 0x00120001, 0x001F0001},
    {"event", 0x00120001, 0x00120003, 0x001F0003},
    {"semaphore", 0x00020001, 0x00120003, 0x001F0003},
};
#define KINDS (sizeof(table) / sizeof(table[0]))

/*
 * Each right alone, and what programs ask for together. Not 0x20 and 0x40:
 * OpenFileMapping takes them for something else.
 */
static const DWORD asked[] = {
    0x00000001, 0x00000002, 0x00000004, 0x00000008, 0x00000010, 0x00010000, 0x00020000,
    0x00040000, 0x00080000, 0x00100000, 0x00000006, 0x00020005, 0x00020007, 0x00100001,
    0x00100002, 0x00100003, 0x00120001, 0x00120003, 0x000F001F, 0x001F0001, 0x001F0003,
};
#define ASKED (sizeof(asked) / sizeof(asked[0]))

static const struct launch user = {.standard_user = true};
static const struct launch not_interactive = {.standard_user = true, .deny = "IU"};
static struct child *broker;

/* ---- clients ---- */

typedef LONG(NTAPI *query_object_fn)(HANDLE, ULONG, void *, ULONG, ULONG *);

/* granted KIND NAME: opens with all that is to be had and says what that is. */
static int granted(int argc, char **argv)
{
    query_object_fn query = (query_object_fn)(void (*)(void))GetProcAddress(
        GetModuleHandleW(L"ntdll.dll"), "NtQueryObject");
    HANDLE handle = client_open(argv[0], argv[1], MAXIMUM_ALLOWED);
    struct {
        ULONG attributes, access, handles, pointers, reserved[10];
    } basic;

    (void)argc;
    if (handle == NULL)
        client_say("error %lu", GetLastError());
    else if (query == NULL || query(handle, 0, &basic, sizeof(basic), NULL) < 0)
        client_say("cannot ask");
    else
        client_say("0x%08lx", basic.access);
    return 0;
}

/* create-code KIND NAME: as `create`, says the error code and ends. */
static int create_code(int argc, char **argv)
{
    HANDLE handle = client_create(argv[0], argv[1], NULL);

    (void)argc;
    client_say("%s %lu", handle != NULL ? "handle" : "nothing", GetLastError());
    return 0;
}

/* use KIND NAME: what the level write is for; "used" when all of it went well. */
static int use(int argc, char **argv)
{
    const char *kind = argv[0];
    bool section = strcmp(kind, "section") == 0, event = strcmp(kind, "event") == 0;
    DWORD mask = section ? FILE_MAP_WRITE : SYNCHRONIZE | 0x2; /* EVENT_, SEMAPHORE_MODIFY_STATE */
    HANDLE handle;
    LONG before = -1;
    char *view;

    (void)argc;
    if (strcmp(kind, "mutex") == 0)
        mask = SYNCHRONIZE | MUTEX_MODIFY_STATE;
    handle = client_open(kind, argv[1], mask);
    if (handle == NULL) {
        client_say("error %lu", GetLastError());
        return 0;
    }
    if (section) {
        view = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
        if (view != NULL)
            view[5]++;
        client_say(view != NULL ? "used" : "not mapped");
        return 0;
    }
    if (event && !SetEvent(handle))
        client_say("not set");
    if (WaitForSingleObject(handle, 0) != WAIT_OBJECT_0)
        client_say("not signalled");
    if (strcmp(kind, "mutex") == 0 && !ReleaseMutex(handle))
        client_say("not released");
    if (strcmp(kind, "semaphore") == 0 && (!ReleaseSemaphore(handle, 1, &before) || before != 8))
        client_say("not given back: %ld", before);
    client_say("used");
    return 0;
}

/* views NAME MASK: opens with MASK; which views that handle gives: "read", "write". */
static int views(int argc, char **argv)
{
    HANDLE handle = client_open("section", argv[0], (DWORD)strtoul(argv[1], NULL, 0));
    bool reads, writes;

    (void)argc;
    if (handle == NULL) {
        client_say("error %lu", GetLastError());
        return 0;
    }
    reads = MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0) != NULL;
    writes = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0) != NULL;
    client_say("%s%s", reads ? "read" : "", writes ? " write" : "");
    return 0;
}

/* ---- tests ---- */

static int start_broker(void **state)
{
    (void)state;
    broker = broker_run_session0(configuration);
    child_keep(broker);
    return 0;
}

static int stop_broker(void **state)
{
    (void)state;
    child_kill(broker);
    return 0;
}

static const char *ask_all(const struct launch *how, const char *kind, const char *level)
{
    char masks[ASKED * 12 + 1];
    size_t i, used = 0;

    for (i = 0; i < ASKED; i++)
        used += (size_t)snprintf(masks + used, sizeof(masks) - used, " 0x%08lx", asked[i]);
    return client_line(how, "open %s Global\\ShmbTest.%s.%s%s", kind, kind, level, masks);
}

static void check_level(const struct launch *how, const char *kind, const char *level, DWORD mask)
{
    char expected[ASKED * 2 + 1], text[40];
    const char *got = ask_all(how, kind, level);
    size_t i;

    for (i = 0; i < ASKED; i++) {
        expected[2 * i] = (asked[i] & ~mask) == 0 ? '0' : '5';
        expected[2 * i + 1] = i + 1 < ASKED ? ' ' : 0;
    }
    if (strcmp(got, expected) != 0)
        print_error("%s, %s: granted should be 0x%08lx\n", kind, level, mask);
    assert_string_equal(got, expected);
    snprintf(text, sizeof(text), "0x%08lx", mask);
    got = client_line(how, "granted %s Global\\ShmbTest.%s.%s", kind, kind, level);
    assert_string_equal(got, mask != 0 ? text : "error 5");
}

static void each_right_of_each_level_is_as_the_table_says(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        check_level(&user, table[i].kind, "read", table[i].read);
        check_level(&user, table[i].kind, "write", table[i].write);
        check_level(&user, table[i].kind, "full", table[i].full);
        check_level(&user, table[i].kind, "none", 0);
        check_level(&not_interactive, table[i].kind, "full", 0);
    }
}

static void check_granted(const struct launch *how, const char *kind, const char *name, DWORD mask)
{
    char text[40];

    snprintf(text, sizeof(text), mask != 0 ? "0x%08lx" : "error 5", mask);
    if (strcmp(client_line(how, "granted %s Global\\%s", kind, name), text) != 0)
        fail_msg("%s %s is not granted as %s", kind, name, text);
}

/* What belongs to a segment, level by level, for one who is named and one who is not. */
static void companions_follow_their_segment(void **state)
{
    static const struct {
        const char *level;
        DWORD section, lock, change;           /* for Interactive */
        DWORD other, other_lock, other_change; /* for the other users */
    } rows[] = {
        {"read", 0x00020005, 0x00020000, 0x00120001, 0, 0, 0},
        {"write", 0x00020007, 0x00120001, 0x00120003, 0, 0, 0},
        {"full", 0x000F001F, 0x001F0001, 0x001F0003, 0, 0, 0},
        {"none", 0, 0, 0, 0, 0, 0},
        {"deny", 0, 0, 0, 0x00020007, 0x00120001, 0x00120003},
        {"exact", 0x00020006, 0x00120001, 0x00120003, 0x00020004, 0x00020000, 0x00120001},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char segment[80], lock[80], change[80];
        /* A denial of a group that is in the token for denials only: Windows heeds it. */
        bool heeded = strcmp(rows[i].level, "deny") == 0 && !support_wine();

        snprintf(segment, sizeof(segment), "ShmbTest.all.%s", rows[i].level);
        snprintf(lock, sizeof(lock), "%s.lock", segment);
        snprintf(change, sizeof(change), "%s.changed.0", segment);
        check_granted(&user, "section", segment, rows[i].section);
        check_granted(&user, "mutex", lock, rows[i].lock);
        check_granted(&user, "event", change, rows[i].change);
        check_granted(&not_interactive, "section", segment, heeded ? 0 : rows[i].other);
        check_granted(&not_interactive, "mutex", lock, heeded ? 0 : rows[i].other_lock);
        check_granted(&not_interactive, "event", change, heeded ? 0 : rows[i].other_change);
    }
}

static void deny_wins_over_what_another_group_has(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        check_level(&user, table[i].kind, "deny", 0);
        /*
         * One who is not in Interactive may write. Windows matches a group that
         * is in the token for denials only with this entry, Wine does not.
         */
        check_level(&not_interactive, table[i].kind, "deny", support_wine() ? table[i].write : 0);
    }
    /* A denial of somebody else takes nothing away; rights of two groups add up. */
    assert_string_equal(client_line(&user, "granted section Global\\ShmbTest.Mixed"), "0x00020007");
    assert_string_equal(client_line(&not_interactive, "granted section Global\\ShmbTest.Mixed"),
                        "0x00020005");
}

static void write_is_enough_to_work_with(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        assert_string_equal(
            client_line(&user, "use %s Global\\ShmbTest.%s.write", table[i].kind, table[i].kind),
            "used");
        assert_string_equal(
            client_line(&user, "use %s Global\\ShmbTest.%s.read", table[i].kind, table[i].kind),
            "error 5");
    }
    assert_string_equal(client_line(&user, "views Global\\ShmbTest.section.read 0x4"), "read");
    assert_string_equal(client_line(&user, "views Global\\ShmbTest.section.write 0x4"), "read");
    assert_string_equal(client_line(&user, "views Global\\ShmbTest.section.write 0x6"),
                        "read write");
}

/* As its program would find it that has been the first so far. */
static void events_begin_signalled_where_the_file_says_so(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "waits Global\\ShmbTest.event.read"), "no no");
    assert_string_equal(client_line(&user, "waits Global\\ShmbTest.set.manual"), "yes yes");
    assert_string_equal(client_line(&user, "waits Global\\ShmbTest.set.auto"), "yes no");
}

static void old_programs_need_full(void **state)
{
    static const char *const levels[] = {"read", "write", "full", "none"};
    size_t i, k;

    (void)state;
    for (i = 0; i < 4; i++) {
        bool full = i == 2;

        assert_string_equal(client_line(&user, "views Global\\ShmbTest.section.%s 0x%lx", levels[i],
                                        (unsigned long)FILE_MAP_ALL_ACCESS),
                            full ? "read write" : "error 5");
        for (k = 0; k < KINDS; k++)
            assert_string_equal(client_line(&user, "create-code %s Global\\ShmbTest.%s.%s",
                                            table[k].kind, table[k].kind, levels[i]),
                                full ? "handle 183" : "nothing 5");
    }
}

static void readers_wait_for_a_lock_only_where_they_may(void **state)
{
    (void)state;
    assert_string_equal(client_line(&user, "granted mutex Global\\ShmbTest.section.read.lock"),
                        "0x00020000");
    assert_string_equal(client_line(&user, "take Global\\ShmbTest.WaitingLock 0"), "taken");
    assert_string_equal(client_line(&user, "granted mutex Global\\ShmbTest.WaitingLock"),
                        "0x00120001");
    assert_string_equal(client_line(&user, "granted mutex Global\\ShmbTest.section.write.lock"),
                        "0x00120001");
    /* A segment with `full` and a lock would give the lock `full`; none has one. */
    assert_string_equal(client_line(NULL, "open mutex Global\\ShmbTest.section.full.lock 0x20000"),
                        "2");
}

/* waits NAME: whether two waits for an event find it signalled. */
static int waits(int argc, char **argv)
{
    HANDLE event = client_open("event", argv[0], SYNCHRONIZE);
    bool first, second;

    (void)argc;
    if (event == NULL) {
        client_say("error %lu", GetLastError());
        return 0;
    }
    first = WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
    second = WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
    client_say("%s %s", first ? "yes" : "no", second ? "yes" : "no");
    return 0;
}

static const struct verb verbs[] = {
    {"waits", 1, waits}, {"granted", 2, granted}, {"create-code", 2, create_code},
    {"use", 2, use},     {"views", 2, views},
};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_right_of_each_level_is_as_the_table_says, support_teardown),
        cmocka_unit_test_teardown(companions_follow_their_segment, support_teardown),
        cmocka_unit_test_teardown(deny_wins_over_what_another_group_has, support_teardown),
        cmocka_unit_test_teardown(write_is_enough_to_work_with, support_teardown),
        cmocka_unit_test_teardown(events_begin_signalled_where_the_file_says_so, support_teardown),
        cmocka_unit_test_teardown(old_programs_need_full, support_teardown),
        cmocka_unit_test_teardown(readers_wait_for_a_lock_only_where_they_may, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
