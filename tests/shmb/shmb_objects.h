/*
 * shmb_objects.h - objects of every kind, and of every state, for shmb.exe to find.
 */
#ifndef TEST_SHMB_OBJECTS_H
#define TEST_SHMB_OBJECTS_H

#include "shmb_run.h"

#define GROUP "ShmbTest.Gr\xc3\xb6\xc3\x9f\x65.\xe2\x82\xac.\xf0\x9f\x94\x92"

static inline int begin(void **state)
{
    struct directory_row *row;

    (void)state;
    stage_begin();
    stage_segment("ShmbTest.Data", 100, STAGE_LOCK);
    row = stage_row("ShmbTest.Data.lock", SHMB_MUTEX);
    row->flags = SHMB_ENTRY_COMPANION;
    stage_segment("ShmbTest.Read", 300000, STAGE_LOCK | STAGE_READ_ONLY | STAGE_READERS_WAIT);
    row = stage_segment(GROUP, 5000000000u, STAGE_READ_ONLY);
    row->flags |= SHMB_ENTRY_INITIAL;
    row = stage_row("ShmbTest.\"Five\"", SHMB_SEMAPHORE);
    row->initial = 3;
    row->maximum = 5;
    row = stage_row("ShmbTest.Event", SHMB_EVENT);
    row->flags = SHMB_ENTRY_MANUAL_RESET;
    stage_object(SHMB_EVENT, "ShmbTest.Event", 0, STAGE_OURS, 0x120001);
    row = stage_row("ShmbTest.Gone", SHMB_MUTEX);
    row->state = SHMB_ENTRY_FAILED;
    row = stage_segment("ShmbTest.Taken", 16, 0);
    row->state = SHMB_ENTRY_CONFLICT;
    stage_segment("ShmbTest.Wide", 300000, 0);
    stage_publish();
    return 0;
}

#endif
