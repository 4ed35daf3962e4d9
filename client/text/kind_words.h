/*
 * kind_words.h - the kinds of objects as a configuration and people have them. What events and the
 * report say of them is shmb_kind_word (access.h), which calls a segment a section. They never
 * change.
 */
#ifndef SHMB_KIND_WORDS_H
#define SHMB_KIND_WORDS_H

#include "access.h"

/* The kinds that programs can ask for come first. */
#define SHMB_KINDS_REQUESTED ((int)SHMB_SEMAPHORE + 1)

extern const char *const shmb_kind_one[SHMB_KIND_COUNT];  /* "segment", "mutex" and so on */
extern const char *const shmb_kind_many[SHMB_KIND_COUNT]; /* "segments": the keys of a file */

#endif
