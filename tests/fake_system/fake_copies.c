/*
 * Files of the kept copies, on a disk that can lose what was not flushed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

static enum sys_status copy_read(void *self, const char *name, size_t limit, bool stoppable,
                                 char **content, size_t *length, struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_file *file = fake_disk_find(fake->disk, name);
    enum sys_status status;

    fake_busy++;
    *content = NULL;
    *length = 0;
    status = fake_called(fake, FAKE_COPY_READ, name);
    if (status == SYS_OK && stoppable && fake->port.stopping(fake))
        status = SYS_LATER;
    if (status == SYS_OK && file == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && file->length > limit)
        status = SYS_FAILED;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateFileW", why);
    *length = file->length;
    *content = malloc(file->length + 1);
    assert_non_null(*content);
    if (file->length > 0)
        memcpy(*content, file->bytes, file->length);
    return fake_done();
}

static enum sys_status copy_create(void *self, const char *name, struct sys_copy **out,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    struct sys_copy *made;

    fake_busy++;
    *out = NULL;
    status = fake_called(fake, FAKE_COPY_CREATE, name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateFileW", why);
    fake_disk_create(fake->disk, name);
    made = calloc(1, sizeof(*made));
    assert_non_null(made);
    assert_true(strlen(name) < sizeof(made->name));
    strcpy(made->name, name);
    *(struct sys_copy **)fake_add(&fake->copies, sizeof(made)) = made;
    *out = made;
    return fake_done();
}

static enum sys_status copy_write(void *self, struct sys_copy *copy, const void *bytes,
                                  size_t length, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    assert_false(copy->closed);
    status = fake_called(fake, FAKE_COPY_WRITE, copy->name);
    /* What failed may have written something all the same. */
    fake_disk_append(fake->disk, copy->name, bytes, status == SYS_OK ? length : length / 2);
    return status != SYS_OK ? fake_refuse(fake, status, "WriteFile", why) : fake_done();
}

static enum sys_status copy_flush(void *self, struct sys_copy *copy, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    assert_false(copy->closed);
    status = fake_called(fake, FAKE_COPY_FLUSH, copy->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "FlushFileBuffers", why);
    fake_disk_flush(fake->disk, copy->name);
    return fake_done();
}

static enum sys_status copy_settle(void *self, const char *name, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    fake_check_copies(fake, name);
    status = fake_called(fake, FAKE_COPY_SETTLE, name);
    if (status == SYS_OK && fake_disk_find(fake->disk, name) == NULL)
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "FlushFileBuffers", why);
    fake_disk_flush(fake->disk, name);
    return fake_done();
}

static void copy_close(void *self, struct sys_copy *copy)
{
    fake_busy++;
    if (copy != NULL) {
        (void)fake_called(self, FAKE_COPY_CLOSE, copy->name);
        assert_false(copy->closed);
        copy->closed = true;
    }
    fake_busy--;
}

static void copy_discard(void *self, struct sys_copy *copy)
{
    struct fake *fake = self;

    copy_close(self, copy);
    if (!fake->crashed && fake_disk_find(fake->disk, copy->name) != NULL)
        fake_disk_remove(fake->disk, copy->name);
}

void fake_check_copies(const struct fake *fake, const char *name)
{
    size_t i;

    for (i = 0; i < fake->copies.count; i++) {
        const struct sys_copy *copy = ((struct sys_copy **)fake->copies.at)[i];

        if (!copy->closed && (name == NULL || strcmp(copy->name, name) == 0))
            fail_msg("the copy %s is not closed", copy->name);
    }
}

static enum sys_status copy_rename(void *self, const char *from, const char *to,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    fake_check_copies(fake, from);
    status = fake_called(fake, FAKE_COPY_RENAME, from);
    if (status == SYS_OK && !fake_disk_rename(fake->disk, from, to))
        status = SYS_NOT_FOUND;
    return status != SYS_OK ? fake_refuse(fake, status, "MoveFileExW", why) : fake_done();
}

static void saves(void *self, bool any)
{
    ((struct fake *)self)->saves = any;
}

struct fake_disk *fake_disk(struct fake *fake)
{
    return fake->disk;
}

void fake_use_disk(struct fake *fake, struct fake_disk *disk)
{
    fake_disk_free(fake->disk);
    fake->disk = disk;
}

struct fake_disk *fake_take_disk(struct fake *fake)
{
    struct fake_disk *disk = fake->disk;

    fake->disk = fake_disk_new();
    return disk;
}

bool fake_saves(const struct fake *fake)
{
    return fake->saves;
}

void fake_copies_port(struct system *port)
{
    port->copies.read = copy_read;
    port->copies.create = copy_create;
    port->copies.write = copy_write;
    port->copies.flush = copy_flush;
    port->copies.close = copy_close;
    port->copies.discard = copy_discard;
    port->copies.settle = copy_settle;
    port->copies.rename = copy_rename;
    port->saves = saves;
}
