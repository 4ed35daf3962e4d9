/*
 * watch.h - notices when files change, and when a change is over.
 *
 * A change counts if the notification of a file's folder has a name that matches one of
 * the paths: editors that write a new file and rename it are noticed, changes of other
 * files are not. A notification without names (its buffer was too small) counts, too. So
 * does a watched folder that is replaced by another one; to notice that, the folder above
 * is watched, where nothing else counts. A change is over when nothing more has followed
 * for a second, or at the latest ten seconds after it began.
 *
 * Call all functions from the same thread. It receives notifications only in an
 * alertable wait.
 */
#ifndef WATCH_H
#define WATCH_H

#include "system.h"

#define WATCH_QUIET_MS   1000u
#define WATCH_LONGEST_MS 10000u /* a change that goes on is reported after that */
#define WATCH_LOOK_MS    200u   /* at least, between two checks of which folders exist */
#define WATCH_AGAIN_MS   5000u  /* until a folder that cannot be watched is retried */

struct watch;

/*
 * As system_files.h's `watch`: replaces what `*watch` (NULL: nothing) watches. A
 * change that was noticed and not yet reported stays.
 */
enum sys_status watch_set(struct watch **watch, const char *const *paths, size_t count,
                          struct sys_failure *why);

/* Milliseconds until watch_changed should be called; UINT32_MAX: not before a notification. */
uint32_t watch_delay(const struct watch *watch); /* NULL is allowed, here and below */

/* True once for each change that is over. */
bool watch_changed(struct watch *watch);

/* Drops a change that was noticed so far. */
void watch_forget(struct watch *watch);

void watch_end(struct watch *watch);

#endif
