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

void let_die(const char *verb)
{
    lock_let_die(&user, verb, NAME);
}

int fast_wait(int argc, char **argv)
{
    shmb_segment *segment = open_here(argv[0], SHMB_WRITE);

    (void)argc;
    client_say("waits");
    client_say("%d", (int)shmb_lock(segment, SHMB_INFINITE));
    shmb_close(segment);
    return 0;
}
