/*
 * lookup.h - reads the broker's directory, as of one moment.
 */
#ifndef LIB_LOOKUP_H
#define LIB_LOOKUP_H

#include <stdbool.h>
#include <windows.h>

#include "directory.h"
#include "result.h"
#include "section.h"

struct directory;

/* An open directory: root and table are mapped, their owners checked. */
struct lookup {
    struct directory *directory;
    struct shmb_table_view table;
};

/* Where the directory is looked for. Looking for stand-ins lists all of Global\. */
enum lookup_search {
    LOOKUP_ONE,   /* under the first name only */
    LOOKUP_TAKEN, /* if an object that does not serve has the first name, the stand-ins, too */
    LOOKUP_ALL    /* also if nobody has it: another program may just have left it to the broker */
};

/*
 * Opens the directory, or uses again what the process has kept of it, if that is still the
 * broker's. Close it with lookup_close after SHMB_OK. `owner` as in
 * trust_check. SHMB_NO_BROKER: there is none, or only what an ended broker left.
 * SHMB_NOT_FOUND: nothing is published yet. SHMB_ACCESS_DENIED, SHMB_NOT_OURS,
 * SHMB_CORRUPT, SHMB_VERSION_MISMATCH, SHMB_NO_MEMORY, SHMB_SYSTEM.
 */
int32_t lookup_open(struct lookup *lookup, const char *owner, enum lookup_search search,
                    struct fault *fault);
void lookup_close(struct lookup *lookup);

/*
 * The same for a caller that asks lookup_changed before it relies on what it found: what the
 * process has kept may be that of a broker that has ended. Searches as LOOKUP_ALL.
 */
int32_t lookup_open_kept(struct lookup *lookup, const char *owner, struct fault *fault);

/* Finds the entry of a bare name. SHMB_NOT_FOUND, SHMB_CORRUPT. */
int32_t lookup_find(const struct lookup *lookup, const char *bare, struct shmb_entry_view *out,
                    struct fault *fault);

/*
 * Has the broker published since the directory was opened, or has it ended? False: an object that
 * was opened meanwhile is the listed one (directory.h).
 */
bool lookup_changed(const struct lookup *lookup);

/*
 * May the caller open objects by plain name after this result of lookup_open? Not
 * if the directory is the broker's and readable: then its answer counts.
 */
bool lookup_dispensable(int32_t result);

/* Fills `*info`, one of ours and of our size, from the root. */
void lookup_broker(const struct lookup *lookup, struct shmb_broker_info *info);

/* True: the broker says that it has no pipe for requests. */
bool lookup_without_pipe(const struct lookup *lookup);

/*
 * Fills `*info`, one of ours and of our size, from an entry. Behind the end of a text `rule` and
 * `account` keep what they have if nobody has requested the object.
 */
void lookup_info(const struct shmb_entry_view *entry, struct shmb_info *info);

/* Copies a description to the caller's structure, which is sized_valid. */
void lookup_give(const struct shmb_info *info, struct shmb_info *out);

#endif
