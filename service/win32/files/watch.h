/*
 * watch.h - notices when files change, and when that is over.
 *
 * A change counts when the folder of a file tells it with a name that one of
 * the paths means: editors that write a new file and rename it are seen, a
 * neighbour's file is not. Where the system could not keep up and tells no
 * names, it counts as one. So does another folder in the place of one that was
 * there; for that the folder above is listened to, and whatever happens beside
 * the watched one counts for nothing. A change is over when nothing more has
 * followed it for a second, or at the latest ten seconds after it began.
 *
 * All functions are to be called by one and the same thread. It hears of
 * changes only while it is in an alertable wait.
 */
#ifndef WATCH_H
#define WATCH_H

#include "system.h"

#define WATCH_QUIET_MS   1000u
#define WATCH_LONGEST_MS 10000u /* a change that goes on is told after that */
#define WATCH_LOOK_MS    200u   /* at least, between two looks at which folders are there */
#define WATCH_AGAIN_MS   5000u  /* until a folder that cannot be watched is tried again */

struct watch;

/*
 * As system.h's `watch`: replaces what `*watch` (NULL: nothing) watches. A
 * change that was noticed and not yet told is kept.
 */
enum sys_status watch_set(struct watch **watch, const char *const *paths, size_t count,
                          struct sys_failure *why);

/* Milliseconds until watch_changed is worth asking; UINT32_MAX: when something was heard. */
uint32_t watch_delay(const struct watch *watch); /* NULL is allowed, here and below */

/* True once for each change that is over. */
bool watch_changed(struct watch *watch);

/* What was noticed so far is no news. */
void watch_forget(struct watch *watch);

void watch_end(struct watch *watch);

#endif
