/*
 * fake_disk.h - a folder on a disk that forgets what was not flushed.
 *
 * After each step of the program that writes there can be a power loss: an
 * image of what is left is made, and the program goes on without noticing. A
 * test starts the next machine with that image.
 */
#ifndef FAKE_DISK_H
#define FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of bytes that were written and not flushed. */
enum fake_loss {
    FAKE_LOSS_GONE,  /* they are not there; nor is a file of which nothing was flushed */
    FAKE_LOSS_HALF,  /* the first half is */
    FAKE_LOSS_ZEROS, /* the file has its length, and zeros instead */
    FAKE_LOSS_NONE,
    FAKE_LOSS_COUNT
};

struct fake_file {
    char *name;
    uint8_t *bytes;
    size_t length, flushed;
};

struct fake_disk {
    struct fake_file *files;
    size_t count;
    size_t steps;   /* so far */
    size_t lose_at; /* the image is made after this many; SIZE_MAX: never */
    enum fake_loss loss;
    struct fake_disk *image; /* NULL: none yet; belongs to the disk until it is taken */
};

struct fake_disk *fake_disk_new(void);
void fake_disk_free(struct fake_disk *disk); /* NULL is allowed */

/* The image, which is the caller's from then on; the test ends where there is none. */
struct fake_disk *fake_disk_take_image(struct fake_disk *disk);

/* As a person or an accident would: no step. NULL: there is no such file. */
struct fake_file *fake_disk_find(const struct fake_disk *disk, const char *name);
/* The only file whose name ends so; NULL: none. The test ends where there are several. */
struct fake_file *fake_disk_by_tail(const struct fake_disk *disk, const char *tail);
void fake_disk_put(struct fake_disk *disk, const char *name, const void *bytes, size_t length);
void fake_disk_remove(struct fake_disk *disk, const char *name);

/* Steps. */
void fake_disk_create(struct fake_disk *disk, const char *name);
void fake_disk_append(struct fake_disk *disk, const char *name, const void *bytes, size_t length);
void fake_disk_flush(struct fake_disk *disk, const char *name);
bool fake_disk_rename(struct fake_disk *disk, const char *from, const char *to);

#endif
