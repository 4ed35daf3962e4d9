/*
 * A program that opens a segment while no broker runs, because another program still has it
 * open, and goes on with it when a broker has started again.
 */
#include "service_manager.h"

#include <stdio.h>

#include "opened.h"

#define NAME "ShmbTest.Gap"
#define LOCK "ShmbTest.GapLock" /* not X.lock: without the directory nobody knows of it */

static const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  " NAME ": { size: 300, lock: { name: " LOCK " }, access: { write: [Interactive] } }\n";

static void start_service(void)
{
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

/* Releases all objects: what no program has open is gone, and the directory with it. */
static void release(void)
{
    struct child *verb =
        child_start(NULL, "\"%s\" stop --release", support_sibling("shmbroker.exe"));

    assert_int_equal(child_end(verb), 0);
    scm_wait(SERVICE_STOPPED);
}

static void a_write_is_not_told_ok_while_others_hold_the_lock(void **state)
{
    char arguments[1024];
    struct child *plain, *holder;
    shmb_segment *early, *anew;
    char text[8] = "";
    uint64_t size;

    (void)state;
    (void)snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create(arguments);
    start_service();
    /* A program without the library keeps the section, and another one the lock. */
    plain = client_start(NULL, "write-wait Global\\" NAME " 0 first");
    child_expect(plain, "written");
    holder = client_start(NULL, "wait Global\\" LOCK);
    child_expect(holder, "opened");
    release();
    early = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_size(early, &size), SHMB_OK);
    assert_true(size > 300); /* rounded up */
    assert_int_equal(shmb_write(early, 0, "early", 5, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(early, 0, text, 5, NULL), SHMB_BAD_ARGUMENT);
    start_service();
    child_end_with(holder, "taken");
    holder = client_start(NULL, "hold Global\\" LOCK);
    child_expect(holder, "holding");
    assert_int_equal(shmb_write(early, 0, "wrong", 5, NULL), SHMB_STALE);
    assert_int_equal(shmb_update(early, 0, "wrong", 5, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_snapshot(early, 0, text, 5, NULL), SHMB_STALE);
    assert_int_equal(shmb_state(early, NULL), SHMB_STALE);
    /* Opened again, it is the segment with all that belongs to it. */
    anew = opened(NAME, SHMB_WRITE);
    shmb_close(early);
    assert_int_equal(shmb_size(anew, &size), SHMB_OK);
    assert_int_equal(size, 300);
    assert_int_equal(shmb_snapshot(anew, 0, text, 5, NULL), SHMB_OK);
    assert_string_equal(text, "early");
    assert_int_equal(shmb_update(anew, 0, "later", 5, 0, NULL), SHMB_TIMEOUT);
    child_end(holder);
    assert_int_equal(shmb_update(anew, 0, "later", 5, SUPPORT_DEADLINE_MS, NULL), SHMB_OK);
    shmb_close(anew);
    child_end(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_write_is_not_told_ok_while_others_hold_the_lock, scm_teardown),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
