/* Several handles, threads and copies of the library in one process: locks belong to threads. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "lock_client.h"
#include "opened.h"

static struct directory_row *row, *unlocked, *fast;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment("ShmbTest.Shared", 100, STAGE_LOCK);
    unlocked = stage_segment("ShmbTest.Unlocked", 100, 0);
    fast = stage_segment("ShmbTest.Fast", 100, STAGE_LOCK | STAGE_FAST);
    stage_publish();
    return 0;
}

/* What another process gets from shmb_lock. */
static const char *others(void)
{
    return client_line(NULL, "lib-try ShmbTest.Shared");
}

static DWORD WINAPI close_there(void *segment)
{
    return (DWORD)-shmb_close(segment);
}

static void a_lock_is_that_of_all_handles(void **state)
{
    shmb_segment *one = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *two = opened("ShmbTest.Shared", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_write(two, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(one), SHMB_OK);
    assert_string_equal(others(), "-9");
    assert_int_equal(shmb_unlock(one), SHMB_OK); /* what was taken through the other one */
    assert_int_equal(shmb_unlock(two), SHMB_NOT_OWNER);
    assert_string_equal(others(), "0");
    shmb_close(one);
    shmb_close(two);
}

/* Only what was taken through the handle that closes. */
static void closing_gives_back_what_it_took(void **state)
{
    shmb_segment *one = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *two = opened("ShmbTest.Shared", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    assert_int_equal(shmb_write(two, 0, "x", 1, NULL), SHMB_OK);
    assert_string_equal(others(), "-9");
    one = opened("ShmbTest.Shared", SHMB_READ);
    assert_int_equal(shmb_close(one), SHMB_OK); /* took nothing */
    assert_string_equal(others(), "-9");
    assert_int_equal(shmb_close(two), SHMB_OK);
    assert_string_equal(others(), "0");
}

static void a_write_within_a_write_is_part_of_it(void **state)
{
    shmb_segment *outer = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *inner = opened("ShmbTest.Shared", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    const uint64_t before = block->sequence;
    char byte;

    (void)state;
    assert_int_equal(shmb_lock(outer, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(outer), SHMB_OK);
    assert_int_equal(shmb_update(inner, 0, "x", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(inner, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(inner), SHMB_OK);
    assert_int_equal(shmb_write_end(inner), SHMB_OK);
    assert_int_equal(shmb_unlock(inner), SHMB_OK);
    /* The outer write goes on. */
    assert_int_equal(block->sequence, before + 1);
    assert_int_equal(shmb_snapshot(inner, 0, &byte, 1, NULL), SHMB_BUSY);
    assert_int_equal(shmb_write_end(inner), SHMB_OK); /* of either handle */
    assert_int_equal(shmb_write_end(outer), SHMB_BAD_ARGUMENT);
    assert_int_equal(block->sequence, before + 2);
    assert_int_equal(block->change, 1);
    assert_int_equal(shmb_unlock(outer), SHMB_OK);
    assert_int_equal(block->abandoned, 0);
    assert_string_equal(others(), "0");
    shmb_close(inner);
    shmb_close(outer);
}

/* As often as it was released through the other handle, that was for the first one. */
static void a_release_through_another_handle_counts(void **state)
{
    shmb_segment *one = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *two = opened("ShmbTest.Shared", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_lock(one, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(two), SHMB_OK);
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    assert_int_equal(shmb_write(two, 0, "x", 1, NULL), SHMB_OK); /* holds it still */
    assert_string_equal(others(), "-9");
    assert_int_equal(shmb_unlock(two), SHMB_OK);
    assert_int_equal(shmb_unlock(two), SHMB_NOT_OWNER);
    shmb_close(two);
}

/* The write goes on through `segment`, and ends with it. */
static void expect_one_write(shmb_segment *segment, const struct shmb_block *block)
{
    assert_int_equal(block->sequence & 1, 1);
    assert_int_equal(shmb_write_end(segment), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    assert_int_equal(shmb_write_end(segment), SHMB_BAD_ARGUMENT);
}

static void closing_does_not_end_the_writes_of_others(void **state)
{
    shmb_segment *two = opened("ShmbTest.Shared", SHMB_WRITE), *one;
    const struct shmb_block *block = stage_block(row);

    (void)state;
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    /* What it began has ended, through the other one. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_end(two), SHMB_OK);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    expect_one_write(two, block);
    /* So any thread may close it. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_end(two), SHMB_OK);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(in_thread(close_there, one), 0);
    expect_one_write(two, block);
    /* Of two writes it began, one has ended so; then the other handle began one. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_end(two), SHMB_OK);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    expect_one_write(two, block);
    /* It began the outer write, and the other one the inner. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    expect_one_write(two, block);
    /* The same, and its own has ended: any thread may close it. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(shmb_write_end(one), SHMB_OK);
    assert_int_equal(in_thread(close_there, one), 0);
    expect_one_write(two, block);
    assert_int_equal(block->change, 5 + 2);
    assert_int_equal(shmb_unlock(two), SHMB_OK);
    assert_string_equal(others(), "0");
    shmb_close(two);
}

/* The handle that began a write closes: nobody could end it, and its view is gone. */
static void closing_ends_what_it_began(void **state)
{
    shmb_segment *one = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *two = opened("ShmbTest.Shared", SHMB_READ);
    struct shmb_block *block = stage_block(row);

    (void)state;
    assert_int_equal(shmb_lock(two, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(block->sequence & 1, 1);
    assert_int_equal(shmb_close(one), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    /* The last release ends it, too, even through a handle that cannot write. */
    one = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(shmb_unlock(two), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    assert_string_equal(others(), "0");
    shmb_close(one);
    shmb_close(two);
    block = stage_block(unlocked);
    one = opened("ShmbTest.Unlocked", SHMB_WRITE);
    assert_int_equal(shmb_write_begin(one), SHMB_OK);
    assert_int_equal(block->sequence & 1, 1);
    assert_int_equal(shmb_close(one), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
}

static DWORD WINAPI begin_and_end(void *segment)
{
    return (DWORD)-shmb_write_begin(segment);
}

static void a_thread_that_ends_in_a_write_does_not_stop_the_next(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Unlocked", SHMB_WRITE);
    char byte;

    (void)state;
    assert_int_equal(in_thread(begin_and_end, segment), 0);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_BUSY);
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    shmb_close(segment);
}

/* What that thread had begun through the handle is not what another one writes now. */
static void a_write_of_a_dead_thread_does_not_end_the_next(void **state)
{
    shmb_segment *one = opened("ShmbTest.Unlocked", SHMB_WRITE);
    shmb_segment *two = opened("ShmbTest.Unlocked", SHMB_WRITE);
    const struct shmb_block *block = stage_block(unlocked);

    (void)state;
    assert_int_equal(in_thread(begin_and_end, one), 0);
    assert_int_equal(shmb_write_begin(two), SHMB_OK);
    assert_int_equal(shmb_close(one), SHMB_OK);
    expect_one_write(two, block);
    shmb_close(two);
}

static void only_the_owner_closes(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Shared", SHMB_WRITE);
    shmb_segment *other = opened("ShmbTest.Shared", SHMB_WRITE);

    (void)state;
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(in_thread(close_there, segment), (DWORD)-SHMB_NOT_OWNER);
    assert_string_equal(others(), "-9");
    assert_int_equal(in_thread(close_there, other), 0); /* has nothing of the lock */
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_string_equal(others(), "0");
    assert_int_equal(in_thread(close_there, segment), 0);
}

static void who_has_ended_owns_nothing(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Shared", SHMB_WRITE);
    struct child *child;

    (void)state;
    assert_int_equal(in_thread(lock_and_end, segment), 0);
    assert_int_equal(shmb_close(segment), SHMB_OK);
    assert_string_equal(others(), "1"); /* the death was not swallowed */
    /* Even if another program holds the lock by now. */
    segment = opened("ShmbTest.Shared", SHMB_WRITE);
    assert_int_equal(in_thread(lock_and_end, segment), (DWORD)-SHMB_ABANDONED);
    child = client_start(NULL, "lib-hold ShmbTest.Shared");
    child_expect(child, "ready");
    assert_int_equal(shmb_close(segment), SHMB_OK);
    assert_string_equal(others(), "-9");
    assert_int_equal(child_end(child), 0);
}

#define SAME_ID_TRIES 20000

static volatile LONG wanted_id;

/* 1: not the thread that is wanted. */
static DWORD WINAPI write_there(void *segment)
{
    if (GetCurrentThreadId() != (DWORD)wanted_id)
        return 1;
    return (DWORD)-shmb_write(segment, 0, "x", 1, NULL);
}

static DWORD WINAPI lock_and_tell(void *segment)
{
    wanted_id = (LONG)GetCurrentThreadId();
    return lock_and_end(segment);
}

/* The system gives ids again; the thread that gets one did not take the lock. */
static void an_id_that_comes_back_owns_nothing(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Shared", SHMB_WRITE);
    DWORD result = 1;
    int tries;

    (void)state;
    assert_int_equal(in_thread(lock_and_tell, segment), 0);
    for (tries = 0; result == 1 && tries < SAME_ID_TRIES; tries++)
        result = in_thread(write_there, segment);
    if (result == 1)
        skip();
    assert_int_equal(result, (DWORD)-SHMB_NOT_OWNER);
    shmb_close(segment);
}

/* A handle to read cannot mark the block; the first one to write does it. */
static void a_death_that_a_reader_met_is_marked_by_the_writer(void **state)
{
    shmb_segment *reader = opened("ShmbTest.Shared", SHMB_READ);
    shmb_segment *writer = opened("ShmbTest.Shared", SHMB_WRITE);
    struct shmb_block *block = stage_block(row);
    struct child *child = client_start(NULL, "lib-hold ShmbTest.Shared");

    (void)state;
    child_expect(child, "ready");
    child_kill(child);
    assert_int_equal(shmb_lock(reader, 0), SHMB_ABANDONED);
    assert_int_equal(block->abandoned, 0);
    assert_int_equal(shmb_update(writer, 0, "x", 1, 0, NULL), SHMB_ABANDONED);
    assert_int_equal(block->abandoned, SHMB_DIED_OWNING);
    assert_int_equal(shmb_unlock(reader), SHMB_OK);
    assert_string_equal(others(), "1");
    assert_int_equal(shmb_lock(reader, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_lock(writer, 0), SHMB_ABANDONED); /* not forgiven by taking it again */
    assert_int_equal(shmb_mark_consistent(writer), SHMB_OK);
    assert_int_equal(shmb_lock(reader, 0), SHMB_OK);
    shmb_close(reader);
    shmb_close(writer);
    assert_string_equal(others(), "0");
}

/* ---- the DLL and the static library in one process: two copies of the library ---- */

struct copy {
    int32_t(SHMB_CALL *open)(const char *, uint32_t, uint32_t, shmb_segment **);
    int32_t(SHMB_CALL *close)(shmb_segment *);
    int32_t(SHMB_CALL *update)(shmb_segment *, uint64_t, const void *, uint64_t, uint32_t,
                               uint64_t *);
    int32_t(SHMB_CALL *lock)(shmb_segment *, uint32_t);
    int32_t(SHMB_CALL *write)(shmb_segment *, uint64_t, const void *, uint64_t, uint64_t *);
    int32_t(SHMB_CALL *mark_consistent)(shmb_segment *);
};

static FARPROC call_of(HMODULE library, const char *name)
{
    FARPROC call = GetProcAddress(library, name);

    assert_non_null(call);
    return call;
}

static void load_copy(struct copy *copy)
{
    HMODULE library = LoadLibraryW(support_wide(support_sibling("shmbclient.dll")));
    FARPROC call;

    assert_non_null(library);
    call = call_of(library, "shmb_open");
    memcpy(&copy->open, &call, sizeof(call));
    call = call_of(library, "shmb_close");
    memcpy(&copy->close, &call, sizeof(call));
    call = call_of(library, "shmb_update");
    memcpy(&copy->update, &call, sizeof(call));
    call = call_of(library, "shmb_lock");
    memcpy(&copy->lock, &call, sizeof(call));
    call = call_of(library, "shmb_write");
    memcpy(&copy->write, &call, sizeof(call));
    call = call_of(library, "shmb_mark_consistent");
    memcpy(&copy->mark_consistent, &call, sizeof(call));
}

static void a_write_of_another_copy_is_no_death(void **state)
{
    struct shmb_block *block = stage_block(row);
    shmb_segment *outer = opened("ShmbTest.Shared", SHMB_WRITE), *inner;
    struct copy copy;
    struct child *child;
    char byte;

    (void)state;
    load_copy(&copy);
    assert_int_equal(copy.open("ShmbTest.Shared", SHMB_WRITE, 0, &inner), SHMB_OK);
    assert_int_equal(shmb_lock(outer, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(outer), SHMB_OK);
    assert_int_equal(copy.update(inner, 0, "x", 1, 0, NULL), SHMB_OK);
    /* Neither marked as broken, nor ended. */
    assert_int_equal(block->abandoned, 0);
    assert_int_equal(shmb_snapshot(outer, 0, &byte, 1, NULL), SHMB_BUSY);
    assert_int_equal(shmb_write_end(outer), SHMB_OK);
    assert_int_equal(shmb_snapshot(outer, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'x');
    assert_int_equal(shmb_unlock(outer), SHMB_OK);
    assert_string_equal(others(), "0");
    /* A dead writer is one, even if the block says that this thread wrote. */
    child = client_start(NULL, "lib-half ShmbTest.Shared");
    child_expect(child, "ready");
    child_kill(child);
    block->writer = (uint64_t)GetCurrentProcessId() << 32 | GetCurrentThreadId();
    assert_string_equal(client_line(NULL, "take Global\\ShmbTest.Shared.lock 0"), "abandoned");
    assert_int_equal(copy.lock(inner, 0), SHMB_ABANDONED);
    assert_int_equal(copy.close(inner), SHMB_OK);
    shmb_close(outer);
}

/* The copy that has the lock first writes within a write of the one that took it later. */
static void a_write_of_the_later_copy_is_one_too(void **state)
{
    struct shmb_block *block = stage_block(row);
    shmb_segment *later = opened("ShmbTest.Shared", SHMB_WRITE), *earlier;
    struct copy copy;
    uint64_t before;

    (void)state;
    load_copy(&copy);
    assert_int_equal(copy.open("ShmbTest.Shared", SHMB_WRITE, 0, &earlier), SHMB_OK);
    assert_int_equal(copy.lock(earlier, 0), SHMB_OK);
    assert_int_equal(shmb_lock(later, 0), SHMB_OK);
    before = block->sequence;
    assert_int_equal(shmb_write_begin(later), SHMB_OK);
    assert_int_equal(copy.write(earlier, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(block->sequence, before + 1); /* goes on */
    assert_int_equal(copy.mark_consistent(earlier), SHMB_OK);
    assert_int_equal(block->sequence, before + 1);
    assert_int_equal(shmb_write_end(later), SHMB_OK);
    assert_int_equal(block->sequence, before + 2);
    assert_int_equal(block->change, 1);
    /* After it, the earlier one has its own again. */
    assert_int_equal(copy.write(earlier, 0, "y", 1, NULL), SHMB_OK);
    assert_int_equal(block->sequence, before + 4);
    assert_int_equal(shmb_unlock(later), SHMB_OK);
    assert_int_equal(copy.close(earlier), SHMB_OK);
    assert_string_equal(others(), "0");
    shmb_close(later);
}

/* The mutex of its own slot lets the thread in: that must not count as the owner's death. */
static void a_fast_lock_of_another_copy_is_waited_for(void **state)
{
    struct shmb_block *block = stage_block(fast);
    shmb_segment *later = opened("ShmbTest.Fast", SHMB_WRITE), *earlier;
    struct copy copy;

    (void)state;
    load_copy(&copy);
    assert_int_equal(copy.open("ShmbTest.Fast", SHMB_WRITE, 0, &earlier), SHMB_OK);
    assert_int_equal(copy.lock(earlier, 0), SHMB_OK);
    assert_int_equal(shmb_lock(later, 0), SHMB_TIMEOUT);
    assert_int_equal(shmb_lock(later, 100), SHMB_TIMEOUT);
    assert_int_equal(block->abandoned, 0);
    assert_int_equal(copy.write(earlier, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(copy.close(earlier), SHMB_OK);
    assert_int_equal(shmb_lock(later, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(later), SHMB_OK);
    shmb_close(later);
}

static const struct verb verbs[] = {
    {"lib-try", 1, lock_try}, {"lib-hold", 1, lock_hold}, {"lib-half", 1, lock_half}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_lock_is_that_of_all_handles),
        STAGED(closing_gives_back_what_it_took),
        STAGED(a_release_through_another_handle_counts),
        STAGED(a_write_within_a_write_is_part_of_it),
        STAGED(closing_does_not_end_the_writes_of_others),
        STAGED(closing_ends_what_it_began),
        STAGED(a_thread_that_ends_in_a_write_does_not_stop_the_next),
        STAGED(a_write_of_a_dead_thread_does_not_end_the_next),
        STAGED(only_the_owner_closes),
        STAGED(who_has_ended_owns_nothing),
        STAGED(an_id_that_comes_back_owns_nothing),
        STAGED(a_death_that_a_reader_met_is_marked_by_the_writer),
        STAGED(a_write_of_another_copy_is_no_death),
        STAGED(a_write_of_the_later_copy_is_one_too),
        STAGED(a_fast_lock_of_another_copy_is_waited_for),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
