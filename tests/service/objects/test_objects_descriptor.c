/* The descriptors of live objects, read back by another process. */
#include "support.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "control.h"
#include "directory.h"
#include "names.h"

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.section.read:  { size: 64, lock: none, access: { read: [Interactive] } }\n"
    "  ShmbTest.section.write: { size: 64, lock: none, access: { write: [Interactive] } }\n"
    "  ShmbTest.section.full:  { size: 64, lock: none, access: { full: [Interactive] } }\n"
    "  ShmbTest.section.deny:\n"
    "    size: 64\n"
    "    lock: none\n"
    "    initial: { fill: 1 }\n"
    "    access: { write: [Users], deny: [Interactive] }\n"
    "  ShmbTest.Waiting:\n"
    "    size: 64\n"
    "    access: { read: [Interactive], write: [LocalService] }\n"
    "    lock: { name: ShmbTest.WaitingLock, readers_may_wait: true }\n"
    "  ShmbTest.Mixed:\n"
    "    size: 64\n"
    "    access: { read: [Users], write: [Interactive], full: [LocalService],\n"
    "              deny: [NetworkService] }\n"
    "  ShmbTest.all.read:  { size: 64, notify: true, access: { read: [Interactive] } }\n"
    "  ShmbTest.all.write: { size: 64, notify: true, access: { write: [Interactive] } }\n"
    "  ShmbTest.all.full:  { size: 64, notify: true, access: { full: [Interactive] } }\n"
    "  ShmbTest.all.deny:\n"
    "    size: 64\n"
    "    notify: true\n"
    "    access: { write: [Users], deny: [Interactive] }\n"
    "  ShmbTest.all.low:\n"
    "    size: 64\n"
    "    notify: true\n"
    "    integrity: low\n"
    "    access: { read: [Users], write: [Interactive] }\n"
    "  ShmbTest.Low: { size: 64, integrity: low, access: { write: [Interactive] } }\n"
    "  ShmbTest.Exact:\n"
    "    size: 64\n"
    "    sddl: 'D:(D;;0x2;;;NS)(A;;0x20005;;;BU)(A;;0x20007;;;IU)S:(ML;;NW;;;LW)'\n"
    "mutexes:\n"
    "  ShmbTest.mutex.read:  { access: { read: [Interactive] } }\n"
    "  ShmbTest.mutex.write: { access: { write: [Interactive] } }\n"
    "  ShmbTest.mutex.full:  { access: { full: [Interactive] } }\n"
    "  ShmbTest.mutex.deny:  { access: { write: [Users], deny: [Interactive] } }\n"
    "events:\n"
    "  ShmbTest.event.read:  { reset: manual, access: { read: [Interactive] } }\n"
    "  ShmbTest.event.write: { reset: auto, access: { write: [Interactive] } }\n"
    "  ShmbTest.event.full:  { reset: auto, access: { full: [Interactive] } }\n"
    "  ShmbTest.event.deny:  { reset: auto, access: { write: [Users], deny: [Interactive] } }\n"
    "semaphores:\n"
    "  ShmbTest.semaphore.read:  { maximum: 9, access: { read: [Interactive] } }\n"
    "  ShmbTest.semaphore.write: { maximum: 9, access: { write: [Interactive] } }\n"
    "  ShmbTest.semaphore.full:  { maximum: 9, access: { full: [Interactive] } }\n"
    "  ShmbTest.semaphore.deny:\n"
    "    maximum: 9\n"
    "    access: { write: [Users], deny: [Interactive] }\n";

/* What each level means, by hand. */
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

static struct child *broker;

static void say_ace(ACL *dacl, DWORD index)
{
    ACCESS_ALLOWED_ACE *ace = NULL; /* the denying one has the same form */
    wchar_t *sid = NULL;

    if (!GetAce(dacl, index, (void **)&ace) || !ConvertSidToStringSidW(&ace->SidStart, &sid))
        client_say("unreadable entry");
    else
        client_say("%s 0x%08lx %ls flags %u",
                   ace->Header.AceType == ACCESS_DENIED_ACE_TYPE    ? "deny"
                   : ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE ? "allow"
                                                                    : "other",
                   ace->Mask, sid, ace->Header.AceFlags);
    LocalFree(sid);
}

/* descriptor KIND NAME: owner, protection, entries in order, "end". */
static int descriptor(int argc, char **argv)
{
    HANDLE handle = client_open(argv[0], argv[1], READ_CONTROL);
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    PSECURITY_DESCRIPTOR security = NULL;
    PSID owner = NULL;
    ACL *dacl = NULL;
    wchar_t *sid = NULL;
    DWORD code, i, revision;

    (void)argc;
    code = handle == NULL ? GetLastError()
                          : GetSecurityInfo(handle, SE_KERNEL_OBJECT,
                                            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                            &owner, NULL, &dacl, NULL, &security);
    if (code != 0 || owner == NULL || dacl == NULL ||
        !GetSecurityDescriptorControl(security, &control, &revision)) {
        client_say("error %lu", code);
        return 0;
    }
    ConvertSidToStringSidW(owner, &sid);
    client_say("owner %ls", sid != NULL ? sid : L"?");
    LocalFree(sid);
    client_say(control & SE_DACL_PROTECTED ? "protected" : "not protected");
    for (i = 0; i < dacl->AceCount; i++)
        say_ace(dacl, i);
    client_say("end");
    LocalFree(security);
    return 0;
}
/* label KIND NAME: the entries of the integrity label, or "none". */
static int label(int argc, char **argv)
{
    HANDLE handle = client_open(argv[0], argv[1], READ_CONTROL);
    BYTE bytes[1024];
    SYSTEM_MANDATORY_LABEL_ACE *ace = NULL;
    BOOL present = FALSE, defaulted;
    wchar_t *sid = NULL;
    ACL *list = NULL;
    DWORD needed;

    (void)argc;
    if (handle == NULL ||
        !GetKernelObjectSecurity(handle, LABEL_SECURITY_INFORMATION, bytes, sizeof(bytes), &needed))
        client_say("error %lu", GetLastError());
    else if (!GetSecurityDescriptorSacl(bytes, &present, &list, &defaulted) || !present ||
             list == NULL || list->AceCount == 0)
        client_say("none");
    else if (GetAce(list, 0, (void **)&ace) && ConvertSidToStringSidW(&ace->SidStart, &sid))
        client_say("type %u 0x%lx %ls of %u", ace->Header.AceType, ace->Mask, sid, list->AceCount);
    LocalFree(sid);
    return 0;
}

static void *map(const char *name, size_t size)
{
    char full[80];
    HANDLE section;
    void *view;

    snprintf(full, sizeof(full), "Global\\%s", name);
    section = OpenFileMappingW(FILE_MAP_READ, FALSE, support_wide(full));
    view = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, size) : NULL;
    if (section != NULL)
        CloseHandle(section);
    return view;
}

/* own-names SEGMENT: the broker's table, and the control section of a segment. */
static int own_names(int argc, char **argv)
{
    const void *root = map(SHMB_ROOT_NAME, SHMB_ROOT_SIZE), *there;
    char table_name[SHMB_TABLE_NAME_BYTES], control[SHMB_CONTROL_NAME_BYTES];
    struct shmb_entry_view entry;
    struct shmb_table_view view;
    struct shmb_root_slot slot;

    (void)argc;
    if (root == NULL || shmb_root_read(root, SHMB_ROOT_SIZE, &slot) != SHMB_READ_OK) {
        client_say("no directory");
        return 0;
    }
    shmb_table_name(slot.suffix, table_name);
    there = map(table_name, slot.table_size);
    if (there == NULL || shmb_table_check(there, slot.table_size, &slot, &view) != SHMB_READ_OK ||
        shmb_table_find(&view, argv[0], strlen(argv[0]), &entry) != SHMB_READ_OK) {
        client_say("no entry");
        return 0;
    }
    shmb_control_name(entry.entry.control, control);
    client_say("%s %s", table_name, control);
    return 0;
}

/* The thread goes on with the same token at low integrity. */
static bool become_low(void)
{
    BYTE low[SECURITY_MAX_SID_SIZE];
    TOKEN_MANDATORY_LABEL label = {{low, SE_GROUP_INTEGRITY}};
    DWORD size = sizeof(low);
    HANDLE own, token = NULL;
    bool done;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own))
        return false;
    done = DuplicateTokenEx(own, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation,
                            &token) &&
           CreateWellKnownSid(WinLowLabelSid, NULL, low, &size) &&
           SetTokenInformation(token, TokenIntegrityLevel, &label,
                               sizeof(label) + GetLengthSid(low)) &&
           SetThreadToken(NULL, token);
    CloseHandle(token);
    CloseHandle(own);
    return done;
}

/* low-open KIND NAME MASK...: as `open`, at low integrity. */
static int low_open(int argc, char **argv)
{
    char line[80] = "not low";
    size_t used = 0;
    bool low = become_low();
    int i;

    for (i = 2; low && i < argc; i++) {
        HANDLE handle = client_open(argv[0], argv[1], (DWORD)strtoul(argv[i], NULL, 0));

        used += (size_t)snprintf(line + used, sizeof(line) - used, i > 2 ? " %lu" : "%lu",
                                 handle != NULL ? 0 : GetLastError());
        if (handle != NULL)
            CloseHandle(handle);
    }
    RevertToSelf();
    client_say("%s", line);
    return 0;
}

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

/* Reads the owner's line. */
static void expect_owner(struct child *client, char *sid, size_t size)
{
    const char *line = child_line(client);

    assert_non_null(line);
    assert_int_equal(strncmp(line, "owner ", 6), 0);
    snprintf(sid, size, "%s", line + 6);
    assert_true(strcmp(sid, "S-1-5-18") == 0 || strcmp(sid, "S-1-5-32-544") == 0 ||
                strcmp(sid, SHMB_SERVICE_SID) == 0);
}

static void check_descriptor(const char *kind, const char *name, DWORD full,
                             const char *const *deny, const char *const *allow)
{
    struct child *client = client_start(NULL, "descriptor %s Global\\%s", kind, name);
    char owner[200], line[300];
    int i;

    expect_owner(client, owner, sizeof(owner));
    child_expect(client, "protected");
    for (i = 0; deny[i] != NULL; i++)
        child_expect(client, deny[i]);
    /* The service's is there whoever owns the object: another account may have to adopt it. */
    for (i = 0; i < 3; i++) {
        static const char *const ours[] = {SHMB_SERVICE_SID, "S-1-5-18", "S-1-5-32-544"};

        snprintf(line, sizeof(line), "allow 0x%08lx %s flags 0", full, ours[i]);
        child_expect(client, line);
    }
    for (i = 0; allow[i] != NULL; i++)
        child_expect(client, allow[i]);
    child_expect(client, "end");
    assert_int_equal(child_end(client), 0);
}

static void the_live_descriptor_is_exactly_the_one_promised(void **state)
{
    const char *const nobody[] = {NULL};
    const char *const deny_lock[] = {"deny 0x001f0001 S-1-5-20 flags 0", NULL};
    const char *const allow_lock[] = {"allow 0x00020000 S-1-5-32-545 flags 0",
                                      "allow 0x00120001 S-1-5-4 flags 0",
                                      "allow 0x001f0001 S-1-5-19 flags 0", NULL};
    const char *const deny_mixed[] = {"deny 0x000f001f S-1-5-20 flags 0", NULL};
    const char *const allow_mixed[] = {"allow 0x00020005 S-1-5-32-545 flags 0",
                                       "allow 0x00020007 S-1-5-4 flags 0",
                                       "allow 0x000f001f S-1-5-19 flags 0", NULL};
    const char *const lock_waiting[] = {"allow 0x00120001 S-1-5-4 flags 0",
                                        "allow 0x00120001 S-1-5-19 flags 0", NULL};
    const char *const levels[] = {"read", "write", "full"};
    size_t i, k;

    (void)state;
    check_descriptor("section", "ShmbTest.Mixed", 0x000F001F, deny_mixed, allow_mixed);
    check_descriptor("mutex", "ShmbTest.Mixed.lock", 0x001F0001, deny_lock, allow_lock);
    check_descriptor("mutex", "ShmbTest.WaitingLock", 0x001F0001, nobody, lock_waiting);
    for (k = 0; k < KINDS; k++) {
        const DWORD masks[] = {table[k].read, table[k].write, table[k].full};
        char name[80], entry[80], grant[80], deny[80];
        const char *one[] = {entry, NULL}, *users[] = {grant, NULL}, *denied[] = {deny, NULL};

        for (i = 0; i < 3; i++) {
            snprintf(name, sizeof(name), "ShmbTest.%s.%s", table[k].kind, levels[i]);
            snprintf(entry, sizeof(entry), "allow 0x%08lx S-1-5-4 flags 0", masks[i]);
            check_descriptor(table[k].kind, name, table[k].full, nobody, one);
        }
        snprintf(name, sizeof(name), "ShmbTest.%s.deny", table[k].kind);
        snprintf(grant, sizeof(grant), "allow 0x%08lx S-1-5-32-545 flags 0", table[k].write);
        snprintf(deny, sizeof(deny), "deny 0x%08lx S-1-5-4 flags 0", table[k].full);
        check_descriptor(table[k].kind, name, table[k].full, denied, users);
    }
}

/* What stands beside a segment: the names of the broker's table and of its control section. */
static void ask_names(const char *segment, char table_name[80], char control[80])
{
    const char *line = client_line(NULL, "own-names %s", segment);

    if (sscanf(line, "%79s %79s", table_name, control) != 2 ||
        strncmp(control, SHMB_CONTROL_PREFIX, sizeof(SHMB_CONTROL_PREFIX) - 1) != 0)
        fail_msg("%s: %s", segment, line);
}

static void check_one(const char *kind, const char *name, DWORD full, DWORD denied, DWORD mask,
                      const char *sid)
{
    char deny[80], allow[80];
    const char *denials[] = {deny, NULL}, *grants[] = {allow, NULL}, *nobody[] = {NULL};

    snprintf(deny, sizeof(deny), "deny 0x%08lx S-1-5-4 flags 0", denied);
    snprintf(allow, sizeof(allow), "allow 0x%08lx %s flags 0", mask, sid);
    check_descriptor(kind, name, full, denied != 0 ? denials : nobody, mask != 0 ? grants : nobody);
}

/*
 * Each level on all that a segment brings along. In a control section `full` is
 * no more than write: nobody but the broker may change who has access there.
 */
static void what_belongs_to_a_segment_has_its_levels(void **state)
{
    static const struct {
        const char *level, *sid;
        DWORD section, lock, change, control;
        bool denies;
    } rows[] = {
        {"read", "S-1-5-4", 0x00020005, 0x00020000, 0x00120001, 0x00020005, false},
        {"write", "S-1-5-4", 0x00020007, 0x00120001, 0x00120003, 0x00020007, false},
        {"full", "S-1-5-4", 0x000F001F, 0x001F0001, 0x001F0003, 0x00020007, false},
        {"deny", "S-1-5-32-545", 0x00020007, 0x00120001, 0x00120003, 0x00020007, true},
    };
    size_t i, event;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const DWORD all = 0x000F001F, all_mutex = 0x001F0001, all_event = 0x001F0003;
        bool denies = rows[i].denies;
        char segment[80], name[100], table_name[80], control[80];

        snprintf(segment, sizeof(segment), "ShmbTest.all.%s", rows[i].level);
        ask_names(segment, table_name, control);
        check_one("section", segment, all, denies ? all : 0, rows[i].section, rows[i].sid);
        check_one("section", control, all, denies ? all : 0, rows[i].control, rows[i].sid);
        snprintf(name, sizeof(name), "%s.lock", segment);
        check_one("mutex", name, all_mutex, denies ? all_mutex : 0, rows[i].lock, rows[i].sid);
        for (event = 0; event < SHMB_CHANGE_EVENTS; event++) {
            snprintf(name, sizeof(name), "%s.changed.%u", segment, (unsigned)event);
            check_one("event", name, all_event, denies ? all_event : 0, rows[i].change,
                      rows[i].sid);
        }
    }
}

/* The directory and its table are for all who are logged on, the report for administrators. */
static void the_brokers_own_sections_have_theirs(void **state)
{
    char table_name[80], control[80], name[100];

    (void)state;
    ask_names("ShmbTest.all.read", table_name, control);
    check_one("section", SHMB_ROOT_NAME, 0x000F001F, 0, 0x00020005, "S-1-5-11");
    check_one("section", table_name, 0x000F001F, 0, 0x00020005, "S-1-5-11");
    check_one("section", SHMB_REPORT_NAME, 0x000F001F, 0, 0, "");
    snprintf(name, sizeof(name), "section Global\\%s", table_name);
    assert_string_equal(client_line(NULL, "label %s", name), "none");
    assert_string_equal(client_line(NULL, "label section Global\\%s", SHMB_ROOT_NAME), "none");
    assert_string_equal(client_line(NULL, "label section Global\\%s", SHMB_REPORT_NAME), "none");
    assert_string_equal(client_line(NULL, "label section Global\\%s", control), "none");
}

static void a_label_is_on_all_that_belongs_to_a_segment(void **state)
{
    static const char low[] = "type 17 0x1 S-1-16-4096 of 1";
    static const char *const labelled[] = {"ShmbTest.all.low", "ShmbTest.Low", "ShmbTest.Exact"};
    char table_name[80], control[80];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(labelled) / sizeof(labelled[0]); i++) {
        ask_names(labelled[i], table_name, control);
        assert_string_equal(client_line(NULL, "label section Global\\%s", labelled[i]), low);
        assert_string_equal(client_line(NULL, "label mutex Global\\%s.lock", labelled[i]), low);
        assert_string_equal(client_line(NULL, "label section Global\\%s", control), low);
    }
    for (i = 0; i < SHMB_CHANGE_EVENTS; i++)
        assert_string_equal(
            client_line(NULL, "label event Global\\ShmbTest.all.low.changed.%u", (unsigned)i), low);
}

static void labels_are_as_written(void **state)
{
    static const char low[] = "type 17 0x1 S-1-16-4096 of 1"; /* SYSTEM_MANDATORY_LABEL_ACE_TYPE */

    (void)state;
    assert_string_equal(client_line(NULL, "label section Global\\ShmbTest.Low"), low);
    assert_string_equal(client_line(NULL, "label mutex Global\\ShmbTest.Low.lock"), low);
    assert_string_equal(client_line(NULL, "label section Global\\ShmbTest.Exact"), low);
    assert_string_equal(client_line(NULL, "label mutex Global\\ShmbTest.Exact.lock"), low);
    assert_string_equal(client_line(NULL, "label section Global\\ShmbTest.Mixed"), "none");
    assert_string_equal(client_line(NULL, "label mutex Global\\ShmbTest.mutex.full"), "none");
}

/* Low integrity takes nothing but the right to write, and gives nothing. */
static void low_integrity_writes_only_where_it_may(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* its tokens have no integrity of their own */
    assert_string_equal(client_line(NULL, "low-open section Global\\ShmbTest.Low 0x20005 0x20007"),
                        "0 0");
    assert_string_equal(client_line(NULL, "low-open mutex Global\\ShmbTest.Low.lock 0x120001"),
                        "0");
    assert_string_equal(
        client_line(NULL, "low-open section Global\\ShmbTest.section.write 0x20005 0x20007"),
        "0 5");
}

static void expect_lines(const char *kind, const char *name, const char *const *lines)
{
    struct child *client = client_start(NULL, "descriptor %s Global\\%s", kind, name);
    char owner[200];
    size_t i;

    expect_owner(client, owner, sizeof(owner));
    for (i = 0; lines[i] != NULL; i++) {
        char line[300];

        snprintf(line, sizeof(line), lines[i], owner);
        child_expect(client, line);
        /* The service's own entry follows that of another owner. */
        if (strchr(lines[i], '%') == NULL || strcmp(owner, SHMB_SERVICE_SID) == 0)
            continue;
        snprintf(line, sizeof(line), lines[i], SHMB_SERVICE_SID);
        child_expect(client, line);
    }
    child_expect(client, "end");
    assert_int_equal(child_end(client), 0);
}

static void sddl_is_what_the_object_has(void **state)
{
    static const char *const section[] = {"protected",
                                          "deny 0x00000002 S-1-5-20 flags 0",
                                          "allow 0x000f001f %s flags 0",
                                          "allow 0x00020005 S-1-5-32-545 flags 0",
                                          "allow 0x00020007 S-1-5-4 flags 0",
                                          NULL};
    const char *const deny_lock[] = {"deny 0x001f0001 S-1-5-20 flags 0", NULL};
    const char *const allow_lock[] = {"allow 0x00020000 S-1-5-32-545 flags 0",
                                      "allow 0x00120001 S-1-5-4 flags 0", NULL};

    (void)state;
    expect_lines("section", "ShmbTest.Exact", section);
    check_descriptor("mutex", "ShmbTest.Exact.lock", 0x001F0001, deny_lock, allow_lock);
}

static void the_owner_is_the_service_administrators_or_system(void **state)
{
    struct child *client = client_start(NULL, "descriptor section Global\\ShmbTest.Mixed");
    char owner[200];

    (void)state;
    expect_owner(client, owner, sizeof(owner));
    child_kill(client);
}

static const struct verb verbs[] = {{"descriptor", 2, descriptor},
                                    {"label", 2, label},
                                    {"low-open", 3, low_open},
                                    {"own-names", 1, own_names}};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_owner_is_the_service_administrators_or_system,
                                  support_teardown),
        cmocka_unit_test_teardown(the_live_descriptor_is_exactly_the_one_promised,
                                  support_teardown),
        cmocka_unit_test_teardown(what_belongs_to_a_segment_has_its_levels, support_teardown),
        cmocka_unit_test_teardown(the_brokers_own_sections_have_theirs, support_teardown),
        cmocka_unit_test_teardown(a_label_is_on_all_that_belongs_to_a_segment, support_teardown),
        cmocka_unit_test_teardown(labels_are_as_written, support_teardown),
        cmocka_unit_test_teardown(sddl_is_what_the_object_has, support_teardown),
        cmocka_unit_test_teardown(low_integrity_writes_only_where_it_may, support_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
