#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fake_disk.h"

struct fake_disk *fake_disk_new(void)
{
    struct fake_disk *disk = calloc(1, sizeof(*disk));

    assert_non_null(disk);
    disk->lose_at = SIZE_MAX;
    return disk;
}

void fake_disk_free(struct fake_disk *disk)
{
    size_t i;

    if (disk == NULL)
        return;
    for (i = 0; i < disk->count; i++) {
        free(disk->files[i].name);
        free(disk->files[i].bytes);
    }
    free(disk->files);
    fake_disk_free(disk->image);
    free(disk);
}

struct fake_file *fake_disk_find(const struct fake_disk *disk, const char *name)
{
    size_t i;

    for (i = 0; i < disk->count; i++)
        if (strcmp(disk->files[i].name, name) == 0)
            return &disk->files[i];
    return NULL;
}

struct fake_file *fake_disk_by_tail(const struct fake_disk *disk, const char *tail)
{
    struct fake_file *found = NULL;
    size_t i, length;

    for (i = 0; i < disk->count; i++) {
        length = strlen(disk->files[i].name);
        if (length < strlen(tail) || strcmp(disk->files[i].name + length - strlen(tail), tail) != 0)
            continue;
        assert_null(found);
        found = &disk->files[i];
    }
    return found;
}

void fake_disk_remove(struct fake_disk *disk, const char *name)
{
    struct fake_file *file = fake_disk_find(disk, name);

    if (file == NULL)
        return;
    free(file->name);
    free(file->bytes);
    *file = disk->files[--disk->count];
}

static struct fake_file *add(struct fake_disk *disk, const char *name)
{
    struct fake_file *file;

    fake_disk_remove(disk, name);
    disk->files = realloc(disk->files, (disk->count + 1) * sizeof(*disk->files));
    assert_non_null(disk->files);
    file = &disk->files[disk->count++];
    memset(file, 0, sizeof(*file));
    file->name = malloc(strlen(name) + 1);
    assert_non_null(file->name);
    strcpy(file->name, name);
    return file;
}

static void grow(struct fake_file *file, const void *bytes, size_t length)
{
    file->bytes = realloc(file->bytes, file->length + length + 1);
    assert_non_null(file->bytes);
    memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

void fake_disk_put(struct fake_disk *disk, const char *name, const void *bytes, size_t length)
{
    struct fake_file *file = add(disk, name);

    grow(file, bytes, length);
    file->flushed = length;
}

/* What is left of one file. */
static void lose(struct fake_disk *image, const struct fake_file *file, enum fake_loss loss)
{
    size_t left = file->flushed, lost = file->length - file->flushed;
    struct fake_file *made;

    if (loss == FAKE_LOSS_GONE && file->flushed == 0)
        return;
    if (loss == FAKE_LOSS_HALF)
        left += lost / 2;
    if (loss == FAKE_LOSS_NONE || loss == FAKE_LOSS_ZEROS)
        left += lost;
    fake_disk_put(image, file->name, file->bytes != NULL ? (const void *)file->bytes : "", left);
    made = fake_disk_find(image, file->name);
    if (loss == FAKE_LOSS_ZEROS)
        memset(made->bytes + file->flushed, 0, lost);
}

static void step(struct fake_disk *disk)
{
    size_t i;

    if (disk->steps++ != disk->lose_at)
        return;
    assert_null(disk->image);
    disk->image = fake_disk_new();
    for (i = 0; i < disk->count; i++)
        lose(disk->image, &disk->files[i], disk->loss);
}

struct fake_disk *fake_disk_take_image(struct fake_disk *disk)
{
    struct fake_disk *image = disk->image;

    assert_non_null(image);
    disk->image = NULL;
    return image;
}

void fake_disk_create(struct fake_disk *disk, const char *name)
{
    (void)add(disk, name);
    step(disk);
}

void fake_disk_append(struct fake_disk *disk, const char *name, const void *bytes, size_t length)
{
    struct fake_file *file = fake_disk_find(disk, name);

    assert_non_null(file);
    grow(file, bytes, length);
    step(disk);
}

void fake_disk_flush(struct fake_disk *disk, const char *name)
{
    struct fake_file *file = fake_disk_find(disk, name);

    assert_non_null(file);
    file->flushed = file->length;
    step(disk);
}

bool fake_disk_rename(struct fake_disk *disk, const char *from, const char *to)
{
    struct fake_file *file;
    char *name;

    if (fake_disk_find(disk, from) == NULL)
        return false;
    fake_disk_remove(disk, to);
    file = fake_disk_find(disk, from);
    name = malloc(strlen(to) + 1);
    assert_non_null(name);
    strcpy(name, to);
    free(file->name);
    file->name = name;
    step(disk);
    return true;
}
