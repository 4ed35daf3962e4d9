/*
 * Accounts, descriptors, and the access of objects.
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

void fake_check_descriptor(const struct fake *fake, const struct sys_descriptor *descriptor)
{
    size_t i;

    for (i = 0; i < fake->descriptors.count; i++)
        if (fake_descriptor_at(fake, i) == descriptor && !descriptor->freed)
            return;
    fail_msg("a descriptor is used that does not live");
}

static enum sys_status resolve(void *self, const char *account, char sid[SYS_SID_MAX],
                               struct sys_failure *why)
{
    struct fake *fake = self;
    const char *known = fake_value(&fake->accounts, account);
    enum sys_status status;

    fake_busy++;
    memset(sid, 0, SYS_SID_MAX);
    status = fake_called(fake, FAKE_RESOLVE, account);
    if (status == SYS_OK && !fake_hang_out(fake))
        status = SYS_LATER;
    if (status == SYS_OK && known == NULL)
        status = SYS_NOT_FOUND;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "LookupAccountNameW", why);
    assert_true(strlen(known) < SYS_SID_MAX);
    memcpy(sid, known, strlen(known));
    return fake_done();
}

struct sys_descriptor *fake_descriptor_at(const struct fake *fake, size_t index)
{
    return ((struct sys_descriptor **)fake->descriptors.at)[index];
}

static enum sys_status descriptor_make(void *self, const char *sddl, struct sys_descriptor **out,
                                       struct sys_failure *why)
{
    struct fake *fake = self;
    struct sys_descriptor *made;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    status = fake_called(fake, FAKE_DESCRIPTOR, sddl);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "ConvertStringSecurityDescriptorToSecurityDescriptorW",
                           why);
    assert_int_equal(strncmp(sddl, "O:S-1-", 6), 0);
    assert_non_null(strstr(sddl, "D:P("));
    made = calloc(1, sizeof(*made));
    assert_non_null(made);
    made->sddl = fake_text(sddl);
    *(struct sys_descriptor **)fake_add(&fake->descriptors, sizeof(made)) = made;
    *out = made;
    return fake_done();
}

static void descriptor_free(void *self, struct sys_descriptor *descriptor)
{
    fake_busy++;
    if (descriptor != NULL) {
        fake_check_descriptor(self, descriptor);
        descriptor->freed = true;
    }
    fake_busy--;
}

/* "O:<SID>G:...D:..." as facts spell it: without the group. */
void fake_tell_access(const char *sddl, struct sys_facts *facts)
{
    const char *group = strstr(sddl, "G:"), *list = strstr(sddl, "D:");
    size_t owner = group != NULL ? (size_t)(group - sddl) : 0;

    if (strncmp(sddl, "O:", 2) != 0 || group == NULL || list == NULL)
        return;
    (void)snprintf(facts->owner, sizeof(facts->owner), "%.*s", (int)owner - 2, sddl + 2);
    facts->sddl = malloc(strlen(sddl) + 1);
    assert_non_null(facts->sddl);
    (void)sprintf(facts->sddl, "%.*s%s", (int)owner, sddl, list);
}

static enum sys_status examine(void *self, struct sys_object *handle, char **sddl,
                               struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *object = fake_held_object(fake, handle);
    struct sys_facts facts = {0};
    enum sys_status status;

    fake_busy++;
    *sddl = NULL;
    status = fake_called(fake, FAKE_EXAMINE, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "GetSecurityInfo", why);
    fake_tell_access(object->sddl, &facts);
    *sddl = facts.sddl;
    return fake_done();
}

void fake_change_access(struct fake *fake, const char *name, const char *sddl)
{
    struct fake_object *object = fake_named(fake, name);

    assert_non_null(object);
    free(object->sddl);
    object->sddl = fake_text(sddl);
}

static enum sys_status protect(void *self, struct sys_object *handle,
                               const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, handle);
    enum sys_status status;

    fake_busy++;
    fake_check_descriptor(fake, descriptor);
    status = fake_called(fake, FAKE_PROTECT, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "SetKernelObjectSecurity", why);
    free(object->sddl);
    object->sddl = fake_text(descriptor->sddl);
    return fake_effected(fake);
}

void fake_account(struct fake *fake, const char *name, const char *sid)
{
    fake_add_pair(&fake->accounts, name, sid);
}

void fake_access_port(struct system *port)
{
    port->objects.resolve_account = resolve;
    port->objects.descriptor_make = descriptor_make;
    port->objects.descriptor_free = descriptor_free;
    port->objects.examine = examine;
    port->objects.protect = protect;
}
