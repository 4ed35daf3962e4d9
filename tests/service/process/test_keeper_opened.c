/* How many handles others have of an object, with keepers beside the broker: the real port. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_sink.h"
#include "identity.h"
#include "port.h"
#include "processes.h"

#define NAME    "ShmbTest.Opened"
#define HOLD_MS 60000u

/* ---- a broker -------------------------------------------------------------------- */

static struct {
    struct event_sink sink;
    struct port port;
    struct system system;
} it;

static struct sys_failure why;

static void begin(void)
{
    const struct port_host host = {.any_file = true, .keeper = support_sibling("shmbroker.exe")};

    event_sink_open(&it.sink, false);
    port_open(&it.port, &host, &it.sink, &it.system);
}

static void end(void)
{
    port_close(&it.port);
    event_sink_close(&it.sink);
}

static struct sys_object *create(void)
{
    const struct sys_spec spec = {.name = NAME, .kind = SHMB_MUTEX};
    struct sys_descriptor *descriptor;
    struct sys_object *object = NULL;
    char user[SYS_SID_MAX], sddl[400];

    assert_true(identity_user(user));
    snprintf(sddl, sizeof(sddl), "O:BAD:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;%s)", user);
    assert_int_equal(it.system.objects.descriptor_make(&it.port, sddl, &descriptor, &why), SYS_OK);
    assert_int_equal(it.system.objects.create(&it.port, &spec, descriptor, &object, &why), SYS_OK);
    it.system.objects.descriptor_free(&it.port, descriptor);
    return object;
}

static struct sys_keeper make_keeper(size_t objects)
{
    struct sys_keeper keeper;
    size_t held;

    assert_int_equal(it.system.keepers.make(&it.port, HOLD_MS, &keeper, &why), SYS_OK);
    assert_int_equal(it.system.keepers.give(&it.port, &held, &why), SYS_OK);
    assert_int_equal(held, objects);
    return keeper;
}

static uint32_t opened(struct sys_object *object)
{
    uint32_t count = 99;

    assert_int_equal(it.system.objects.opened(&it.port, object, &count, &why), SYS_OK);
    return count;
}

static HANDLE open_it(void)
{
    HANDLE one = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\" NAME);

    assert_non_null(one);
    return one;
}

/* ---- the same as another process, which leaves its keeper behind ------------------- */

static int leave(int argc, char **argv)
{
    struct sys_keeper keeper;
    struct sys_object *object;

    (void)argc;
    (void)argv;
    begin();
    object = create();
    keeper = make_keeper(1);
    if (it.system.keepers.settle(&it.port, &why) != SYS_OK)
        return 1;
    it.system.keepers.leave(&it.port);
    it.system.objects.close(&it.port, object);
    end();
    client_say("%lu", (unsigned long)keeper.process);
    return 0;
}

static const struct verb verbs[] = {{"leave", 0, leave}};

/* ---- tests --------------------------------------------------------------------------- */

static void without_a_keeper(void **state)
{
    struct sys_object *object;
    HANDLE one, two;

    (void)state;
    begin();
    object = create();
    assert_int_equal(opened(object), 0);
    one = open_it();
    assert_int_equal(opened(object), 1);
    two = open_it();
    assert_int_equal(opened(object), 2);
    CloseHandle(one);
    CloseHandle(two);
    assert_int_equal(opened(object), 0);
    it.system.objects.close(&it.port, object);
    end();
}

static void a_program_counts_until_its_end(void **state)
{
    struct sys_object *object;
    struct child *child;

    (void)state;
    begin();
    object = create();
    child = client_start(NULL, "hold Global\\%s", NAME);
    child_expect(child, "holding");
    assert_int_equal(opened(object), 1);
    child_kill(child);
    assert_int_equal(opened(object), 0);
    it.system.objects.close(&it.port, object);
    end();
}

static void the_keeper_does_not_count(void **state)
{
    struct sys_object *object;
    struct sys_keeper keeper;
    HANDLE one;

    (void)state;
    begin();
    object = create();
    keeper = make_keeper(1);
    assert_int_equal(opened(object), 0);
    one = open_it();
    assert_int_equal(opened(object), 1);
    /* The broker has not heard of its end yet. */
    processes_kill(keeper.process);
    assert_int_equal(opened(object), 1);
    CloseHandle(one);
    assert_int_equal(opened(object), 0);
    it.system.objects.close(&it.port, object);
    end();
}

static void a_keeper_that_has_nothing_yet_changes_nothing(void **state)
{
    struct sys_keeper first, second;
    struct sys_object *object;
    size_t held;
    HANDLE one;

    (void)state;
    begin();
    object = create();
    first = make_keeper(1);
    /* The second one is empty, the first one goes on. */
    assert_int_equal(it.system.keepers.make(&it.port, HOLD_MS, &second, &why), SYS_OK);
    assert_int_equal(opened(object), 0);
    one = open_it();
    assert_int_equal(opened(object), 1);
    assert_int_equal(it.system.keepers.give(&it.port, &held, &why), SYS_OK);
    assert_int_equal(opened(object), 1);
    assert_int_equal(it.system.keepers.end(&it.port, &first, &why), SYS_OK);
    assert_int_equal(opened(object), 1);
    CloseHandle(one);
    assert_int_equal(opened(object), 0);
    assert_int_equal(it.system.keepers.end(&it.port, &second, &why), SYS_OK);
    it.system.objects.close(&it.port, object);
    end();
}

static void nor_does_that_of_an_earlier_broker(void **state)
{
    const struct launch how = {.breakaway = true};
    struct sys_facts facts;
    struct sys_object *object;
    struct sys_keeper *found, former, keeper;
    DWORD process;
    size_t count;
    HANDLE one;

    (void)state;
    process = strtoul(client_line(&how, "leave"), NULL, 10);
    begin();
    assert_int_equal(it.system.objects.inspect(&it.port, NAME, SHMB_MUTEX, &facts, &object, &why),
                     SYS_OK);
    free(facts.sddl);
    /* Nobody has told of it yet: it may be anybody's. */
    assert_int_equal(opened(object), 1);
    assert_int_equal(it.system.keepers.left(&it.port, &found, &count, &why), SYS_OK);
    assert_int_equal(count, 1);
    former = found[0];
    free(found);
    assert_int_equal(former.process, process);
    assert_int_equal(opened(object), 0);
    keeper = make_keeper(1);
    assert_int_equal(opened(object), 0);
    one = open_it();
    assert_int_equal(opened(object), 1);
    assert_int_equal(it.system.keepers.end(&it.port, &former, &why), SYS_OK);
    assert_int_equal(opened(object), 1);
    CloseHandle(one);
    assert_int_equal(opened(object), 0);
    assert_int_equal(it.system.keepers.end(&it.port, &keeper, &why), SYS_OK);
    it.system.objects.close(&it.port, object);
    end();
}

#define TEST(name) cmocka_unit_test_teardown(name, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_keeper),
        TEST(a_program_counts_until_its_end),
        TEST(the_keeper_does_not_count),
        TEST(a_keeper_that_has_nothing_yet_changes_nothing),
        TEST(nor_does_that_of_an_earlier_broker),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
