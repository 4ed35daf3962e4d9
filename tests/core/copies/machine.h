/*
 * machine.h - a machine with a disk on the fake port, booted again and again: what
 * of segments that outlive a reboot is there the next time. The segment is A.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "fake_system.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"
#define SIZE      64u

/* Configurations. */
extern const char kept_at_stop[], kept_by_time[], kept_two[], kept_gone[], kept_by_time_and_b[],
    kept_larger[], kept_as_event[];

extern struct fake *machine;
extern void (*machine_at_wait)(size_t number); /* NULL: nothing */
extern const char *machine_texts[8];           /* what is written into A at the n-th wait */
extern char machine_found[SIZE + 1];           /* in A at the first wait */

/* A boot with this disk, NULL: a new one; of a machine before, only the disk lives on. */
void machine_boot(struct fake_disk *disk, const char *configuration);

/* A broker's life of so many waits, with what has been set after machine_boot. */
void machine_live(size_t waits);
int machine_end(void **state);

/* As a client sees it that has the segment open, and writes to it. */
const char *machine_content_of(const char *name);
void machine_put(const char *name, const char *text);

/* What a life with this disk finds in A; and a disk with two copies of it. */
const char *machine_found_on(struct fake_disk *disk);
struct fake_disk *machine_disk_with(const char *older, const char *newest);

/* For machine_at_wait: a client holds A from now on. */
void machine_keep_open(size_t number);

/* The file of A with this ending is not what it was. */
void machine_damage(struct fake_disk *disk, const char *tail);

/* Another disk with the same on it. */
struct fake_disk *machine_twin(const struct fake_disk *disk);

/* The report has this line; says that everything is held. */
bool machine_told(const char *line);
bool machine_is_complete(void);

#endif
