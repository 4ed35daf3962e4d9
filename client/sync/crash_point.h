/*
 * crash_point.h - the steps of a protocol at which a test lets a thread die.
 *
 * Programs are built without SHMB_CRASH_POINTS: then there is nothing here.
 */
#ifndef SYNC_CRASH_POINT_H
#define SYNC_CRASH_POINT_H

#ifdef SHMB_CRASH_POINTS
/* The test's own; it may not return. */
void shmb_crash_point(const char *name);
#define SHMB_CRASH_POINT(name) shmb_crash_point(name)
#else
#define SHMB_CRASH_POINT(name) ((void)0)
#endif

#endif
