/*
 * stage.h - plays the broker: makes objects, control sections and a directory
 * the way the broker does, and as a test wants them to be wrong.
 *
 * A test calls stage_begin first, adds objects, changes rows at will, and
 * publishes. What is made lives until stage_end, or until it is closed there.
 * Whatever goes wrong in here fails the running test.
 */
#ifndef TEST_STAGE_H
#define TEST_STAGE_H

#include "support.h"

#include "control.h"
#include "control_blocks.h"
#include "directory.h"
#include "directory_table.h"
#include "slots.h"
#include "waiters.h"

/* Who owns an object: Administrators, or the test's own user, who is nobody. */
enum stage_owner { STAGE_OURS, STAGE_STRANGER };

/* Rights of everybody but administrators. */
#define STAGE_SECTION_READ  0x00020005u
#define STAGE_SECTION_WRITE 0x00020007u
#define STAGE_MUTEX_USE     0x00120001u
#define STAGE_EVENT_WAIT    0x00120001u
#define STAGE_EVENT_SET     0x00120003u
#define STAGE_NOTHING       0u

#define STAGE_BLOCKS 80u /* the waiters of the last one are beyond the first page */

/* The broker's instance mutex and an empty root. */
void stage_begin(void);

/* Closes everything. As teardown: kills the children, too. */
void stage_end(void);
int stage_teardown(void **state);

/* The broker is gone or back, as far as the instance mutex tells. */
void stage_broker_dies(void);
void stage_broker_returns(void);

/* Any object; kept until stage_end or stage_close. Events have manual reset,
 * with `bytes` auto reset. Semaphores have a count of 1 and at most 3; with `bytes`, of 0 and at
 * most that. */
HANDLE stage_object(enum shmb_kind kind, const char *bare, uint64_t bytes, enum stage_owner owner,
                    uint32_t everyone);
void stage_close(HANDLE object);

/*
 * Makes the section of a row anew, as the broker does: says that it is gone,
 * lets go of it, waits until nobody else has it, makes the next generation,
 * whose first bytes are that number, and publishes it.
 */
void stage_recreate(struct directory_row *row);

/* How a segment is made. */
#define STAGE_LOCK                0x1u  /* with X.lock */
#define STAGE_READ_ONLY           0x2u  /* everybody may only read it, and not wait on the lock */
#define STAGE_READERS_WAIT        0x4u  /* with STAGE_READ_ONLY: but they may wait */
#define STAGE_NOTIFY              0x10u /* with change events; readers may wait for them */
#define STAGE_DOUBLE              0x40u /* with X.snapshots, in which nothing is published */
#define STAGE_WAITERS             0x80u /* with STAGE_NOTIFY: and a waiters section */
#define STAGE_WITHOUT_LOCK_OBJECT 0x8u  /* the directory names a lock that is not there */
#define STAGE_FAST                0x20u /* with STAGE_LOCK: a fast lock; X.lock is its event */

/*
 * A held segment with a block in control section 1 (read-only ones: 2) and a
 * row; returns the row, which may be changed before stage_publish.
 */
struct directory_row *stage_segment(const char *name, uint64_t size, unsigned how);

/* The domain of all fast locks: its number, and how many slots it has. */
#define STAGE_DOMAIN 1u
#define STAGE_SLOTS  8u

/* A slot as mapped, and its mutex; after the first segment with STAGE_FAST. */
struct shmb_slot *stage_slot(uint32_t index);
HANDLE stage_slot_mutex(uint32_t index);

/* A row alone. */
struct directory_row *stage_row(const char *name, enum shmb_kind kind);

/* The block of a row in its control section, and the header of that section. */
struct shmb_block *stage_block(const struct directory_row *row);
struct shmb_control *stage_control(uint32_t number);

/* Of a row with STAGE_WAITERS: the time up to which programs wait for its changes. */
volatile uint64_t *stage_waiting_until(const struct directory_row *row);

/* The handle that stage_segment keeps of a row's section. */
HANDLE stage_section_of(const struct directory_row *row);

/* The section for double snapshots of a row, mapped as the broker has it. */
struct shmb_pair *stage_pair(const struct directory_row *row);

/* Publishes the rows as they are now, as the broker does. */
void stage_publish(void);

/* The root as mapped; NULL after stage_root_close, until stage_root_open makes an empty one. */
struct shmb_root *stage_root(void);
/* With the table: as the broker does at its end. */
void stage_root_close(void);
void stage_root_open(void);
void stage_root_open_at(const char *bare);

/* The root is under this name from now on, and has what was published last. */
void stage_root_at(const char *bare);

/* The table published last, writable: to be spoiled. */
struct shmb_table *stage_table(void);
void stage_table_close(void);

/* SID text of the user the test runs as. */
const char *stage_user(void);

#endif
