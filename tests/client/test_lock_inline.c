/* Fast locks in few steps: shmb_fast.h, what shmb_lock does where little is to be done, and fibers.
 */
#include "fast_segment.h"

#include <string.h>

#include "shmb_fast.h"

/* ---- shmb_fast.h ------------------------------------------------------------------ */

static shmb_fast *fast_of(shmb_segment *segment)
{
    shmb_fast *fast = NULL;

    assert_int_equal(shmb_fast_begin(segment, SHMB_FAST_VERSION, &fast), SHMB_OK);
    assert_non_null(fast);
    return fast;
}

static void both_forms_are_one_lock(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE), *second = opened(NAME, SHMB_WRITE);
    shmb_fast *fast = fast_of(segment);
    char byte;

    (void)state;
    assert_int_equal(shmb_fast_unlock(fast), SHMB_NOT_OWNER);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK); /* the first time the library notes it */
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK);
    assert_string_equal(client_line(&user, "fast-try " NAME), "-9");
    assert_int_equal(in_thread(lock_and_end, segment), (DWORD)-SHMB_TIMEOUT);
    assert_int_equal(shmb_write(segment, 1, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_write(second, 2, "y", 1, NULL), SHMB_OK);
    /* Taken again in both forms, released crosswise. */
    assert_int_equal(shmb_lock(second, 0), SHMB_OK);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() != 0);
    assert_int_equal(shmb_unlock(second), SHMB_OK);
    assert_true(*word_at() == 0);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_NOT_OWNER);
    assert_int_equal(shmb_fast_read(fast, 1, &byte, 1), SHMB_OK);
    assert_int_equal(byte, 'x');
    assert_int_equal(shmb_fast_read(fast, 100, &byte, 0), SHMB_OK);
    assert_int_equal(shmb_fast_read(fast, 100, &byte, 1), SHMB_RANGE);
    assert_int_equal(shmb_fast_read(fast, UINT64_MAX, &byte, 2), SHMB_RANGE);
    /* A close releases what was taken here through the segment. */
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK);
    assert_int_equal(shmb_fast_end(fast), SHMB_OK);
    assert_int_equal(shmb_close(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    shmb_close(second);
}

/* What the program does not see itself, the library does. */
static void the_fast_form_leaves_the_rest_to_the_library(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    shmb_fast *fast = fast_of(segment);
    struct child *waiting;

    (void)state;
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK);
    waiting = client_start(&user, "fast-wait " NAME);
    child_expect(waiting, "waits");
    while ((*word_at() & SHMB_LOCK_CONTENDED) == 0)
        SwitchToThread();
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    child_expect(waiting, "0");
    assert_int_equal(child_end(waiting), 0);
    let_die("fast-half");
    assert_int_equal(shmb_fast_lock(fast, SHMB_INFINITE), SHMB_ABANDONED);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK); /* ends the write, too */
    assert_int_equal(stage_block(row)->sequence & 1, 0);
    /* A mark without a word, a thread that ended with the lock, and a block of another segment. */
    stage_block(row)->abandoned = 1;
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    assert_int_equal(in_thread(lock_and_end, segment), 0);
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_fast_unlock(fast), SHMB_OK);
    stage_block(row)->generation++;
    assert_int_equal(shmb_fast_lock(fast, 0), SHMB_STALE);
    assert_true(*word_at() == 0);
    stage_block(row)->generation--;
    shmb_fast_end(fast);
    shmb_close(segment);
}

static void who_has_no_fast_form(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);
    shmb_fast *fast = (shmb_fast *)(void *)&fast;

    (void)state;
    assert_int_equal(shmb_fast_begin(segment, SHMB_FAST_VERSION + 1, &fast), SHMB_VERSION_MISMATCH);
    assert_non_null(strstr(text_of(SHMB_VERSION_MISMATCH), "shmb_fast.h"));
    assert_null(fast);
    assert_int_equal(shmb_fast_begin(NULL, SHMB_FAST_VERSION, &fast), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_fast_end(NULL), SHMB_OK);
    shmb_close(segment);
    segment = opened(NAME, SHMB_READ);
    assert_int_equal(shmb_fast_begin(segment, SHMB_FAST_VERSION, &fast), SHMB_ACCESS_DENIED);
    shmb_close(segment);
    stage_segment("ShmbTest.Mutex", 100, STAGE_LOCK);
    stage_publish();
    segment = opened("ShmbTest.Mutex", SHMB_WRITE);
    assert_int_equal(shmb_fast_begin(segment, SHMB_FAST_VERSION, &fast), SHMB_BAD_ARGUMENT);
    assert_non_null(strstr(text_of(SHMB_BAD_ARGUMENT), "lock: fast"));
    shmb_close(segment);
}

/* ---- a lock that is taken as it was before ------------------------------------------ */

/*
 * The first time a thread takes a lock, the library notes all of it. After that it notes no more
 * than who has it, and through which handle, until something else looks.
 */
static shmb_segment *taken_again(void)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    return segment;
}

static DWORD WINAPI close_there(void *segment)
{
    return (DWORD)-shmb_close(segment);
}

static void another_thread_cannot_close_the_handle(void **state)
{
    shmb_segment *segment = taken_again();

    (void)state;
    assert_int_equal(in_thread(close_there, segment), (DWORD)-SHMB_NOT_OWNER);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_close(segment), SHMB_OK);
}

static void it_counts_for_the_handle_that_took_it(void **state)
{
    shmb_segment *segment = taken_again(), *second = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(second, 0), SHMB_OK);
    assert_int_equal(shmb_close(second), SHMB_OK);
    assert_true(*word_at() != 0);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    /* Released through another handle; and by a close of its own, not of another one. */
    second = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(second), SHMB_OK);
    assert_true(*word_at() == 0);
    assert_int_equal(shmb_unlock(segment), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_close(second), SHMB_OK);
    assert_true(*word_at() != 0);
    assert_int_equal(shmb_close(segment), SHMB_OK);
    assert_true(*word_at() == 0);
}

static void a_write_in_it_ends_with_it(void **state)
{
    shmb_segment *segment = taken_again();

    (void)state;
    assert_int_equal(shmb_write_begin(segment), SHMB_OK);
    assert_int_equal(stage_block(row)->sequence & 1, 1);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(stage_block(row)->sequence & 1, 0);
    assert_true(*word_at() == 0);
    shmb_close(segment);
}

static DWORD WINAPI lock_again_and_end(void *segment)
{
    if (shmb_lock(segment, 0) != SHMB_OK || shmb_unlock(segment) != SHMB_OK)
        return 1;
    return (DWORD)-shmb_lock(segment, 0);
}

static void a_thread_that_ends_with_it_has_died(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(in_thread(lock_again_and_end, segment), 0);
    assert_int_equal(slots_taken(), 1);
    assert_int_equal(shmb_lock(segment, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    /* The note of the dead thread counts no more. */
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_true(*word_at() == 0);
    shmb_close(segment);
}

static struct {
    shmb_segment *here, *there;
} both;

static DWORD WINAPI lock_both(void *unused)
{
    (void)unused;
    return shmb_lock(both.here, 0) != SHMB_OK || shmb_unlock(both.here) != SHMB_OK ||
           shmb_lock(both.there, 0) != SHMB_OK || shmb_unlock(both.there) != SHMB_OK;
}

/*
 * A writer of the slots makes the thread after it look the same in lock words. `inlined`: that
 * thread uses shmb_fast.h.
 */
static void look_the_same(bool inlined)
{
    shmb_fast *fast = NULL;
    uint64_t word;
    uint32_t i;

    both.here = opened(NAME, SHMB_WRITE);
    both.there = opened("ShmbTest.Other", SHMB_WRITE);
    assert_int_equal(in_thread(lock_both, NULL), 0);
    assert_int_equal(slots_taken(), 0);
    for (i = 0; i < STAGE_SLOTS; i++) /* the slot of that thread seems to be the only free one */
        if (stage_slot(i)->generation == 0)
            stage_slot(i)->taken = 1;
        else
            stage_slot(i)->generation--;
    assert_int_equal(shmb_lock(both.here, 0), SHMB_OK);
    word = *word_at();
    assert_int_equal(word >> SHMB_LOCK_GENERATION, 1); /* that of the first thread, too */
    assert_int_equal(shmb_unlock(both.here), SHMB_OK);
    if (inlined)
        fast = fast_of(both.there);
    assert_int_equal(inlined ? shmb_fast_lock(fast, 0) : shmb_lock(both.there, 0), SHMB_OK);
    /* The thread that it is noted for has not ended. */
    assert_int_equal(in_thread(close_there, both.there), (DWORD)-SHMB_NOT_OWNER);
    assert_int_equal(inlined ? shmb_fast_unlock(fast) : shmb_unlock(both.there), SHMB_OK);
    assert_int_equal(shmb_fast_end(fast), SHMB_OK);
    assert_int_equal(shmb_close(both.there), SHMB_OK);
    assert_int_equal(shmb_close(both.here), SHMB_OK);
}

static void a_thread_with_the_identity_of_an_earlier_one_is_another(void **state)
{
    (void)state;
    look_the_same(false);
}

static void so_it_is_in_the_fast_form(void **state)
{
    (void)state;
    look_the_same(true);
}

/* ---- fibers ------------------------------------------------------------------------- */

static struct {
    shmb_segment *segment;
    void *main;
    int32_t result;
} fibers;

static void WINAPI lock_in_fiber(void *unused)
{
    (void)unused;
    fibers.result = shmb_lock(fibers.segment, 0);
    SwitchToFiber(fibers.main);
}

/* The second time the library has no more to do than to note the thread. */
static void WINAPI lock_twice_in_fiber(void *unused)
{
    (void)unused;
    fibers.result = shmb_lock(fibers.segment, 0);
    if (fibers.result == SHMB_OK)
        fibers.result = shmb_unlock(fibers.segment);
    if (fibers.result == SHMB_OK)
        fibers.result = shmb_lock(fibers.segment, 0);
    SwitchToFiber(fibers.main);
}

/* Deleting a fiber ends no thread: the lock stays, and so does the slot. */
static DWORD use_fiber(void *segment, LPFIBER_START_ROUTINE routine)
{
    void *fiber;

    fibers.segment = segment;
    fibers.main = ConvertThreadToFiber(NULL);
    fiber = CreateFiber(0, routine, NULL);
    if (fibers.main == NULL || fiber == NULL)
        return 1;
    SwitchToFiber(fiber);
    DeleteFiber(fiber);
    if (fibers.result != SHMB_OK || slots_taken() != 1 ||
        in_thread(lock_and_end, segment) != (DWORD)-SHMB_TIMEOUT)
        return 2;
    return shmb_unlock(segment) == SHMB_OK ? 0 : 3;
}

static DWORD WINAPI use_fibers(void *segment)
{
    return use_fiber(segment, lock_in_fiber);
}

static DWORD WINAPI use_fibers_again(void *segment)
{
    return use_fiber(segment, lock_twice_in_fiber);
}

static void WINAPI lock_and_unlock_in_fiber(void *unused)
{
    (void)unused;
    fibers.result = shmb_lock(fibers.segment, 0);
    if (fibers.result == SHMB_OK)
        fibers.result = shmb_unlock(fibers.segment);
    SwitchToFiber(fibers.main);
}

/* The fiber took the slot, and the table of the thread has its identity. */
static DWORD WINAPI use_table_after_fiber(void *segment)
{
    shmb_fast *fast;
    void *fiber;
    int32_t result;

    fibers.segment = segment;
    fibers.main = ConvertThreadToFiber(NULL);
    fiber = CreateFiber(0, lock_and_unlock_in_fiber, NULL);
    if (fibers.main == NULL || fiber == NULL)
        return 1;
    SwitchToFiber(fiber);
    if (fibers.result != SHMB_OK || shmb_fast_begin(segment, SHMB_FAST_VERSION, &fast) != SHMB_OK)
        return 2;
    DeleteFiber(fiber);
    if (slots_taken() != 1 || shmb_fast_lock(fast, 0) != SHMB_OK)
        return 3;
    if (in_thread(lock_and_end, segment) != (DWORD)-SHMB_TIMEOUT)
        return 4;
    result = shmb_fast_unlock(fast);
    shmb_fast_end(fast);
    return result == SHMB_OK ? 0 : 5;
}

static void a_table_outlasts_the_fiber_that_took_the_slot(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(in_thread(use_table_after_fiber, segment), 0);
    shmb_close(segment);
}

static void the_end_of_a_fiber_is_not_that_of_its_thread(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(in_thread(use_fibers, segment), 0);
    shmb_close(segment);
}

static void the_end_of_a_fiber_that_took_it_again_is_not_either(void **state)
{
    shmb_segment *segment = opened(NAME, SHMB_WRITE);

    (void)state;
    assert_int_equal(in_thread(use_fibers_again, segment), 0);
    shmb_close(segment);
}

static const struct verb verbs[] = {
    {"fast-try", 1, lock_try},
    {"fast-half", 1, lock_half},
    {"fast-wait", 1, fast_wait},
};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, fast_begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(both_forms_are_one_lock),
        STAGED(the_fast_form_leaves_the_rest_to_the_library),
        STAGED(who_has_no_fast_form),
        STAGED(another_thread_cannot_close_the_handle),
        STAGED(it_counts_for_the_handle_that_took_it),
        STAGED(a_write_in_it_ends_with_it),
        STAGED(a_thread_that_ends_with_it_has_died),
        STAGED(a_thread_with_the_identity_of_an_earlier_one_is_another),
        STAGED(so_it_is_in_the_fast_form),
        STAGED(the_end_of_a_fiber_is_not_that_of_its_thread),
        STAGED(the_end_of_a_fiber_that_took_it_again_is_not_either),
        STAGED(a_table_outlasts_the_fiber_that_took_the_slot),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
