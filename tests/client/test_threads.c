/* Threads of one process that meet at the worst moment, and thread ids that come back. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "opened.h"

static struct directory_row *unlocked;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Locked", 100, STAGE_LOCK);
    stage_segment("ShmbTest.Known", 100, STAGE_LOCK);
    unlocked = stage_segment("ShmbTest.Unlocked", 100, 0);
    stage_publish();
    return 0;
}

static HANDLE start_thread(LPTHREAD_START_ROUTINE routine, void *context)
{
    HANDLE thread = CreateThread(NULL, 0, routine, context, 0, NULL);

    assert_non_null(thread);
    return thread;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0;

    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

static HANDLE new_event(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    assert_non_null(event);
    return event;
}

#ifdef _M_X64 /* Wine does not single-step 32-bit programs; ARM64 has no trap flag */

/* ---- a thread that stops after so many instructions of the library ---- */

#define STEPS_MOST 200 /* the flag and the mutex are read within the first 100 */
#define STEPS_CODE 0xE0534D42u
#define TRAP_FLAG  0x100u

static struct {
    shmb_segment *known, *fresh;
    HANDLE stopped, go_on;
    volatile LONG left; /* instructions to the stop; 0: no stop */
} steps;

/* Here no lock of the system or the C runtime is held. */
static bool in_program(const void *address)
{
    HMODULE module = NULL;

    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                           GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       address, &module);
    return module == GetModuleHandleW(NULL);
}

static LONG CALLBACK step(EXCEPTION_POINTERS *exception)
{
    const DWORD code = exception->ExceptionRecord->ExceptionCode;

    if (code != STEPS_CODE && code != (DWORD)EXCEPTION_SINGLE_STEP)
        return EXCEPTION_CONTINUE_SEARCH;
    if (steps.left > 0 && code == (DWORD)EXCEPTION_SINGLE_STEP &&
        in_program(exception->ExceptionRecord->ExceptionAddress) && --steps.left == 0) {
        SetEvent(steps.stopped);
        WaitForSingleObject(steps.go_on, INFINITE);
    }
    if (steps.left > 0)
        exception->ContextRecord->EFlags |= TRAP_FLAG;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI lock_in_steps(void *unused)
{
    int32_t result;

    (void)unused;
    /* What a thread needs for its first lock ever is not part of it. */
    if (shmb_lock(steps.known, INFINITE) != SHMB_OK || shmb_unlock(steps.known) != SHMB_OK)
        return 99;
    RaiseException(STEPS_CODE, 0, 0, NULL);
    result = shmb_lock(steps.fresh, SUPPORT_DEADLINE_MS);
    steps.left = 0;
    shmb_unlock(steps.fresh);
    return (DWORD)-result;
}

static void two_threads_are_the_first_to_lock(void **state)
{
    void *handler = AddVectoredExceptionHandler(1, step);
    LONG count;

    (void)state;
    steps.stopped = new_event();
    steps.go_on = new_event();
    steps.known = opened("ShmbTest.Known", SHMB_WRITE);
    for (count = 1; count <= STEPS_MOST; count++) {
        HANDLE either[2];

        steps.fresh = opened("ShmbTest.Locked", SHMB_WRITE);
        steps.left = count;
        either[0] = steps.stopped;
        either[1] = start_thread(lock_in_steps, NULL);
        if (WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0)
            fail_msg("not stopped after %ld instructions", (long)count);
        assert_int_equal(shmb_lock(steps.fresh, 0), SHMB_OK);
        assert_int_equal(shmb_unlock(steps.fresh), SHMB_OK);
        SetEvent(steps.go_on);
        if (end_of(either[1]) != 0)
            fail_msg("stopped after %ld instructions", (long)count);
        shmb_close(steps.fresh);
    }
    shmb_close(steps.known);
    CloseHandle(steps.stopped);
    CloseHandle(steps.go_on);
    RemoveVectoredExceptionHandler(handler);
}

#endif

/* ---- ids that come back ---- */

#define SAME_ID_TRIES 20000

/* A thread with a wanted id: it does something, if there is something to do, and waits. */
static struct {
    DWORD id;
    HANDLE here, leave;
    shmb_segment *written;
    int32_t result;
} twin;

static DWORD WINAPI be_twin(void *unused)
{
    (void)unused;
    if (GetCurrentThreadId() != twin.id)
        return 0;
    if (twin.written != NULL)
        twin.result = shmb_write(twin.written, 0, "x", 1, NULL);
    SetEvent(twin.here);
    WaitForSingleObject(twin.leave, INFINITE);
    return 0;
}

/* Starts threads until one has the id of a thread that has ended, and returns that one. */
static HANDLE start_twin(DWORD id, shmb_segment *written)
{
    int tries;

    twin.id = id;
    twin.here = new_event();
    twin.leave = new_event();
    twin.written = written;
    for (tries = 0; tries < SAME_ID_TRIES; tries++) {
        HANDLE thread = start_thread(be_twin, NULL);
        const HANDLE either[] = {twin.here, thread};

        if (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0)
            return thread;
        CloseHandle(thread);
    }
    CloseHandle(twin.here);
    CloseHandle(twin.leave);
    skip();
    return NULL;
}

static void end_twin(HANDLE thread)
{
    SetEvent(twin.leave);
    end_of(thread);
    CloseHandle(twin.here);
    CloseHandle(twin.leave);
}

static DWORD WINAPI begin_and_end(void *segment)
{
    return shmb_write_begin(segment) == SHMB_OK ? GetCurrentThreadId() : 0;
}

static DWORD WINAPI lock_and_end(void *segment)
{
    return shmb_lock(segment, 0) == SHMB_OK ? GetCurrentThreadId() : 0;
}

/* Runs it in a thread, which ends. Returns the thread's id. */
static DWORD ended(LPTHREAD_START_ROUTINE routine, shmb_segment *segment)
{
    DWORD id = end_of(start_thread(routine, segment));

    assert_int_not_equal(id, 0);
    return id;
}

/* Without a lock: the next writer has the id of the one that ended in a write. */
static void a_writer_with_the_id_of_a_dead_one_is_another(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Unlocked", SHMB_WRITE);
    struct shmb_block *block = stage_block(unlocked);
    HANDLE thread = start_twin(ended(begin_and_end, segment), segment);
    char byte;

    (void)state;
    assert_int_equal(twin.result, SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    assert_int_equal(block->change, 1);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    end_twin(thread);
    shmb_close(segment);
}

/* Without a lock: another thread has that id, and the next writer is a third one. */
static void a_dead_writer_is_dead_if_its_id_lives(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Unlocked", SHMB_WRITE);
    struct shmb_block *block = stage_block(unlocked);
    HANDLE thread = start_twin(ended(begin_and_end, segment), NULL);
    char byte;

    (void)state;
    assert_int_equal(shmb_write(segment, 0, "x", 1, NULL), SHMB_OK);
    assert_int_equal(block->sequence & 1, 0);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    end_twin(thread);
    shmb_close(segment);
}

/* Another program holds the lock by now, and another thread here has the dead owner's id. */
static void a_dead_owner_keeps_no_handle_open_if_its_id_lives(void **state)
{
    shmb_segment *segment = opened("ShmbTest.Locked", SHMB_WRITE);
    HANDLE thread = start_twin(ended(lock_and_end, segment), NULL);
    struct child *child = client_start(NULL, "lib-hold ShmbTest.Locked");

    (void)state;
    child_expect(child, "1"); /* SHMB_ABANDONED */
    assert_int_equal(shmb_close(segment), SHMB_OK);
    end_twin(thread);
    assert_int_equal(child_end(child), 0);
}

/* ---- the other process ---- */

static int lib_hold(int argc, char **argv)
{
    shmb_segment *segment;
    int32_t result = shmb_open(argv[0], SHMB_WRITE, 0, &segment);

    (void)argc;
    if (result == SHMB_OK)
        result = shmb_lock(segment, SHMB_INFINITE);
    client_say("%d", (int)result);
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

static const struct verb verbs[] = {{"lib-hold", 1, lib_hold}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef _M_X64
        STAGED(two_threads_are_the_first_to_lock),
#endif
        STAGED(a_writer_with_the_id_of_a_dead_one_is_another),
        STAGED(a_dead_writer_is_dead_if_its_id_lives),
        STAGED(a_dead_owner_keeps_no_handle_open_if_its_id_lives),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
