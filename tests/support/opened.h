/*
 * opened.h - opens a segment that must be there.
 */
#ifndef TEST_OPENED_H
#define TEST_OPENED_H

#include "shmb.h"

static inline shmb_segment *opened(const char *name, uint32_t rights)
{
    shmb_segment *segment;

    assert_int_equal(shmb_open(name, rights, 0, &segment), SHMB_OK);
    return segment;
}

#endif
