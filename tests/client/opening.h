/*
 * opening.h - opens and describes what the test has put on the stage.
 */
#ifndef TEST_OPENING_H
#define TEST_OPENING_H

#include "stage.h"

#include "opened.h"

static inline shmb_info described(const char *name)
{
    shmb_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_describe(name, &info), SHMB_OK);
    return info;
}

static inline int32_t try_open(const char *name, uint32_t rights)
{
    shmb_segment *segment = (shmb_segment *)(void *)&segment;
    int32_t result = shmb_open(name, rights, 0, &segment);

    if (result < 0)
        assert_null(segment);
    else
        assert_non_null(segment);
    shmb_close(segment);
    return result;
}

static inline shmb_info info_of(const shmb_segment *segment)
{
    shmb_info info = {.size = sizeof(info)};

    shmb_state(segment, &info);
    return info;
}

static inline int begin(void **state)
{
    (void)state;
    stage_begin();
    stage_segment("ShmbTest.One", 300, STAGE_LOCK);
    stage_segment("ShmbTest.\xC3\xA4", 5000, 0);
    stage_segment("ShmbTest.Read", 64, STAGE_LOCK | STAGE_READ_ONLY);
    stage_publish();
    return 0;
}

#endif
