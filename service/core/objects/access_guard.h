/*
 * access_guard.h - looks after objects whose access others may change: who has `full`
 * may write the access list anew, empty it, or take the object over.
 */
#ifndef CORE_ACCESS_GUARD_H
#define CORE_ACCESS_GUARD_H

#include "maker.h"

#define ACCESS_GUARD_EVERY_MS 60000u

/* True: there is a held object whose access somebody besides the broker's like may change. */
bool access_guard_needed(const struct maker *maker);

/*
 * Looks at each such object and puts right what is not as it should be, with an
 * event; what is as it should be costs one question. Returns how many were not.
 */
size_t access_guard_look(const struct maker *maker);

#endif
