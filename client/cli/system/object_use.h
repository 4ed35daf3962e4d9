/*
 * object_use.h - who has an object and its companions open, and who has the lock: for the verbs
 * holders, info and doctor.
 */
#ifndef CLI_OBJECT_USE_H
#define CLI_OBJECT_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "exit_codes.h"
#include "holding_processes.h"
#include "names.h"
#include "shmb.h"

#define USE_OBJECTS_MAX (3u + SHMB_CHANGE_EVENTS) /* a segment with all that it can have */

/* One object. */
struct used_object {
    char name[SHMB_NAME_BYTES + sizeof(SHMB_GLOBAL_PREFIX)]; /* with Global\ */
    enum shmb_kind kind;                                     /* SHMB_KIND_COUNT: another one */
    bool exists;
    uint64_t view_bytes;           /* of a section: the longest view; 0: not known */
    bool is_lock;                  /* `lock` is filled in: a mutex, or the event of a fast lock */
    shmb_lock_info lock;           /* as shmb_lock_state fills it in */
    char segment[SHMB_NAME_BYTES]; /* whose lock it is; empty: none, or not known */
};

struct object_use {
    size_t count;
    struct used_object object[USE_OBJECTS_MAX];
    struct holders holders[USE_OBJECTS_MAX];
    struct process_facts broker; /* process 0: not known */
};

/* True for the event of a fast lock. */
bool object_use_is_fast(const struct used_object *object);

/*
 * The same for one mutex or lock, without the programs that have it open. An event that is no
 * segment's lock has no `segment` afterwards.
 */
void object_use_lock(const char *bare, struct used_object *out);

/* Gathers all about the bare name, and about its companions if it is a segment or a queue. */
void object_use_find(const char *bare, struct object_use *out);
void object_use_free(struct object_use *use);

/*
 * The process that the state of a lock names. A process id is used again after the process has
 * ended. So without the system's word only the id is filled in, unless the process that has it now
 * was started before `since`; any writer can have written both.
 */
void object_use_owner(const shmb_lock_info *lock, struct process_facts *out);

/*
 * "locked by C:\App\app.exe (process 1234, session 2, CORP\bob), thread 5, since 2026-11-30
 * 12:00:00 as it wrote itself", "free" and so on; "" if nothing is known. Made visible.
 */
#define USE_LOCK_TEXT (2u * PROCESS_TEXT)
void object_use_lock_text(const shmb_lock_info *lock, char out[USE_LOCK_TEXT]);

/*
 * Prints the failure of taking the lock of segment or mutex `name`: after a timeout with who has
 * it, and if the lock itself could not be used, with its name. Returns the exit code.
 */
enum shmb_exit object_use_fail(const char *name, int32_t result);

/* Writes it as text, lines of our own. */
void object_use_print(const struct object_use *use);

/* The name without Global\. */
const char *object_use_bare(const struct used_object *object);

/* Is it the broker, or another process of its program, such as the keeper? */
bool object_use_of_broker(const struct object_use *use, const struct process_facts *facts);

/*
 * How many processes could not be examined: the greatest number for any of the names. `*late`: not
 * all handles were looked at.
 */
size_t object_use_unexamined(const struct object_use *use, bool *late);

#endif
