#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

unsigned fake_busy;

static enum sys_status identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    memset(out, 0, sizeof(*out));
    fake->left = false; /* another broker */
    fake->keeper = 0;
    fake_break_ties(fake);
    fake_break_pipe(fake);
    status = fake_called(fake, FAKE_IDENTIFY, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "GetTokenInformation", why);
    memcpy(out->owner, fake->owner, sizeof(out->owner));
    out->process = FAKE_PROCESS;
    out->started = FAKE_STARTED;
    memcpy(out->boot, fake->boot, sizeof(out->boot));
    return fake_done();
}

static enum sys_status claim(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    fake_check_descriptor(fake, descriptor);
    status = fake_called(fake, FAKE_CLAIM, descriptor->sddl);
    return status != SYS_OK ? fake_refuse(fake, status, "CreateMutexW", why) : fake_done();
}

/* The same numbers in every run (a linear congruential generator); bytes of the upper half. */
static enum sys_status give_random(void *self, void *bytes, size_t count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;
    size_t i;

    fake_busy++;
    memset(bytes, 0, count);
    status = fake_called(fake, FAKE_RANDOM, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "BCryptGenRandom", why);
    for (i = 0; i < count; i++) {
        fake->random = fake->random * UINT64_C(6364136223846793005) + 1;
        ((uint8_t *)bytes)[i] = (uint8_t)(fake->random >> 56);
    }
    return fake_done();
}

struct fake *fake_new(void)
{
    struct fake *fake = calloc(1, sizeof(*fake));

    assert_non_null(fake);
    fake_busy = 0;
    fake->port.self = fake;
    fake->port.identify = identify;
    fake->port.claim = claim;
    fake->port.random = give_random;
    fake_files_port(&fake->port);
    fake_copies_port(&fake->port);
    fake_access_port(&fake->port);
    fake_audit_port(&fake->port);
    fake_objects_port(&fake->port);
    fake_sessions_port(&fake->port);
    fake_keepers_port(&fake->port);
    fake_events_port(&fake->port);
    fake_requests_port(&fake->port);
    fake_waits_port(&fake->port);
    fake_owner(fake, "S-1-5-32-544");
    fake_clock(fake, FAKE_STARTED);
    fake_boot(fake, "boot-1");
    fake->disk = fake_disk_new();
    fake->random = 4;
    fake->release = true;
    fake->failed = FAKE_CALL_COUNT;
    fake_mend(fake);
    fake_stop_at(fake, FAKE_WAIT, 1);
    return fake;
}

static void check_end(const struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->handles.count; i++)
        if (!fake_handle_at(fake, i)->closed)
            fail_msg("%s was not closed",
                     fake_object_at(fake, fake_handle_at(fake, i)->entry)->name);
    for (i = 0; i < fake->views.count; i++)
        if (((const struct view *)fake->views.at)[i].at != NULL)
            fail_msg("a view was not unmapped");
    fake_check_copies(fake, NULL);
    for (i = 0; i < fake->descriptors.count; i++)
        if (!fake_descriptor_at(fake, i)->freed)
            fail_msg("a descriptor was not freed: %s", fake_descriptor_at(fake, i)->sddl);
}

static void free_objects(struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->objects.count; i++) {
        struct fake_object *object = fake_object_at(fake, i);

        free(object->name);
        free(object->first_sddl);
        free(object->sddl);
        free(object->audit);
        free(object->content);
    }
    free(fake->objects.at);
    for (i = 0; i < fake->handles.count; i++)
        free(fake_handle_at(fake, i));
    free(fake->handles.at);
    for (i = 0; i < fake->descriptors.count; i++) {
        free(fake_descriptor_at(fake, i)->sddl);
        free(fake_descriptor_at(fake, i));
    }
    free(fake->descriptors.at);
    free(fake->views.at);
}

void fake_free(struct fake *fake)
{
    struct fake_record *records = fake->records.at;
    size_t i;

    check_end(fake);
    fake_free_requests(fake);
    free_objects(fake);
    for (i = 0; i < fake->records.count; i++)
        free(records[i].name);
    free(fake->records.at);
    fake_forget_events(fake);
    free(fake->events.at);
    fake_free_pairs(&fake->accounts);
    fake_free_pairs(&fake->files);
    fake_free_holds(fake);
    fake_free_pairs(&fake->state_files);
    fake_free_pairs(&fake->anew);
    for (i = 0; i < fake->copies.count; i++)
        free(((struct sys_copy **)fake->copies.at)[i]);
    free(fake->copies.at);
    fake_disk_free(fake->disk);
    free(fake->fail_name);
    free(fake);
}

const struct system *fake_system(struct fake *fake)
{
    return &fake->port;
}

void fake_owner(struct fake *fake, const char *sid)
{
    (void)snprintf(fake->owner, sizeof(fake->owner), "%s", sid);
}

void fake_boot(struct fake *fake, const char *boot)
{
    (void)snprintf(fake->boot, sizeof(fake->boot), "%s", boot);
}
