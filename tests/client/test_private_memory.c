/* Memory without the broker: of one user, in one session. */
#include "support.h"

#include <sddl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"

#define NAME "ShmbTest.Private"

static const struct launch user = {.standard_user = true, .no_privileges = true};

static shmb_segment *created(const char *name, uint64_t size, int32_t first)
{
    shmb_segment *segment;
    int32_t is_first = -1;

    assert_int_equal(shmb_private_create(name, size, &segment, &is_first), SHMB_OK);
    assert_int_equal(is_first, first);
    return segment;
}

/* use NAME SIZE: makes or finds it; result, first, the number in it; adds one; waits. */
static int use(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t first,
        result = shmb_private_create(argv[0], strtoul(argv[1], NULL, 10), &segment, &first);
    uint32_t number = 0;

    (void)argc;
    if (result == SHMB_OK) {
        shmb_lock(segment, SHMB_INFINITE);
        shmb_read(segment, 0, &number, sizeof(number), NULL);
        number++;
        shmb_write(segment, 0, &number, sizeof(number), NULL);
        shmb_unlock(segment);
    }
    client_say("%ld %ld %lu", (long)result, (long)first, (unsigned long)number);
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

/* keep NAME: takes the lock and waits to be killed. */
static int hold(int argc, char **argv)
{
    shmb_segment *segment;

    (void)argc;
    if (shmb_private_create(argv[0], 64, &segment, NULL) != SHMB_OK ||
        shmb_lock(segment, 0) != SHMB_OK)
        return 1;
    client_say("holding");
    client_wait_for_end();
    return 0;
}

static void the_first_makes_it_and_others_find_it(void **state)
{
    shmb_segment *one = created(NAME, 64, 1), *two = created("Local\\" NAME, 64, 0);
    char name[SHMB_NAME_SIZE], byte = 1;
    uint64_t size;
    void *data;

    (void)state;
    assert_int_equal(shmb_read(two, 63, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 0);
    assert_int_equal(shmb_update(one, 0, "a", 2, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_data(two, &data), SHMB_OK);
    assert_string_equal((const char *)data, "a");
    assert_int_equal(shmb_name(two, name, sizeof(name)), SHMB_OK);
    assert_string_equal(name, NAME);
    assert_int_equal(shmb_size(two, &size), SHMB_OK);
    assert_int_equal(size, 64);
    shmb_close(one);
    shmb_close(two);
    one = created(NAME, 64, 1); /* it went with its last handle */
    assert_int_equal(shmb_read(one, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 0);
    shmb_close(one);
}

static void it_is_ordinary_memory_to_plain_programs(void **state)
{
    shmb_segment *segment = created(NAME, 64, 1);
    char text[6] = "";

    (void)state;
    assert_string_equal(client_line(&user, "write %s 0 plain", NAME), "written");
    assert_int_equal(shmb_read(segment, 0, text, 5, NULL), SHMB_OK);
    assert_string_equal(text, "plain");
    assert_string_equal(client_line(&user, "take %s.lock 0", NAME), "taken");
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_string_equal(client_line(&user, "take %s.lock 0", NAME), "timeout");
    assert_string_equal(client_line(&user, "open section Global\\%s 4", NAME), "2");
    shmb_close(segment);
}

static void a_user_without_privileges_makes_it(void **state)
{
    struct child *one = client_start(&user, "use %s 64", NAME), *two;

    (void)state;
    child_expect(one, "0 1 1");
    two = client_start(NULL, "use %s 64", NAME);
    child_expect(two, "0 0 2");
    if (support_counterpart() != NULL) {
        struct child *other = client_start_other(&user, "use %s 64", NAME);

        child_expect(other, "0 0 3");
        assert_int_equal(child_end(other), 0);
    }
    assert_int_equal(child_end(one), 0);
    assert_int_equal(child_end(two), 0);
}

static void each_session_has_its_own(void **state)
{
    static const struct launch second = {.standard_user = true, .session = "2"};
    shmb_segment *segment;
    struct child *child;

    (void)state;
    if (!support_wine())
        skip(); /* one test cannot log on into two sessions */
    segment = created(NAME, 64, 1);
    child = client_start(&second, "use %s 64", NAME);
    child_expect(child, "0 1 1");
    assert_int_equal(child_end(child), 0);
    shmb_close(segment);
}

static void sizes(void **state)
{
    shmb_segment *segment = created(NAME, 100, 1), *other;
    uint64_t size;

    (void)state;
    assert_int_equal(shmb_private_create(NAME, 4097, &other, NULL), SHMB_RANGE);
    assert_null(other);
    other = created(NAME, 10, 0);
    assert_int_equal(shmb_size(other, &size), SHMB_OK);
    assert_int_equal(size, 10);
    assert_int_equal(shmb_update(other, 11, "a", 1, 0, NULL), SHMB_RANGE);
    shmb_close(other);
    shmb_close(segment);
    assert_int_equal(shmb_private_create(NAME, 0, &other, NULL), SHMB_BAD_ARGUMENT);
    assert_true(shmb_private_create(NAME, UINT64_MAX, &other, NULL) < 0);
    assert_null(other);
}

static void without_a_name_nobody_else_has_it(void **state)
{
    enum { COUNT = 50 };
    static char names[COUNT][SHMB_NAME_SIZE];
    shmb_segment *segments[COUNT], *found;
    int i, j;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        segments[i] = created(NULL, 16, 1);
        assert_int_equal(shmb_name(segments[i], names[i], sizeof(names[i])), SHMB_OK);
        for (j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
    found = created(names[7], 16, 0);
    shmb_close(found);
    for (i = 0; i < COUNT; i++)
        shmb_close(segments[i]);
}

static void names_that_are_none(void **state)
{
    static const char *const bad[] = {
        "",          "Global\\X",   "Local\\",        "Local\\Global\\X",
        "Session\\", "Local\\a\\b", "Local\\Local\\X"};
    char name[202];
    shmb_segment *segment;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int32_t first = 7;

        assert_int_equal(shmb_private_create(bad[i], 8, &segment, &first), SHMB_BAD_NAME);
        assert_null(segment);
        assert_int_equal(first, 0);
    }
    memset(name, 'x', sizeof(name));
    name[196] = '\0'; /* with .lock one too long */
    assert_int_equal(shmb_private_create(name, 8, &segment, NULL), SHMB_BAD_NAME);
    name[195] = '\0';
    shmb_close(created(name, 8, 1));
    assert_int_equal(shmb_private_create(NAME, 8, NULL, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_private_createW(L"\xD800", 8, &segment, NULL), SHMB_BAD_NAME);
    assert_int_equal(shmb_private_createW(L"Gr\x00F6\x00DF"
                                          L"e",
                                          8, &segment, NULL),
                     SHMB_OK);
    shmb_close(segment);
    assert_int_equal(shmb_private_createW(NULL, 8, &segment, NULL), SHMB_OK);
    shmb_close(segment);
}

/* An object of somebody else, who lets everybody in. */
static HANDLE squat(bool section, const wchar_t *name)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    HANDLE object;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"O:BAD:(A;;GA;;;WD)", SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    object =
        section ? CreateFileMappingW(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, 0, 64, name)
                : CreateMutexW(&attributes, FALSE, name);
    LocalFree(attributes.lpSecurityDescriptor);
    assert_non_null(object);
    return object;
}

static void what_others_have_made_is_refused(void **state)
{
    HANDLE other = squat(true, L"Local\\" NAME);
    shmb_segment *segment;

    (void)state;
    assert_int_equal(shmb_private_create(NAME, 64, &segment, NULL), SHMB_NOT_OURS);
    assert_null(segment);
    CloseHandle(other);
    other = squat(false, L"Local\\" NAME ".lock");
    assert_int_equal(shmb_private_create(NAME, 64, &segment, NULL), SHMB_NOT_OURS);
    CloseHandle(other);
    other = squat(false, L"Local\\" NAME);
    assert_int_equal(shmb_private_create(NAME, 64, &segment, NULL), SHMB_WRONG_KIND);
    CloseHandle(other);
    shmb_close(created(NAME, 64, 1)); /* nothing is left of the failures */
}

static void only_its_user_and_system_may_open_it(void **state)
{
    shmb_segment *segment = created(NAME, 64, 1);
    HANDLE section = OpenFileMappingW(READ_CONTROL, FALSE, L"Local\\" NAME);
    SECURITY_DESCRIPTOR_CONTROL control;
    PSECURITY_DESCRIPTOR descriptor;
    char buffer[512];
    DWORD length, revision;
    wchar_t *text;
    char line[600];

    (void)state;
    assert_non_null(section);
    descriptor = buffer;
    assert_true(GetKernelObjectSecurity(section,
                                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                        descriptor, sizeof(buffer), &length));
    assert_true(GetSecurityDescriptorControl(descriptor, &control, &revision));
    assert_true(control & SE_DACL_PROTECTED);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text,
        NULL));
    snprintf(line, sizeof(line), "%s", support_narrow(text));
    LocalFree(text);
    CloseHandle(section);
    shmb_close(segment);
    /* two entries: the owner's and SYSTEM's */
    assert_non_null(strstr(line, ";;;SY)"));
    assert_ptr_equal(strchr(strchr(strchr(line, '(') + 1, '(') + 1, '('), NULL);
}

static void a_death_is_told_to_the_next_owner(void **state)
{
    shmb_segment *segment = created(NAME, 64, 1);
    struct child *child = client_start(&user, "keep %s", NAME);

    (void)state;
    child_expect(child, "holding");
    assert_int_equal(shmb_lock(segment, 0), SHMB_TIMEOUT);
    child_kill(child);
    assert_int_equal(shmb_lock(segment, SHMB_INFINITE), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    shmb_close(segment);
}

static void its_lock_is_that_of_all_handles(void **state)
{
    shmb_segment *one = created(NAME, 64, 1), *two = created(NAME, 64, 0);

    (void)state;
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_update(two, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    shmb_close(one); /* which had opened the mutex */
    assert_string_equal(client_line(NULL, "take Local\\" NAME ".lock 0"), "timeout");
    assert_int_equal(shmb_write(two, 0, "b", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(two), SHMB_OK);
    assert_int_equal(shmb_unlock(two), SHMB_NOT_OWNER);
    assert_string_equal(client_line(NULL, "take Local\\" NAME ".lock 0"), "taken");
    shmb_close(two);
}

static void what_needs_the_broker_says_so(void **state)
{
    shmb_segment *segment = created(NAME, 64, 1);
    shmb_info info = {.size = sizeof(info)};
    uint64_t number;
    int32_t first;
    char byte;

    (void)state;
    assert_int_equal(shmb_state(segment, &info), SHMB_OK);
    assert_int_equal(info.flags, SHMB_FLAG_PRIVATE | SHMB_FLAG_HAS_LOCK);
    assert_int_equal(info.bytes, 64);
    assert_string_equal(info.lock, NAME ".lock");
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_begin(segment, 0, &number), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_valid(segment, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_BAD_ARGUMENT);
    shmb_close(segment);
}

static const struct verb verbs[] = {{"use", 2, use}, {"keep", 1, hold}};

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_makes_it_and_others_find_it),
        TEST(it_is_ordinary_memory_to_plain_programs),
        TEST(a_user_without_privileges_makes_it),
        TEST(each_session_has_its_own),
        TEST(sizes),
        TEST(without_a_name_nobody_else_has_it),
        TEST(names_that_are_none),
        TEST(what_others_have_made_is_refused),
        TEST(only_its_user_and_system_may_open_it),
        TEST(a_death_is_told_to_the_next_owner),
        TEST(its_lock_is_that_of_all_handles),
        TEST(what_needs_the_broker_says_so),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
