/*
 * Segments that a program opens while no broker runs, because another one still has them open:
 * when a directory is there again, the handle says that it is stale.
 */
#include "opening.h"

#include <string.h>

#include "squatter.h"

#define NAME "ShmbTest.Early"
#define LOCK "ShmbTest.EarlyLock"

#define STAND_IN SHMB_ROOT_NAME ".0123456789abcdef0123456789abcdef"

static struct directory_row *row;
static HANDLE lock;

/* A segment whose lock is not named X.lock: only the directory tells which one it is. */
static int begin_early(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 300, STAGE_NOTIFY);
    row->lock_name = LOCK;
    lock = stage_object(SHMB_MUTEX, LOCK, 0, STAGE_OURS, STAGE_MUTEX_USE);
    stage_publish();
    return 0;
}

static void broker_ends(void)
{
    stage_broker_dies();
    stage_root_close();
}

static void broker_starts(void)
{
    stage_broker_returns();
    stage_root_open();
    stage_publish();
}

/* Each call that can say so. */
static void expect_stale(shmb_segment *segment)
{
    uint64_t number = 0, ticket;
    int32_t first;
    void *event;
    char byte = 0;

    assert_int_equal(shmb_write(segment, 0, "x", 1, &number), SHMB_STALE);
    assert_int_equal(number, 0);
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_write_begin(segment), SHMB_STALE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_STALE);
    assert_int_equal(shmb_mark_consistent(segment), SHMB_STALE);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_snapshot_wait(segment, 0, &byte, 1, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_read_begin(segment, 0, &ticket), SHMB_STALE);
    assert_int_equal(shmb_read_valid(segment, 0), SHMB_STALE);
    assert_int_equal(shmb_wait_changed(segment, &number, SHMB_INFINITE), SHMB_STALE);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_STALE);
    assert_int_equal(shmb_change_event(segment, 0, &event), SHMB_STALE);
    assert_int_equal(shmb_first(segment, 0, &first), SHMB_STALE);
    assert_int_equal(shmb_init_done(segment), SHMB_STALE);
    assert_int_equal(shmb_state(segment, NULL), SHMB_STALE);
    /* The bytes are those of the segment all the same. */
    assert_int_equal(shmb_read(segment, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'a');
}

/* Why a call that needs the control data fails. */
static void expect_reason(const char *text)
{
    char found[512];

    assert_int_equal(shmb_result_text(SHMB_BAD_ARGUMENT, found, sizeof(found)), SHMB_OK);
    if (strstr(found, text) == NULL)
        fail_msg("%s: %s", text, found);
}

#define NOT_THERE "start the service if it does not run, then open it again"
#define DENIED    "which you may not read; have the administrator let you"

static void expect_plain_because(shmb_segment *segment, const char *reason)
{
    uint64_t number = 0, ticket;
    char byte;

    assert_int_equal(shmb_write(segment, 0, "a", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    expect_reason(reason);
    assert_int_equal(shmb_read_begin(segment, 0, &ticket), SHMB_BAD_ARGUMENT);
    expect_reason(reason);
    assert_int_equal(shmb_change_number(segment, &number), SHMB_BAD_ARGUMENT);
    expect_reason(reason);
    assert_int_equal(shmb_wait_changed(segment, &number, 0), SHMB_BAD_ARGUMENT);
    expect_reason(reason);
}

static void expect_plain(shmb_segment *segment)
{
    expect_plain_because(segment, NOT_THERE);
}

/* Writes until the handle is stale, and says how long that took. */
static uint64_t stale_after(shmb_segment *segment, uint64_t begun)
{
    int32_t result;

    do {
        result = shmb_write(segment, 0, "a", 1, NULL);
    } while (result == SHMB_OK && GetTickCount64() - begun < SUPPORT_DEADLINE_MS);
    assert_int_equal(result, SHMB_STALE);
    return GetTickCount64() - begun;
}

static void a_directory_that_comes_makes_it_stale(void **state)
{
    shmb_segment *early, *anew;

    (void)state;
    broker_ends();
    early = opened(NAME, SHMB_WRITE);
    expect_plain(early);
    assert_int_equal(shmb_state(early, NULL), SHMB_NO_BROKER);
    broker_starts();
    expect_stale(early);
    anew = opened(NAME, SHMB_WRITE);
    shmb_close(early);
    assert_int_equal(shmb_state(anew, NULL), SHMB_OK);
    assert_int_equal(shmb_write(anew, 0, "x", 1, NULL), SHMB_NOT_OWNER);
    assert_int_equal(shmb_update(anew, 0, "x", 1, 0, NULL), SHMB_OK);
    shmb_close(anew);
}

/* A root without a table is a broker that starts: nobody can have the lock by it. */
static void nothing_is_stale_before_the_first_publication(void **state)
{
    shmb_segment *early;

    (void)state;
    broker_ends();
    early = opened(NAME, SHMB_WRITE);
    stage_broker_returns();
    stage_root_open();
    expect_plain(early);
    stage_publish();
    expect_stale(early);
    shmb_close(early);
}

/* A lock that is found by its usual name: what was begun with it can be ended. */
static void what_was_begun_ends(void **state)
{
    struct child *holder;
    shmb_segment *early, *again;
    char byte;

    (void)state;
    stage_segment("ShmbTest.Usual", 64, STAGE_LOCK);
    broker_ends();
    early = opened("ShmbTest.Usual", SHMB_WRITE);
    again = opened("ShmbTest.Usual", SHMB_WRITE);
    assert_int_equal(shmb_lock(early, 0), SHMB_OK);
    assert_int_equal(shmb_write(early, 0, "a", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_unlock(early), SHMB_OK);
    assert_int_equal(shmb_lock(early, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(early), SHMB_OK);
    broker_starts();
    /* What was begun ends, and the lock does not stay taken. */
    assert_int_equal(shmb_write(early, 0, "b", 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_write_end(early), SHMB_STALE);
    assert_int_equal(shmb_unlock(early), SHMB_OK);
    holder = client_start(NULL, "hold Global\\ShmbTest.Usual.lock");
    child_expect(holder, "holding");
    assert_int_equal(shmb_update(early, 0, "b", 1, 0, NULL), SHMB_STALE);
    assert_int_equal(shmb_lock(again, 0), SHMB_STALE);
    assert_int_equal(shmb_read(early, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'a');
    child_kill(holder);
    shmb_close(again);
    shmb_close(early);
}

/* The broker may hold the name of the segment no more: opening again tells. */
static void a_directory_that_does_not_list_it_makes_it_stale_too(void **state)
{
    shmb_segment *early;

    (void)state;
    broker_ends();
    early = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_write(early, 0, "a", 1, NULL), SHMB_OK);
    row->state = SHMB_ENTRY_FAILED;
    broker_starts();
    assert_int_equal(shmb_write(early, 0, "x", 1, NULL), SHMB_STALE);
    assert_int_equal(shmb_state(early, NULL), SHMB_NOT_FOUND);
    assert_int_equal(try_open(NAME, SHMB_WRITE), SHMB_NOT_FOUND);
    shmb_close(early);
}

static void a_directory_of_another_version_makes_it_stale(void **state)
{
    shmb_segment *early;

    (void)state;
    broker_ends();
    early = opened(NAME, SHMB_WRITE);
    assert_int_equal(shmb_write(early, 0, "a", 1, NULL), SHMB_OK);
    broker_starts();
    stage_root()->abi_version = SHMB_ABI_VERSION + 1;
    assert_int_equal(shmb_write(early, 0, "x", 1, NULL), SHMB_STALE);
    assert_int_equal(try_open(NAME, SHMB_WRITE), SHMB_VERSION_MISMATCH);
    stage_root()->abi_version = SHMB_ABI_VERSION;
    expect_stale(early);
    shmb_close(early);
}

/* A stranger's section under the directory's name is none; when it has gone, there may be one. */
static void a_strangers_directory_is_none(void **state)
{
    shmb_segment *early;
    HANDLE squat;

    (void)state;
    broker_ends();
    squatter_begin();
    squat = squatter_make("section", "Global\\" SHMB_ROOT_NAME, "O:S-1-5-21-1-2-3-4D:(A;;GA;;;WD)",
                          SHMB_ROOT_SIZE, SQUATTER_BYTES);
    assert_non_null(squat);
    early = opened(NAME, SHMB_WRITE);
    expect_plain(early);
    CloseHandle(squat);
    expect_plain(early);
    broker_starts();
    expect_stale(early);
    shmb_close(early);
}

/*
 * The broker publishes under another name. All of Global\ is listed for that: once a second at
 * most, whatever the program does.
 */
static void check_stand_in(const char *sddl, const char *reason)
{
    shmb_segment *early;
    uint64_t begun;
    HANDLE squat;

    broker_ends();
    squatter_begin();
    squat =
        squatter_make("section", "Global\\" SHMB_ROOT_NAME, sddl, SHMB_ROOT_SIZE, SQUATTER_BYTES);
    assert_non_null(squat);
    early = opened(NAME, SHMB_WRITE);
    begun = GetTickCount64();
    expect_plain_because(early, reason);
    stage_broker_returns();
    stage_root_open_at(STAND_IN);
    stage_publish();
    assert_true(stale_after(early, begun) >= 1000);
    expect_stale(early); /* from then on, each time */
    shmb_close(early);
    CloseHandle(squat);
}

static void a_stand_in_makes_it_stale(void **state)
{
    (void)state;
    check_stand_in("O:S-1-5-21-1-2-3-4D:(A;;GA;;;WD)", NOT_THERE);
}

/* "Access denied" does not prove that the directory is the broker's. */
static void a_directory_that_denies_may_be_a_strangers(void **state)
{
    (void)state;
    check_stand_in("O:S-1-5-21-1-2-3-4D:P", DENIED);
}

/* Who may not read the directory keeps the handle: nobody can tell it more. */
static void the_brokers_directory_that_denies_makes_nothing_stale(void **state)
{
    shmb_segment *early;
    HANDLE root;

    (void)state;
    stage_root_close();
    squatter_begin();
    root = squatter_make("section", "Global\\" SHMB_ROOT_NAME, "O:BAD:P", SHMB_ROOT_SIZE,
                         SQUATTER_BYTES);
    assert_non_null(root);
    early = opened(NAME, SHMB_WRITE);
    expect_plain_because(early, DENIED);
    assert_int_equal(shmb_write(early, 0, "a", 1, NULL), SHMB_OK);
    assert_int_equal(shmb_state(early, NULL), SHMB_OK);
    shmb_close(early);
    CloseHandle(root);
}

/* Nobody has the name: nothing is listed, or each write of a gap would cost that. */
static void nothing_is_listed_while_nobody_has_the_name(void **state)
{
    shmb_segment *early;

    (void)state;
    broker_ends();
    early = opened(NAME, SHMB_WRITE);
    stage_broker_returns();
    stage_root_open_at(STAND_IN);
    stage_publish();
    expect_plain(early);
    stage_root_at(SHMB_ROOT_NAME); /* the broker gets its own name within 30 s */
    expect_stale(early);
    shmb_close(early);
}

/* An object that was opened meanwhile is the one that the broker adopts: nothing to open again. */
static void other_objects_stay_good(void **state)
{
    void *mutex;

    (void)state;
    broker_ends();
    assert_int_equal(shmb_open_object(LOCK, SHMB_KIND_MUTEX, SHMB_WRITE, 0, &mutex), SHMB_OK);
    stage_row(LOCK, SHMB_MUTEX);
    broker_starts();
    assert_int_equal(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    assert_string_equal(client_line(NULL, "take Global\\" LOCK " 0"), "timeout");
    assert_true(ReleaseMutex(mutex));
    CloseHandle(mutex);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin_early, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_directory_that_comes_makes_it_stale),
        STAGED(nothing_is_stale_before_the_first_publication),
        STAGED(what_was_begun_ends),
        STAGED(a_directory_that_does_not_list_it_makes_it_stale_too),
        STAGED(a_directory_of_another_version_makes_it_stale),
        STAGED(a_strangers_directory_is_none),
        STAGED(a_stand_in_makes_it_stale),
        STAGED(a_directory_that_denies_may_be_a_strangers),
        STAGED(the_brokers_directory_that_denies_makes_nothing_stale),
        STAGED(nothing_is_listed_while_nobody_has_the_name),
        STAGED(other_objects_stay_good),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
