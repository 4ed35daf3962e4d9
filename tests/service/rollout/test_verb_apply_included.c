/* The verb apply with a file that the configuration of the service includes. */
#include "applying.h"

#include <string.h>

static void an_included_file_is_served(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD NEW, to("parts\\app.yaml", "--dry-run"), 0, "nothing has been done");
    said_too(said, "create   Global\\ShmbTest.New");
    expect_part("parts\\app.yaml", NULL);
    said = apply(HEAD NEW, to("parts\\app.yaml", "--json"), 0, "\"result\": \"applied\"");
    said_too(said, "\"former\": null");
    said_too(said, "\"running\": true");
    said_too(said, "parts\\\\app.yaml\",\n");
    said_too(said, "\"configuration\": ");
    said_too(said, "my config.yaml\",\n");
    expect_part("parts\\app.yaml", HEAD NEW);
    expect_open("ShmbTest.New", "0");
    expect_open("ShmbTest.Data", "0");
    apply(HEAD NEW, to("PARTS\\app.yaml", ""), 0,
          "unchanged: ShmBroker serves this configuration already");
    apply(HEAD "  ShmbTest.Next: { size: 64 }\n", to("parts\\app.yaml", ""), 0, "has applied");
    expect_part("parts\\app.yaml.former", HEAD NEW);
    expect_open("ShmbTest.Next", "0");
    expect_open("ShmbTest.New", "2");
    expect_content("", PARTS);
    /* Nothing is left that a wildcard or the next one finds. */
    apply(HEAD NEW, to("parts\\app.yaml.former", ""), 1, "is no file of the configuration");
}

/* It is checked together with all others. */
static void an_included_file_is_checked_with_the_others(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD DATA, to("parts\\app.yaml", "--json"), 1, "\"result\": \"invalid\"");
    said_too(said, "clashes with segments.ShmbTest.Data");
    said_too(said, "\"changed\": false");
    said = apply("watch: true\n" HEAD NEW, to("parts\\app.yaml", ""), 1, "error: ");
    if (strstr(said, "app.yaml:1") != NULL)
        fail_msg("the error is in the file that was named, not in its place:\n%s", said);
    expect_part("parts\\app.yaml", NULL);
    /* An error of another file, which the service would refuse as well; and the file mended. */
    write_part("parts\\b.yaml", "version: 1\nsegments: { B: { sise: 1 } }\n");
    said = apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "parts\\b.yaml:2");
    said_too(said, "my config.yaml: 2 errors");
    expect_part("parts\\app.yaml", NULL);
    apply(HEAD NEW, to("parts\\b.yaml", ""), 0, "has applied");
    expect_open("ShmbTest.New", "0");
}

static void a_file_that_is_not_included_is_refused(void **state)
{
    const char *said;

    (void)state;
    install_and_start(PARTS);
    said = apply(HEAD NEW, to("parts\\app.yml", ""), 1,
                 "it includes 'parts\\*.yaml'; nothing has been changed");
    said_too(said, "parts\\app.yml is no file of the configuration ");
    apply(HEAD NEW, to("parts\\app.yml", "--json"), 1, "\"error\"");
    apply(HEAD NEW, to("app.yaml", "--dry-run"), 1, "nothing has been changed");
    apply(HEAD NEW, to("none\\app.yaml", ""), 1, "mkdir");
    expect_part("parts\\app.yml", NULL);
    expect_part("app.yaml", NULL);
    apply(HEAD DATA, "", 0, "has applied");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 1, "it has no include");
}

static void an_included_file_counts_from_the_next_start(void **state)
{
    (void)state;
    install(PARTS);
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "reads it at its next start");
    apply(HEAD DATA, to("parts\\bad.yaml", ""), 1, "clashes with");
    apply(HEAD DATA, to("parts\\bad.yml", ""), 1, "is no file of the configuration");
    broker_says("start", 0, "runs");
    expect_open("ShmbTest.New", "0");
    apply(HEAD NEW, to("parts\\app.yaml", ""), 0, "unchanged: ShmBroker serves");
}

/* A wildcard that matches every file does not match what `apply` leaves beside it. */
static void a_pattern_for_all_files(void **state)
{
    static const char all[] = HEAD DATA "include: parts\\*\n";

    (void)state;
    install_and_start(all);
    apply(HEAD NEW, to("parts\\app", ""), 0, "has applied");
    apply(HEAD NEW "# 2\n", to("parts\\app", ""), 0, "has applied");
    expect_part("parts\\app.former", HEAD NEW);
    apply(HEAD NEW "# 2\n", to("parts\\app", ""), 0, "unchanged");
    write_part("parts\\app.shmbroker-new", "of an apply that was killed");
    broker_says("reload", 0, "applied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PARTS_TEST(an_included_file_is_served),
        PARTS_TEST(an_included_file_is_checked_with_the_others),
        PARTS_TEST(a_file_that_is_not_included_is_refused),
        PARTS_TEST(an_included_file_counts_from_the_next_start),
        PARTS_TEST(a_pattern_for_all_files),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_verb_apply_included", tests, scm_setup, NULL);
}
