/*
 * Audit entries of objects, for a broker that may set them unless told otherwise.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

static enum sys_status audit(void *self, struct sys_object *handle, const char *entries, bool on,
                             struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, handle);
    enum sys_status status;

    fake_busy++;
    assert_int_equal(strncmp(entries, "S:(AU;", 6), 0);
    status = fake_called(fake, FAKE_AUDIT, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "SetKernelObjectSecurity", why);
    if (on || (object->audit != NULL && strcmp(object->audit, entries) == 0)) {
        free(object->audit);
        object->audit = on ? fake_text(entries) : NULL;
    }
    return fake_done();
}

void fake_audit_port(struct system *port)
{
    port->objects.set_auditing = audit;
}
