#include "fast_segment.h"

const struct launch user = {.standard_user = true};
struct directory_row *row;

int fast_begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, 100, STAGE_LOCK | STAGE_FAST);
    stage_segment("ShmbTest.Other", 100, STAGE_LOCK | STAGE_FAST);
    stage_publish();
    return 0;
}

volatile uint64_t *word_at(void)
{
    return &stage_block(row)->lock_word;
}

uint32_t slots_taken(void)
{
    uint32_t i, count = 0;

    for (i = 0; i < STAGE_SLOTS; i++)
        count += stage_slot(i)->taken;
    return count;
}

const char *text_of(int32_t result)
{
    static char text[512];

    assert_int_equal(shmb_result_text(result, text, sizeof(text)), SHMB_OK);
    return text;
}

DWORD in_thread(LPTHREAD_START_ROUTINE routine, void *context)
{
    HANDLE thread = CreateThread(NULL, 0, routine, context, 0, NULL);
    DWORD code = 0;

    assert_non_null(thread);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    CloseHandle(thread);
    return code;
}

DWORD WINAPI lock_and_end(void *segment)
{
    return (DWORD)-shmb_lock(segment, 0);
}

void let_die(const char *verb)
{
    struct child *child = client_start(&user, "%s " NAME, verb);

    child_expect(child, "ready");
    child_kill(child);
}

shmb_segment *open_here(const char *name)
{
    shmb_segment *segment;
    int32_t result = shmb_open(name, SHMB_WRITE, 0, &segment);

    if (result != SHMB_OK)
        client_say("open: %d", (int)result);
    return segment;
}

int fast_try(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0]);

    (void)argc;
    client_say("%d", (int)shmb_lock(segment, 0));
    shmb_close(segment);
    return 0;
}

static int hold(const char *name, bool half)
{
    shmb_segment *segment = open_here(name);

    if (shmb_lock(segment, SHMB_INFINITE) < 0)
        return 1;
    if (half)
        shmb_write_begin(segment);
    client_say("ready");
    client_wait_for_end();
    shmb_close(segment);
    return 0;
}

int fast_hold(int argc, char **argv)
{
    (void)argc;
    return hold(argv[0], false);
}

int fast_half(int argc, char **argv)
{
    (void)argc;
    return hold(argv[0], true);
}

int fast_wait(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0]);

    (void)argc;
    client_say("waits");
    client_say("%d", (int)shmb_lock(segment, SHMB_INFINITE));
    shmb_close(segment);
    return 0;
}
