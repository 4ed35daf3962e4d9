/*
 * Objects that exist already: what the port finds out about them, and whether
 * it can keep them. The broker's SID is played by Interactive, since as an
 * Administrator everything could be opened.
 */
#include "support.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients.h"
#include "descriptor.h"
#include "descriptors.h"
#include "inspect.h"
#include "names.h"
#include "objects.h"

#define OWNER  "S-1-5-32-544"
#define PLAYED "S-1-5-4" /* Interactive */

static const struct launch broker = {.standard_user = true};
static const struct launch stranger = {.standard_user = true, .deny = "IU"};

/* ---- the broker's side, in a process of its own ---- */

static const char *word(enum sys_status status)
{
    static const char *const words[] = {
        [SYS_OK] = "ok",       [SYS_TAKEN] = "taken",         [SYS_SECOND_BROKER] = "second broker",
        [SYS_NEWER] = "newer", [SYS_DENIED] = "denied",       [SYS_NOT_FOUND] = "not found",
        [SYS_LATER] = "later", [SYS_NO_MEMORY] = "no memory", [SYS_FAILED] = "failed",
    };

    return words[status];
}

static void say_facts(enum sys_status status, const struct sys_facts *facts)
{
    client_say("%s %s %llu %s %ld owner=%s sddl=%s", word(status),
               facts->kind == SHMB_KIND_COUNT ? "none" : shmb_kind_word(facts->kind),
               (unsigned long long)facts->size, facts->manual_reset ? "manual" : "-",
               (long)facts->maximum, facts->owner, facts->sddl != NULL ? facts->sddl : "?");
}

/* inspect NAME */
static int do_inspect(int argc, char **argv)
{
    struct sys_failure why = {0, NULL, ""};
    struct sys_object *object;
    struct sys_facts facts;
    enum sys_status status = inspect_object(argv[0], SHMB_KIND_COUNT, &facts, &object, &why);

    (void)argc;
    if ((object != NULL) != (status == SYS_OK) || (status != SYS_OK && why.text[0] == '\0'))
        return 1;
    say_facts(status, &facts);
    free(facts.sddl);
    objects_close(object);
    return 0;
}

/* keep NAME SDDL: takes it over, waits; then gives it another access and holds on. */
static int do_keep(int argc, char **argv)
{
    struct sys_descriptor *descriptor;
    struct sys_object *object;
    struct sys_failure why;
    struct sys_facts facts;
    enum sys_status status = inspect_object(argv[0], SHMB_KIND_COUNT, &facts, &object, &why);

    (void)argc;
    free(facts.sddl);
    client_say("%s", word(status));
    if (status != SYS_OK || descriptors_make(argv[1], &descriptor, &why) != SYS_OK)
        return 1;
    client_say("%s", word(objects_protect(object, descriptor, &why)));
    descriptors_free(descriptor);
    client_wait_for_end();
    objects_close(object);
    return 0;
}

/* ---- objects ---- */

/* Makes an object in this process with an access given as SDDL; `maximum`, manual or size: `n`. */
static HANDLE make(enum shmb_kind kind, const char *bare, LONG n, const char *sddl)
{
    SECURITY_ATTRIBUTES security = {sizeof(security), NULL, FALSE};
    wchar_t name[128];
    HANDLE object;

    swprintf(name, 128, L"Global\\%ls", support_wide(bare));
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        support_wide(sddl), SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL));
    SetLastError(0);
    if (kind == SHMB_SECTION)
        object =
            CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0, (DWORD)n, name);
    else if (kind == SHMB_MUTEX)
        object = CreateMutexW(&security, FALSE, name);
    else if (kind == SHMB_EVENT)
        object = CreateEventW(&security, n != 0, FALSE, name);
    else
        object = CreateSemaphoreW(&security, 1, n, name);
    assert_non_null(object);
    assert_int_equal(GetLastError(), 0);
    LocalFree(security.lpSecurityDescriptor);
    return object;
}

static void expect_facts(const struct launch *how, const char *name, const char *line)
{
    assert_string_equal(client_line(how, "inspect %s", name), line);
}

/* ---- tests ---- */

static void says_what_each_kind_is(void **state)
{
    HANDLE objects[5];
    size_t i;

    (void)state;
    objects[0] = make(SHMB_SECTION, "ShmbTest.S", 5000, "O:BAD:P(A;;0xf001f;;;IU)");
    objects[1] = make(SHMB_MUTEX, "ShmbTest.M", 0, "O:BAD:P(A;;0x1f0001;;;IU)");
    objects[2] = make(SHMB_EVENT, "ShmbTest.E", 1, "O:BAD:P(A;;0x1f0003;;;IU)");
    objects[3] = make(SHMB_EVENT, "ShmbTest.A", 0, "O:SYD:P(A;;0x1f0003;;;IU)");
    objects[4] = make(SHMB_SEMAPHORE, "ShmbTest.N", 7, "O:BAD:P(A;;0x1f0003;;;IU)");
    expect_facts(&broker, "ShmbTest.S",
                 "ok section 8192 - 0 owner=" OWNER " sddl=O:" OWNER "D:P(A;;0xf001f;;;" PLAYED
                 ")");
    expect_facts(&broker, "ShmbTest.M",
                 "ok mutex 0 - 0 owner=" OWNER " sddl=O:" OWNER "D:P(A;;0x1f0001;;;" PLAYED ")");
    expect_facts(&broker, "ShmbTest.E",
                 "ok event 0 manual 0 owner=" OWNER " sddl=O:" OWNER "D:P(A;;0x1f0003;;;" PLAYED
                 ")");
    expect_facts(&broker, "ShmbTest.A",
                 "ok event 0 - 0 owner=S-1-5-18 sddl=O:S-1-5-18D:P(A;;0x1f0003;;;" PLAYED ")");
    expect_facts(&broker, "ShmbTest.N",
                 "ok semaphore 0 - 7 owner=" OWNER " sddl=O:" OWNER "D:P(A;;0x1f0003;;;" PLAYED
                 ")");
    for (i = 0; i < 5; i++)
        CloseHandle(objects[i]);
}

static void a_free_name_is_not_found(void **state)
{
    (void)state;
    expect_facts(&broker, "ShmbTest.Nothing", "not found none 0 - 0 owner= sddl=?");
}

static void without_rights_it_says_what_may_be_known(void **state)
{
    HANDLE shown = make(SHMB_SECTION, "ShmbTest.S", 5000, "O:BAD:P(A;;0xf001f;;;IU)(A;;RC;;;WD)");
    HANDLE hidden = make(SHMB_EVENT, "ShmbTest.E", 1, "O:BAD:P(A;;0x1f0003;;;IU)");

    (void)state;
    expect_facts(&stranger, "ShmbTest.S",
                 "denied section 0 - 0 owner=" OWNER " sddl=O:" OWNER "D:P(A;;0xf001f;;;" PLAYED
                 ")(A;;0x20000;;;S-1-1-0)");
    expect_facts(&stranger, "ShmbTest.E", "denied event 0 - 0 owner= sddl=?");
    CloseHandle(shown);
    CloseHandle(hidden);
}

/* An object that can be used but not protected is none that can be kept. */
static void less_than_all_rights_is_denied(void **state)
{
    static const char *const sddl[] = {"O:BAD:P(A;;0xb001f;;;IU)", "O:BAD:P(A;;0x1b0001;;;IU)",
                                       "O:BAD:P(A;;0x1b0003;;;IU)", "O:BAD:P(A;;0x1b0003;;;IU)"};
    int kind;

    (void)state;
    for (kind = 0; kind < SHMB_KERNEL_KINDS; kind++) {
        HANDLE object = make((enum shmb_kind)kind, "ShmbTest.X", 64, sddl[kind]);
        const char *line = client_line(&broker, "inspect ShmbTest.X");

        assert_ptr_equal(strstr(line, "denied "), line);
        assert_non_null(strstr(line, "owner=" OWNER));
        CloseHandle(object);
    }
}

static void another_kind_of_object_is_denied(void **state)
{
    HANDLE timer = CreateWaitableTimerW(NULL, TRUE, L"Global\\ShmbTest.T");

    (void)state;
    assert_non_null(timer);
    expect_facts(&broker, "ShmbTest.T", "denied none 0 - 0 owner= sddl=?");
    CloseHandle(timer);
}

/* Nobody but the broker holds it then; its access changes in place, its content stays. */
static void what_was_inspected_is_kept(void **state)
{
    HANDLE section = make(SHMB_SECTION, "ShmbTest.S", 64, "O:BAD:P(A;;0xf001f;;;IU)");
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    struct child *keeper;

    (void)state;
    assert_non_null(view);
    strcpy(view, "here");
    keeper = client_start(&broker, "keep ShmbTest.S D:P(A;;0xf001f;;;IU)(A;;0x20005;;;AU)");
    child_expect(keeper, "ok");
    child_expect(keeper, "ok");
    UnmapViewOfFile(view);
    CloseHandle(section);
    assert_string_equal(client_line(&stranger, "open section Global\\ShmbTest.S 0x20005 0x2"),
                        "0 5");
    assert_string_equal(client_line(&stranger, "dump Global\\ShmbTest.S"), "4096: 68657265");
    assert_int_equal(child_end(keeper), 0);
    assert_string_equal(client_line(&stranger, "open section Global\\ShmbTest.S 0x20005"), "2");
}

/* What the core writes is what it reads back: so it can tell a changed access. */
static void equal_access_is_equal_text(void **state)
{
    static const struct access_rule rules[] = {{"S-1-5-32-545", SHMB_LEVEL_READ},
                                               {"S-1-5-32-546", SHMB_LEVEL_DENY},
                                               {"S-1-5-21-1-2-3-1001", SHMB_LEVEL_WRITE}};
    int kind;

    (void)state;
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++) {
        const struct descriptor_use use = {.kind = (enum shmb_kind)kind};
        char *sddl = descriptor_sddl(OWNER, &use, rules, 3);
        struct sys_object *object;
        struct sys_failure why;
        struct sys_facts facts;
        HANDLE made;

        assert_non_null(sddl);
        made = make((enum shmb_kind)kind, "ShmbTest.X", 64, sddl);
        assert_int_equal(inspect_object("ShmbTest.X", SHMB_KIND_COUNT, &facts, &object, &why),
                         SYS_OK);
        assert_non_null(strstr(sddl, "D:"));
        assert_string_equal(strstr(facts.sddl, "D:"), strstr(sddl, "D:"));
        free(facts.sddl);
        free(sddl);
        objects_close(object);
        CloseHandle(made);
    }
}

/* Sets an access, and reads it. */
static void expect_changed(HANDLE made, const char *wanted)
{
    struct sys_descriptor *descriptor;
    struct sys_object *object;
    struct sys_failure why;
    struct sys_facts facts;

    assert_int_equal(descriptors_make(wanted, &descriptor, &why), SYS_OK);
    assert_int_equal(objects_protect((struct sys_object *)made, descriptor, &why), SYS_OK);
    descriptors_free(descriptor);
    assert_int_equal(inspect_object("ShmbTest.X", SHMB_KIND_COUNT, &facts, &object, &why), SYS_OK);
    assert_string_equal(facts.sddl, wanted);
    free(facts.sddl);
    objects_close(object);
}

/* Owner, list and label are set as one, and a label goes as it came. */
static void access_is_changed_in_place(void **state)
{
    static const char *const wanted[] = {
        ("O:S-1-5-32-544D:P(A;;0xf001f;;;S-1-5-32-544)(A;;0x20007;;;S-1-5-4)"
         "S:(ML;;NW;;;S-1-16-4096)"),
        "O:S-1-5-32-544D:P(A;;0xf001f;;;S-1-5-32-544)",
        "O:S-1-5-32-544D:P(A;;0xf001f;;;S-1-5-32-544)S:(ML;;NWNR;;;S-1-16-4096)",
        "O:S-1-5-32-544D:P(A;;0xf001f;;;S-1-5-32-544)(A;;0x4;;;S-1-5-4)"};
    HANDLE made = make(SHMB_SECTION, "ShmbTest.X", 64, "O:BAD:P(A;;0xf001f;;;BA)");
    char text[4096];
    size_t i, length;

    (void)state;
    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        expect_changed(made, wanted[i]);
    /* Longer than most: over 2000 bytes in memory. */
    length = (size_t)snprintf(text, sizeof(text), "%s", wanted[1]);
    for (i = 0; i < 60; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "(A;;0x4;;;S-1-5-21-1-2-3-%u)", (unsigned)i + 1000);
    expect_changed(made, text);
    CloseHandle(made);
}

/* No text of ours says these: the system's then does, and never the same as one of ours. */
static void unusual_access_has_a_text_too(void **state)
{
    static const char *const sddl[] = {"O:BAD:P(A;OICI;0xf001f;;;WD)", "O:BAD:NO_ACCESS_CONTROL",
                                       "O:BAD:P"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(sddl) / sizeof(sddl[0]); i++) {
        HANDLE made = make(SHMB_SECTION, "ShmbTest.X", 64, sddl[i]);
        struct sys_object *object;
        struct sys_failure why;
        struct sys_facts facts;
        enum sys_status status =
            inspect_object("ShmbTest.X", SHMB_KIND_COUNT, &facts, &object, &why);

        if (status == SYS_OK) {
            assert_non_null(facts.sddl);
            assert_non_null(strstr(facts.sddl, "D:"));
            assert_null(strstr(facts.sddl, "D:P(A;;"));
        }
        free(facts.sddl);
        objects_close(object);
        CloseHandle(made);
    }
}

static void an_impossible_name_fails(void **state)
{
    char name[SHMB_NAME_MAX + 2];
    struct sys_object *object;
    struct sys_failure why;
    struct sys_facts facts;

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(inspect_object(name, SHMB_KIND_COUNT, &facts, &object, &why), SYS_FAILED);
    assert_null(object);
    assert_null(facts.sddl);
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    static const struct verb verbs[] = {{"inspect", 1, do_inspect}, {"keep", 2, do_keep}};
    const struct CMUnitTest tests[] = {
        TEST(says_what_each_kind_is),
        TEST(a_free_name_is_not_found),
        TEST(without_rights_it_says_what_may_be_known),
        TEST(less_than_all_rights_is_denied),
        TEST(another_kind_of_object_is_denied),
        TEST(what_was_inspected_is_kept),
        TEST(equal_access_is_equal_text),
        TEST(access_is_changed_in_place),
        TEST(unusual_access_has_a_text_too),
        TEST(an_impossible_name_fails),
    };

    support_client(verbs, 2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
