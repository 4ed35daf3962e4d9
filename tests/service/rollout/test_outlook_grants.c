/* What plan says of objects that programs have asked for: as the reload judges them, from what the
 * directory tells. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory_table.h"
#include "load.h"
#include "outlook_grants.h"

#define ANNA "S-1-5-21-1-2-3-1001"

#define ASKED(of, as, bytes, number, more)                                                         \
    {                                                                                              \
        .name = (of), .kind = (as), .state = SHMB_ENTRY_HELD, .generation = (number),              \
        .size = (bytes), .flags = SHMB_ENTRY_REQUESTED | (more), .rule = "MyApp", .account = ANNA  \
    }

static const struct directory_row rows[] = {
    {.name = "Configured", .kind = SHMB_MUTEX, .state = SHMB_ENTRY_HELD, .generation = 1},
    ASKED("MyApp.New", SHMB_SECTION, 5000, 30, 0),
    ASKED("MyApp.Old.lock", SHMB_MUTEX, 0, 11, SHMB_ENTRY_COMPANION),
    ASKED("MyApp.Old", SHMB_SECTION, 64, 10, 0),
    ASKED("MyApp.Guard", SHMB_MUTEX, 0, 20, 0),
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static uint8_t *image;
static struct shmb_table_view table;
static struct cfg *config;
static struct outlook_grants grants;

static void read_table(const struct directory_row *from, uint32_t count)
{
    struct shmb_root_slot slot = {.revision = 1};
    uint32_t size;

    image = directory_table_build(from, count, &slot, &size);
    assert_non_null(image);
    assert_int_equal(shmb_table_check(image, size, &slot, &table), SHMB_READ_OK);
}

static int end(void **state)
{
    (void)state;
    outlook_grants_free(&grants);
    cfg_free(config);
    free(image);
    config = NULL;
    image = NULL;
    return 0;
}

/* What a reload with this configuration would want, of what was asked for. */
static void plan(const char *text)
{
    static const struct system none;
    struct cfg_messages messages;

    end(NULL);
    read_table(rows, ROWS);
    cfg_messages_init(&messages);
    assert_int_equal(cfg_load("a.yaml", text, strlen(text), &messages, &config), CFG_OK);
    cfg_messages_free(&messages);
    assert_true(outlook_grants_read(&table, &none, config, &grants));
    assert_non_null(grants.inventory);
}

static bool wants(const char *name)
{
    size_t i;

    for (i = 0; i < grants.inventory->count; i++)
        if (strcmp(grants.inventory->items[i].spec.name, name) == 0)
            return true;
    return false;
}

#define BEGIN "version: 1\nmutexes: { Configured: { access: { read: [Users] } } }\n"
#define RULE(more)                                                                                 \
    BEGIN "requests: { MyApp: { names: 'MyApp.*', who: [Users], kinds: [segment, mutex], "         \
          "access: { read: [Users], write: [Requester] }, lock: mutex" more " } }\n"

static void what_the_rules_still_allow_is_kept(void **state)
{
    (void)state;
    plan(RULE(", size: 1 MiB"));
    assert_true(wants("Configured") && wants("MyApp.New") && wants("MyApp.Old"));
    assert_true(wants("MyApp.Old.lock") && wants("MyApp.Guard"));
    assert_true(grants.inventory->items[grants.inventory->count - 1].from->request != NULL);
}

static void what_they_do_not_is_retired(void **state)
{
    (void)state;
    plan(RULE(", size: 1 KiB"));
    assert_true(wants("MyApp.Old") && wants("MyApp.Guard"));
    assert_false(wants("MyApp.New"));
    /* The newest go first. */
    plan(RULE(", size: 1 MiB, each: { objects: 2 }"));
    assert_true(wants("MyApp.Old") && wants("MyApp.Guard"));
    assert_false(wants("MyApp.New"));
    plan(BEGIN "requests: { MyApp: { names: 'MyApp.*', who: [Users], kinds: [mutex], "
               "access: { read: [Users] } } }\n");
    assert_true(wants("MyApp.Guard"));
    assert_false(wants("MyApp.Old") || wants("MyApp.Old.lock") || wants("MyApp.New"));
    plan(BEGIN);
    assert_true(wants("Configured"));
    assert_int_equal(grants.inventory->count, 1);
}

/* An object that the configuration names now is its own, once. */
static void a_configured_name_is_the_configurations(void **state)
{
    (void)state;
    plan(
        RULE(", size: 1 MiB") "segments: { MyApp.Old: { size: 64, access: { read: [Users] } } }\n");
    assert_true(wants("MyApp.Old") && wants("MyApp.Old.lock") && wants("MyApp.New"));
    assert_int_equal(grants.grants->count, 2);
}

static void without_requests_nothing_is_built(void **state)
{
    static const struct system none;
    struct cfg_messages messages;

    (void)state;
    end(NULL);
    read_table(rows, 1);
    cfg_messages_init(&messages);
    assert_int_equal(cfg_load("a.yaml", BEGIN, strlen(BEGIN), &messages, &config), CFG_OK);
    cfg_messages_free(&messages);
    assert_true(outlook_grants_read(&table, &none, config, &grants));
    assert_null(grants.inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_the_rules_still_allow_is_kept, end),
        cmocka_unit_test_teardown(what_they_do_not_is_retired, end),
        cmocka_unit_test_teardown(a_configured_name_is_the_configurations, end),
        cmocka_unit_test_teardown(without_requests_nothing_is_built, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
