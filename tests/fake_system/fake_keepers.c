/*
 * Keepers: they are numbers in the objects they hold.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "fake_internal.h"

static void end_keeper(struct fake *fake, size_t number)
{
    size_t i;

    fake->keepers[number].alive = false;
    for (i = 0; i < fake->objects.count; i++) {
        fake_object_at(fake, i)->kept[number] = 0;
        fake_settle(fake_object_at(fake, i));
    }
}

void fake_break_ties(struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->keeper_count; i++)
        if (fake->keepers[i].alive && fake->keepers[i].tied)
            end_keeper(fake, i);
}

static void add_keeper(struct fake *fake, uint32_t hold_ms)
{
    assert_true(fake->keeper_count < FAKE_KEEPERS);
    fake->keepers[fake->keeper_count].alive = true;
    fake->keepers[fake->keeper_count].tied = !fake->no_ties;
    fake->keepers[fake->keeper_count++].hold_ms = hold_ms;
}

static enum sys_status keeper_make(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                   struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    *out = (struct sys_keeper){0};
    assert_true(hold_ms > 0);
    status = fake_called(fake, FAKE_KEEPER_MAKE, "");
    /* The broker is killed in the middle: a process that nobody knows of. */
    if (fake->crashed && fake->no_ties)
        add_keeper(fake, hold_ms);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateProcessW", why);
    *out = (struct sys_keeper){FAKE_KEEPER + (uint32_t)fake->keeper_count, FAKE_STARTED};
    add_keeper(fake, hold_ms);
    fake->keeper = fake->keeper_count;
    return fake_effected(fake);
}

static enum sys_status keeper_settle(void *self, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    assert_true(fake->keeper > 0);
    fake_busy++;
    status = fake_called(fake, FAKE_KEEPER_SETTLE, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "SetInformationJobObject", why);
    fake->keepers[fake->keeper - 1].tied = false;
    return fake_done();
}

static size_t count_kept(const struct fake *fake)
{
    size_t i, held = 0;

    for (i = 0; i < fake->handles.count; i++)
        held += !fake_handle_at(fake, i)->closed && fake->keeper > 0 &&
                fake_handle_at(fake, i)->keeper == fake->keeper;
    return held;
}

static enum sys_status keep(void *self, size_t *held, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    size_t i;

    *held = 0;
    if (fake->keeper == 0)
        return SYS_NOT_FOUND; /* not recorded: nothing happens */
    fake_busy++;
    status = fake_called(fake, FAKE_KEEP, "");
    *held = count_kept(fake);
    if (status == SYS_OK && !fake->keepers[fake->keeper - 1].alive) {
        fake->keeper = 0;
        status = SYS_NOT_FOUND;
    }
    if (status != SYS_OK)
        return fake_refuse(fake, status, "DuplicateHandle", why);
    for (i = 0; i < fake->handles.count; i++) {
        struct sys_object *handle = fake_handle_at(fake, i);

        if (handle->closed || handle->keeper == fake->keeper)
            continue;
        handle->keeper = fake->keeper;
        fake_object_at(fake, handle->entry)->kept[fake->keeper - 1]++;
    }
    *held = count_kept(fake);
    return fake_effected(fake);
}

static enum sys_status keeper_end(void *self, const struct sys_keeper *keeper,
                                  struct sys_failure *why)
{
    struct fake *fake = self;
    size_t number = keeper->process - FAKE_KEEPER;
    enum sys_status status;

    fake_busy++;
    assert_true(keeper->process >= FAKE_KEEPER && number < fake->keeper_count);
    assert_true(keeper->started == FAKE_STARTED);
    status = fake_called(fake, FAKE_KEEPER_END, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "TerminateProcess", why);
    if (fake->keeper == number + 1)
        fake->keeper = 0;
    end_keeper(fake, number);
    return fake_effected(fake);
}

/* All that live but the broker's own. */
static enum sys_status keepers_left(void *self, struct sys_keeper **found, size_t *count,
                                    struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    size_t i;

    *found = NULL;
    *count = 0;
    fake_busy++;
    status = fake_called(fake, FAKE_KEEPERS_LEFT, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateToolhelp32Snapshot", why);
    *found = calloc(FAKE_KEEPERS, sizeof(**found));
    assert_non_null(*found);
    for (i = 0; i < fake->keeper_count; i++)
        if (fake->keepers[i].alive && fake->keeper != i + 1)
            (*found)[(*count)++] = (struct sys_keeper){FAKE_KEEPER + (uint32_t)i, FAKE_STARTED};
    return fake_done();
}

static enum sys_status fetch(void *self, const struct sys_keeper *keeper, const char *name,
                             struct sys_facts *facts, struct sys_object **out,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *object = fake_named(fake, name);
    size_t number = keeper->process - FAKE_KEEPER;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    assert_true(keeper->process >= FAKE_KEEPER && number < fake->keeper_count);
    status = fake_called(fake, FAKE_KEEPER_FETCH, name);
    if (status == SYS_OK &&
        (object == NULL || fake->keeper == number + 1 || object->kept[number] == 0))
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "DuplicateHandle", why);
    facts->kept = true;
    fake_tell_object(object, facts);
    *out = fake_new_handle(fake, (size_t)(object - (const struct fake_object *)fake->objects.at));
    return fake_done();
}

static void leave(void *self)
{
    ((struct fake *)self)->left = true;
}

static bool releasing(void *self)
{
    return ((const struct fake *)self)->release;
}

void fake_release(struct fake *fake, bool release)
{
    fake->release = release;
}

void fake_no_ties(struct fake *fake)
{
    fake->no_ties = true;
}

void fake_keeper_dies(struct fake *fake, size_t number)
{
    assert_true(number < fake->keeper_count && fake->keepers[number].alive);
    end_keeper(fake, number);
}

size_t fake_keepers_made(const struct fake *fake)
{
    return fake->keeper_count;
}

size_t fake_keepers_alive(const struct fake *fake)
{
    size_t i, alive = 0;

    for (i = 0; i < fake->keeper_count; i++)
        alive += fake->keepers[i].alive;
    return alive;
}

uint32_t fake_keeper_hold(const struct fake *fake, size_t number)
{
    assert_true(number < fake->keeper_count);
    return fake->keepers[number].alive ? fake->keepers[number].hold_ms : 0;
}

void fake_keepers_port(struct system *port)
{
    port->keepers.make = keeper_make;
    port->keepers.settle = keeper_settle;
    port->keepers.give = keep;
    port->keepers.end = keeper_end;
    port->keepers.left = keepers_left;
    port->keepers.fetch = fetch;
    port->keepers.leave = leave;
    port->releasing = releasing;
}
