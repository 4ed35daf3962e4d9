/* The verb apply: a configuration is rolled out on a service. */
#include "applying.h"

#include <aclapi.h>
#include <string.h>

#define LARGE "  ShmbTest.Data: { size: 8192, lock: none }\n"

static void wrong_command_lines_are_code_2(void **state)
{
    (void)state;
    broker_says("apply", 2, "apply takes one file");
    broker_says("apply one.yaml two.yaml", 2, "apply takes one file");
    broker_says("apply one.yaml --quiet --json", 2, "do not go together");
    broker_says("apply one.yaml --config", 2, "--config needs a value");
    broker_says("apply one.yaml --timeout 1s", 2, "a whole number of milliseconds");
    broker_says("apply one.yaml --timeout 86400001", 2, "a whole number of milliseconds");
    broker_says("apply one.yaml --timeout 99999999999999999999999", 2, "at most 86400000");
    broker_says("apply one.yaml --merged", 2, "--dry-run");
}

static void it_needs_an_elevated_prompt(void **state)
{
    static const struct launch user = {.standard_user = true};

    (void)state;
    apply_ends(child_start(&user, "\"%s\" apply nothing.yaml", support_sibling("shmbroker.exe")), 3,
               "apply needs administrator rights");
}

static void what_is_applied_is_served(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA NEW, "", 0, "has applied its configuration");
    said_too(said, "create");
    said_too(said, "the former one is");
    expect_content("", HEAD DATA NEW);
    expect_content(".former", HEAD DATA);
    expect_nothing_left();
    expect_open("ShmbTest.New", "0");
    /* The former of before is replaced. */
    said = apply(HEAD NEW, "--json", 0, "\"result\": \"applied\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"restored\": false");
    said_too(said, "\"running\": true");
    said_too(said, "\"action\": \"retire\"");
    said_too(said, "\"outcome\": \"done\"");
    said_too(said, ".former\"");
    expect_content(".former", HEAD DATA NEW);
    expect_open("ShmbTest.Data", "2");
}

static void the_same_again_does_nothing(void **state)
{
    WIN32_FILE_ATTRIBUTE_DATA before, after;
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    apply(HEAD DATA NEW, "", 0, "has applied");
    assert_true(GetFileAttributesExW(beside(""), GetFileExInfoStandard, &before));
    said = apply(HEAD DATA NEW, "--json", 0, "\"result\": \"unchanged\"");
    said_too(said, "\"changed\": false");
    said_too(said, "\"reload\": null");
    apply(HEAD DATA NEW, "", 0, "unchanged: ShmBroker serves this configuration already");
    assert_true(GetFileAttributesExW(beside(""), GetFileExInfoStandard, &after));
    assert_memory_equal(&before.ftLastWriteTime, &after.ftLastWriteTime, sizeof(FILETIME));
    expect_content(".former", HEAD DATA);
}

/* The file in place is right, but the service has not read it. */
static void a_file_that_is_in_place_is_loaded(void **state)
{
    (void)state;
    install_and_start(HEAD DATA);
    scm_file(HEAD DATA NEW);
    apply_file(target(), "--json", 0, "\"result\": \"applied\"");
    expect_open("ShmbTest.New", "0");
    expect_content(".former", NULL);
    apply_file(target(), "--json", 0, "\"result\": \"unchanged\"");
}

/* The check says it of FILE; the service says it again of the file in its place. */
static void a_warning_is_printed_once(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA "  \"ShmbTest.\xC3\x9C\": { size: 64, lock: none }\n", "", 0,
                 "warning: segments.ShmbTest.\xC3\x9C: ");
    if (strstr(strstr(said, "warning: ") + 1, "warning: ") != NULL)
        fail_msg("there is more than one warning in:\n%s", said);
}

/* It is checked with the files beside its place, and is as new as they are. */
static void relative_paths_start_from_its_place(void **state)
{
    static const char including[] = HEAD DATA "include: my.part.*\n";

    (void)state;
    install_and_start(HEAD DATA);
    write_part("my.part.yaml", HEAD NEW);
    apply(including, "", 0, "has applied");
    expect_open("ShmbTest.New", "0");
    apply(including, "", 0, "unchanged");
    append_part("my.part.yaml", "  ShmbTest.More: { size: 64 }\n");
    apply(including, "", 0, "has applied");
    expect_open("ShmbTest.More", "0");
    append_part("my.part.yaml", "  Wrong\n");
    apply(including, "", 1, "my.part.yaml:");
    DeleteFileW(support_wide(in_folder("my.part.yaml")));
}

static void a_dry_run_changes_nothing(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD DATA NEW, "--dry-run", 0, "nothing has been done");
    said_too(said, "create   Global\\ShmbTest.New");
    said = apply(HEAD LARGE, "--dry-run --json", 1, "\"result\": \"planned\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"action\": \"defer\"");
    apply(HEAD DATA, "--dry-run", 0, "unchanged");
    broker_says("stop", 0, "stopped");
    said = apply(HEAD NEW, "--dry-run", 0, "would be put into place");
    said_too(said, "is not running");
    expect_content("", HEAD DATA);
    expect_content(".former", NULL);
}

static void without_a_running_service_it_counts_from_the_next_start(void **state)
{
    const char *said;

    (void)state;
    install(HEAD DATA);
    said = apply(HEAD NEW, "--json", 0, "\"result\": \"placed\"");
    said_too(said, "\"changed\": true");
    said_too(said, "\"running\": false");
    said_too(said, "\"plan\": null");
    expect_content("", HEAD NEW);
    expect_content(".former", HEAD DATA);
    apply(HEAD NEW, "", 0, "unchanged: the configuration is in place already");
    broker_says("start", 0, "runs");
    expect_open("ShmbTest.New", "0");
    apply(HEAD NEW, "", 0, "unchanged: ShmBroker serves");
}

/* For an installation to come, or a broker in a console. */
static void any_place_will_do_without_the_service(void **state)
{
    const char *said;

    (void)state;
    said = apply(HEAD NEW, to("my config.yaml.new2", "--allow-unsafe-config --json"), 0,
                 "\"result\": \"placed\"");
    said_too(said, "\"former\": null");
    expect_content(".new2", HEAD NEW);
    expect_content("", HEAD DATA);
    apply(HEAD DATA, to("my config.yaml.new2", "--allow-unsafe-config"), 0,
          "the service is not installed");
    expect_content(".new2.former", HEAD NEW);
    DeleteFileW(beside(".new2"));
    DeleteFileW(beside(".new2.former"));
}

static void the_former_can_be_applied(void **state)
{
    (void)state;
    install_and_start(HEAD DATA);
    apply(HEAD NEW, "", 0, "has applied");
    apply_file(support_narrow(beside(".former")), "", 0, "has applied");
    expect_content("", HEAD DATA);
    expect_content(".former", HEAD NEW);
    apply_file(support_narrow(beside(".former")), "", 0, "has applied");
    expect_content("", HEAD NEW);
}

static void what_is_deferred_is_code_1_each_time(void **state)
{
    const char *said;

    (void)state;
    install_and_start(HEAD DATA);
    said = apply(HEAD LARGE, "--json", 1, "\"result\": \"incomplete\"");
    said_too(said, "\"degraded\": true");
    said_too(said, "\"restored\": false");
    said_too(said, "\"changed\": true");
    expect_content("", HEAD LARGE);
    said = apply(HEAD LARGE, "--json", 1, "\"result\": \"unchanged\"");
    said_too(said, "\"degraded\": true");
    said_too(said, "\"changed\": false");
}

static void a_watched_file_has_one_result(void **state)
{
    static const char watched[] = "watch: true\n" HEAD DATA;
    const char *said;
    unsigned i;

    (void)state;
    install_and_start(watched);
    for (i = 0; i < 4; i++) {
        said = apply(i % 2 == 0 ? "watch: true\n" HEAD DATA NEW : watched, "--json", 0,
                     "\"result\": \"applied\"");
        said_too(said, "\"result\": \"applied\",\n"); /* and that of the reload */
        said_too(said, "\"warnings\": []");
        expect_open("ShmbTest.New", i % 2 == 0 ? "0" : "2");
    }
    broker_says("status --json", 0, "\"complete\": true");
}

static void expect_owner_and_list_of_install(const wchar_t *path)
{
    PSECURITY_DESCRIPTOR descriptor;
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(administrators);
    ACL_SIZE_INFORMATION entries;
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision;
    PSID owner;
    PACL acl;

    assert_int_equal(GetNamedSecurityInfoW(path, SE_FILE_OBJECT,
                                           OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                           &owner, NULL, &acl, NULL, &descriptor),
                     ERROR_SUCCESS);
    assert_true(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &size));
    assert_true(EqualSid(owner, administrators));
    assert_true(GetSecurityDescriptorControl(descriptor, &control, &revision));
    assert_true((control & SE_DACL_PROTECTED) != 0);
    assert_true(GetAclInformation(acl, &entries, sizeof(entries), AclSizeInformation));
    assert_int_equal(entries.AceCount, 4);
    LocalFree(descriptor);
}

static void its_owner_and_list_are_those_of_install(void **state)
{
    (void)state;
    if (support_wine())
        skip();
    install_and_start(HEAD DATA);
    apply(HEAD NEW, "", 0, "has applied");
    expect_owner_and_list_of_install(beside(""));
    expect_owner_and_list_of_install(beside(".former"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        APPLY_TEST(wrong_command_lines_are_code_2),
        APPLY_TEST(it_needs_an_elevated_prompt),
        APPLY_TEST(what_is_applied_is_served),
        APPLY_TEST(the_same_again_does_nothing),
        APPLY_TEST(a_file_that_is_in_place_is_loaded),
        APPLY_TEST(a_warning_is_printed_once),
        APPLY_TEST(relative_paths_start_from_its_place),
        APPLY_TEST(a_dry_run_changes_nothing),
        APPLY_TEST(without_a_running_service_it_counts_from_the_next_start),
        APPLY_TEST(any_place_will_do_without_the_service),
        APPLY_TEST(the_former_can_be_applied),
        APPLY_TEST(what_is_deferred_is_code_1_each_time),
        APPLY_TEST(a_watched_file_has_one_result),
        APPLY_TEST(its_owner_and_list_are_those_of_install),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_apply", tests, scm_setup, NULL);
}
