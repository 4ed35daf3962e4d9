/*
 * Sessions, and the links in them: objects "N\X" of the table of names.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

static enum sys_status sessions(void *self, uint32_t **out, size_t *count, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    *out = NULL;
    *count = 0;
    fake_busy++;
    status = fake_called(fake, FAKE_SESSIONS, "");
    if (status != SYS_OK)
        return fake_refuse(fake, status, "NtOpenDirectoryObject", why);
    *out = malloc(sizeof(fake->sessions));
    assert_non_null(*out);
    memcpy(*out, fake->sessions, sizeof(fake->sessions));
    *count = fake->session_count;
    return fake_done();
}

static bool is_session(const struct fake *fake, uint32_t session)
{
    size_t i;

    for (i = 0; i < fake->session_count; i++)
        if (fake->sessions[i] == session)
            return true;
    return false;
}

static enum sys_status make_link(void *self, uint32_t session, const char *name,
                                 const struct sys_descriptor *descriptor, struct sys_object **out,
                                 struct sys_failure *why)
{
    struct fake *fake = self;
    char path[128];
    const struct sys_spec spec = {.kind = SHMB_KIND_COUNT, .name = path};
    const struct fake_object *there;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    fake_check_descriptor(fake, descriptor);
    (void)snprintf(path, sizeof(path), "%u\\%s", (unsigned)session, name);
    status = fake_called(fake, FAKE_LINK, path);
    there = fake_named(fake, path);
    if (status == SYS_OK && !is_session(fake, session))
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && there != NULL && there->stranger)
        status = SYS_TAKEN;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "NtCreateSymbolicLinkObject", why);
    if (there == NULL)
        (void)fake_enter(fake, &spec, descriptor->sddl);
    *out = fake_new_handle(fake, there == NULL
                                     ? fake->objects.count - 1
                                     : (size_t)(there - (struct fake_object *)fake->objects.at));
    return fake_effected(fake);
}

void fake_session(struct fake *fake, uint32_t session, bool there)
{
    size_t i;

    if (there) {
        assert_true(fake->session_count < sizeof(fake->sessions) / sizeof(fake->sessions[0]));
        fake->sessions[fake->session_count++] = session;
        return;
    }
    for (i = 0; fake->sessions[i] != session; i++)
        assert_true(i + 1 < fake->session_count);
    fake->sessions[i] = fake->sessions[--fake->session_count];
}

void fake_sessions_port(struct system *port)
{
    port->objects.sessions = sessions;
    port->objects.link = make_link;
}
