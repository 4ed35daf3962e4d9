/*
 * lookup.h - the broker's directory as one moment shows it.
 */
#ifndef LIB_LOOKUP_H
#define LIB_LOOKUP_H

#include <stdbool.h>
#include <windows.h>

#include "directory.h"
#include "result.h"
#include "section.h"

/* An open directory: root and table are mapped, their owners checked. */
struct lookup {
    HANDLE root;
    struct section_view root_view, table_view;
    struct shmb_root_slot slot;
    struct shmb_table_view table;
};

/*
 * Opens the directory; ended with lookup_close, which a failure needs not.
 * SHMB_NO_BROKER: there is none, or what is left of one. SHMB_NOT_FOUND: there
 * is one in which nothing has been published yet. SHMB_ACCESS_DENIED,
 * SHMB_NOT_OURS, SHMB_CORRUPT, SHMB_VERSION_MISMATCH, SHMB_NO_MEMORY,
 * SHMB_SYSTEM. `owner` as in trust_check.
 */
int32_t lookup_open(struct lookup *lookup, const char *owner, struct fault *fault);
void lookup_close(struct lookup *lookup);

/* Closes the root: a list that is kept for long must not keep its name alive. */
void lookup_leave_root(struct lookup *lookup);

/* The entry of a bare name. SHMB_NOT_FOUND, SHMB_CORRUPT. */
int32_t lookup_find(const struct lookup *lookup, const char *bare, struct shmb_entry_view *out,
                    struct fault *fault);

/* Has the broker published since? */
bool lookup_changed(const struct lookup *lookup);

/*
 * May a caller go by plain names where the directory cannot be had for this
 * reason? A directory that is there, ours, and says no is an answer.
 */
bool lookup_dispensable(int32_t result);

/* Fills all of `*info` but `size` from an entry. */
void lookup_info(const struct shmb_entry_view *entry, struct shmb_info *info);

#endif
