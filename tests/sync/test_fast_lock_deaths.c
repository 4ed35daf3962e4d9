/* A thread dies at each step of the fast lock: the others go on, and learn of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "thread_port.h"

#define WAIT_MS 20000u /* longer than any wait, if the lock is right */

static struct thread_port port;
static struct port_thread mortal, other;

static int begin(void **state)
{
    (void)state;
    port_begin(&port);
    port_join(&port, &other, 2);
    return 0;
}

static int end(void **state)
{
    (void)state;
    port_end(&port);
    return 0;
}

static enum fast_result take(struct port_thread *thread, uint32_t ms)
{
    return fast_take(&thread->lock, thread->identity, ms);
}

static enum fast_result give(struct port_thread *thread)
{
    return fast_give(&thread->lock, thread->identity, true);
}

static void joins_and_leaves(struct port_thread *thread)
{
    port_join(&port, thread, 1);
    if (take(thread, FAST_FOREVER) >= FAST_TIMEOUT)
        return;
    give(thread);
    port_leave(thread);
}

static void joins_and_tries(struct port_thread *thread)
{
    port_join(&port, thread, 1);
    take(thread, 300);
}

/* After the death: the next ones get the lock in time, and the first of them this result. */
static void others_go_on(enum fast_result first)
{
    struct port_thread next;

    assert_int_equal(take(&other, WAIT_MS), first);
    assert_int_equal(give(&other), FAST_OK);
    port_join(&port, &next, 3);
    assert_int_equal(take(&next, WAIT_MS), FAST_OK);
    assert_int_equal(give(&next), FAST_OK);
    port_leave(&next);
}

static void dies_on_its_way(void **state)
{
    static const struct {
        const char *where;
        enum fast_result first;
    } rows[] = {
        {"slot: won, not counted", FAST_OK},    {"slot: counted", FAST_OK},
        {"lock: took it free", FAST_ABANDONED}, {"lock: gives", FAST_ABANDONED},
        {"lock: gave, not signalled", FAST_OK}, {"slot: left, not released", FAST_OK},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mortal = (struct port_thread){.port = &port, .number = 1};
        assert_true(port_run_mortal(&mortal, rows[i].where, 1, joins_and_leaves));
        others_go_on(rows[i].first);
    }
}

static void *dies_while_it_waits(void *where)
{
    return port_run_mortal(&mortal, where, 1, joins_and_tries) ? where : NULL;
}

/* While another thread has the lock. */
static void dies_in_a_wait(void **state)
{
    static const char *const rows[] = {"lock: contended", "lock: hand-off", "lock: woke",
                                       "lock: gives up"};
    pthread_t thread;
    void *answer;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mortal = (struct port_thread){.port = &port, .number = 1};
        assert_int_equal(take(&other, WAIT_MS), FAST_OK);
        pthread_create(&thread, NULL, dies_while_it_waits, (void *)(uintptr_t)rows[i]);
        pthread_join(thread, &answer);
        assert_ptr_equal(answer, rows[i]);
        assert_int_equal(give(&other), FAST_OK);
        others_go_on(FAST_OK);
    }
}

/* It has waited, and gets the lock as it is released. */
static void dies_with_the_lock_that_it_waited_for(void **state)
{
    const char *where = "lock: took it later";
    pthread_t thread;
    void *answer;

    (void)state;
    mortal = (struct port_thread){.port = &port, .number = 1};
    assert_int_equal(take(&other, WAIT_MS), FAST_OK);
    pthread_create(&thread, NULL, dies_while_it_waits, (void *)(uintptr_t)where);
    while ((shmb_load64(port.words) & SHMB_LOCK_CONTENDED) == 0)
        shmb_pause();
    assert_int_equal(give(&other), FAST_OK);
    pthread_join(thread, &answer);
    assert_ptr_equal(answer, where);
    others_go_on(FAST_ABANDONED);
}

/* Two deaths: of the owner, and of the one that takes over. */
static void dies_as_it_takes_over(void **state)
{
    static const struct {
        const char *where;
        bool by_generation;
    } rows[] = {
        {"lock: owner is dead", false},
        {"lock: owner is dead", true},
        {"lock: took over", false},
        {"lock: took over", true},
    };
    struct port_thread dead, successor;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        port_join(&port, &dead, 7);
        assert_int_equal(take(&dead, 0), FAST_OK);
        port_die(&dead);
        if (rows[i].by_generation)
            port_join(&port, &successor, 8);
        mortal = (struct port_thread){.port = &port, .number = 1};
        assert_true(port_run_mortal(&mortal, rows[i].where, 1, joins_and_tries));
        others_go_on(FAST_ABANDONED);
        if (rows[i].by_generation)
            port_leave(&successor);
    }
}

/* A waiter sleeps while the owner dies: the death itself wakes it. */
static void *waits(void *context)
{
    struct port_thread *thread = context;

    return take(thread, WAIT_MS) == FAST_ABANDONED ? NULL : thread;
}

static void a_death_wakes_a_waiter(void **state)
{
    struct port_thread dead;
    pthread_t thread;
    void *answer;

    (void)state;
    port_join(&port, &dead, 7);
    assert_int_equal(take(&dead, 0), FAST_OK);
    pthread_create(&thread, NULL, waits, &other);
    while ((shmb_load64(port.words) & SHMB_LOCK_CONTENDED) == 0)
        shmb_pause();
    port_die(&dead);
    pthread_join(thread, &answer);
    assert_null(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dies_on_its_way),
        TEST(dies_in_a_wait),
        TEST(dies_with_the_lock_that_it_waited_for),
        TEST(dies_as_it_takes_over),
        TEST(a_death_wakes_a_waiter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
