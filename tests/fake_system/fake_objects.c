/*
 * The table of names: objects, handles, views.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "fake_internal.h"
#include "names.h"

struct fake_object *fake_object_at(const struct fake *fake, size_t index)
{
    return (struct fake_object *)fake->objects.at + index;
}

struct sys_object *fake_handle_at(const struct fake *fake, size_t index)
{
    return ((struct sys_object **)fake->handles.at)[index];
}

/* The kernel compares exactly. */
struct fake_object *fake_named(const struct fake *fake, const char *name)
{
    size_t i;

    for (i = fake->objects.count; i-- > 0;)
        if (!fake_object_at(fake, i)->gone && strcmp(fake_object_at(fake, i)->name, name) == 0)
            return fake_object_at(fake, i);
    return NULL;
}

static void check_spec(const struct sys_spec *spec)
{
    assert_true(spec->name[0] != '\0');
    assert_true((shmb_kernel_kind(spec->kind) == SHMB_SECTION) == (spec->size > 0));
    if (spec->kind == SHMB_SEMAPHORE)
        assert_true(spec->maximum >= 1 && spec->initial >= 0 && spec->initial <= spec->maximum);
    else
        assert_true(spec->maximum == 0 && spec->initial == 0);
    assert_true(spec->kind == SHMB_EVENT || (!spec->manual_reset && !spec->set));
}

struct fake_object *fake_enter(struct fake *fake, const struct sys_spec *spec, const char *sddl)
{
    struct fake_object *object = fake_add(&fake->objects, sizeof(*object));

    object->serial = fake->objects.count;
    object->name = fake_text(spec->name);
    object->spec = *spec;
    object->spec.kind = shmb_kernel_kind(spec->kind);
    object->spec.name = object->name;
    object->first_sddl = fake_text(sddl);
    object->sddl = fake_text(sddl);
    return object;
}

struct sys_object *fake_new_handle(struct fake *fake, size_t entry)
{
    struct sys_object *handle = calloc(1, sizeof(*handle));

    assert_non_null(handle);
    handle->entry = entry;
    fake_object_at(fake, entry)->handles++;
    *(struct sys_object **)fake_add(&fake->handles, sizeof(handle)) = handle;
    return handle;
}

static enum sys_status create(void *self, const struct sys_spec *spec,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *there;
    enum sys_status status;

    fake_busy++;
    *out = NULL;
    check_spec(spec);
    fake_check_descriptor(fake, descriptor);
    status = fake_called(fake, FAKE_CREATE, spec->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateFileMappingW", why);
    there = fake_named(fake, spec->name);
    if (there != NULL) {
        (void)fake_refuse(fake, SYS_TAKEN, "CreateFileMappingW", why);
        if (why != NULL)
            (void)snprintf(why->text, sizeof(why->text), "%s", there->sddl);
        return SYS_TAKEN;
    }
    (void)fake_enter(fake, spec, descriptor->sddl);
    *out = fake_new_handle(fake, fake->objects.count - 1);
    return fake_effected(fake);
}

/* Whether the list of an object names the broker; what is no list, as with strangers, does. */
static bool may_open(const struct fake *fake, const struct fake_object *object)
{
    char entry[SYS_SID_MAX + 8];

    (void)snprintf(entry, sizeof(entry), ";;;%s)", fake->owner);
    return object->stranger || strstr(object->sddl, entry) != NULL;
}

void fake_tell_object(const struct fake_object *object, struct sys_facts *facts)
{
    facts->kind = object->spec.kind;
    facts->size = (object->spec.size + 4095) / 4096 * 4096;
    facts->manual_reset = object->spec.manual_reset;
    facts->maximum = object->spec.maximum;
    fake_tell_access(object->sddl, facts);
}

static enum sys_status inspect(void *self, const char *name, enum shmb_kind likely,
                               struct sys_facts *facts, struct sys_object **out,
                               struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *there = fake_named(fake, name);
    enum sys_status status;

    (void)likely;
    fake_busy++;
    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    status = fake_called(fake, FAKE_INSPECT, name);
    if (status == SYS_OK && there == NULL)
        status = SYS_NOT_FOUND;
    if (status == SYS_OK && !may_open(fake, there)) {
        fake_tell_access(there->sddl, facts);
        status = SYS_DENIED;
    }
    if (status != SYS_OK)
        return fake_refuse(fake, status, "OpenFileMappingW", why);
    fake_tell_object(there, facts);
    *out = fake_new_handle(fake, (size_t)(there - (const struct fake_object *)fake->objects.at));
    return fake_done();
}

struct fake_object *fake_held_object(const struct fake *fake, const struct sys_object *handle)
{
    size_t i;

    for (i = fake->handles.count; i-- > 0;)
        if (fake_handle_at(fake, i) == handle && !handle->closed)
            return fake_object_at(fake, handle->entry);
    fail_msg("an object is used that is not held");
    return NULL;
}

static void give_content(struct fake_object *object)
{
    if (object->content != NULL)
        return;
    object->content_length = (size_t)object->spec.size;
    object->content = calloc(1, object->content_length);
    assert_non_null(object->content);
}

static enum sys_status fill(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, section);
    enum sys_status status;

    fake_busy++;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_false(object->filled);
    assert_true(content->length <= content->size && content->size == object->spec.size);
    status = fake_called(fake, FAKE_FILL, object->name);
    if (status == SYS_OK && content->stoppable && fake->port.stopping(fake))
        status = SYS_LATER;
    if (status != SYS_OK)
        return fake_refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    object->filled = true;
    memset(object->content, content->fill, object->content_length);
    if (content->length > 0)
        memcpy(object->content, content->bytes, content->length);
    return fake_effected(fake);
}

/* A writer may be at work while the bytes are read. */
static enum sys_status peek(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                            size_t length, struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, section);
    size_t entry = section->entry;
    enum sys_status status;

    fake_busy++;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_true(offset <= object->spec.size && length <= object->spec.size - offset);
    status = fake_called(fake, FAKE_PEEK, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    memcpy(bytes, object->content + offset, length / 2);
    if (fake->on_busy != NULL)
        fake->on_busy(fake, FAKE_PEEK);
    memcpy((uint8_t *)bytes + length / 2,
           fake_object_at(fake, entry)->content + offset + length / 2, length - length / 2);
    return fake_done();
}

static void signal_event(void *self, struct sys_object *event, bool on)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, event);

    fake_busy++;
    assert_int_equal(object->spec.kind, SHMB_EVENT);
    (void)fake_called(fake, FAKE_SIGNAL, object->name);
    object->signalled = on;
    (void)fake_effected(fake);
}

static enum sys_status map(void *self, struct sys_object *section, size_t size, void **out,
                           struct sys_failure *why)
{
    struct fake *fake = self;
    struct fake_object *object = fake_held_object(fake, section);
    enum sys_status status;
    struct view *view;

    fake_busy++;
    *out = NULL;
    assert_int_equal(object->spec.kind, SHMB_SECTION);
    assert_in_range(size, 1, object->spec.size);
    status = fake_called(fake, FAKE_MAP, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "MapViewOfFile", why);
    give_content(object);
    view = fake_add(&fake->views, sizeof(*view));
    view->object = section->entry;
    view->at = *out = object->content;
    return fake_effected(fake);
}

static struct view *find_view(const struct fake *fake, const void *at)
{
    struct view *views = fake->views.at;
    size_t i;

    for (i = fake->views.count; i-- > 0;)
        if (views[i].at == at)
            return &views[i];
    fail_msg("a view is unmapped that is not mapped");
    return NULL;
}

static void unmap(void *self, void *at)
{
    struct fake *fake = self;
    struct view *view;

    if (at == NULL)
        return;
    fake_busy++;
    view = find_view(fake, at);
    (void)fake_called(fake, FAKE_UNMAP, fake_object_at(fake, view->object)->name);
    view->at = NULL;
    (void)fake_effected(fake);
}

static void check_unmapped(const struct fake *fake, size_t object)
{
    const struct view *views = fake->views.at;
    size_t i;

    /* A view of another section outlives its handle on purpose: it keeps the content, not the name.
     */
    if (strncmp(fake_object_at(fake, object)->name, SHMB_RESERVED_PREFIX,
                strlen(SHMB_RESERVED_PREFIX)) != 0)
        return;
    for (i = 0; i < fake->views.count; i++)
        if (views[i].object == object && views[i].at != NULL)
            fail_msg("%s is closed while it is mapped", fake_object_at(fake, object)->name);
}

void fake_settle(struct fake_object *object)
{
    size_t i;

    object->gone = object->handles == 0 && object->clients == 0;
    for (i = 0; i < FAKE_KEEPERS; i++)
        if (object->kept[i] > 0)
            object->gone = false;
}

/* The broker's handle, and the keeper's of it unless that stays. */
static void close_both(struct fake *fake, struct sys_object *handle)
{
    struct fake_object *object = fake_object_at(fake, handle->entry);

    handle->closed = true;
    object->handles--;
    if (!fake->left && !fake->crashed && handle->keeper > 0 && handle->keeper == fake->keeper &&
        object->kept[fake->keeper - 1] > 0)
        object->kept[fake->keeper - 1]--;
    fake_settle(object);
}

static void close_object(void *self, struct sys_object *handle)
{
    struct fake *fake = self;
    struct fake_object *object;

    if (handle == NULL)
        return;
    fake_busy++;
    object = fake_held_object(fake, handle);
    (void)fake_called(fake, FAKE_CLOSE, object->name);
    check_unmapped(fake, handle->entry);
    close_both(fake, handle);
    (void)fake_effected(fake);
}

static enum sys_status opened(void *self, struct sys_object *handle, uint32_t *count,
                              struct sys_failure *why)
{
    struct fake *fake = self;
    const struct fake_object *object = fake_held_object(fake, handle);
    enum sys_status status;

    fake_busy++;
    *count = 0;
    status = fake_called(fake, FAKE_OPENED, object->name);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "NtQueryObject", why);
    *count = object->clients;
    return fake_done();
}

void fake_client_open(struct fake *fake, const char *name)
{
    struct fake_object *object = fake_named(fake, name);

    assert_non_null(object);
    object->clients++;
}

void fake_client_close(struct fake *fake, const char *name)
{
    struct fake_object *object = fake_named(fake, name);

    assert_true(object != NULL && object->clients > 0);
    object->clients--;
    fake_settle(object);
}

void fake_occupy(struct fake *fake, const char *name, enum shmb_kind kind, const char *holder)
{
    const struct sys_spec spec = {.kind = kind, .name = name};

    assert_null(fake_named(fake, name));
    fake_enter(fake, &spec, holder)->stranger = true;
    fake_client_open(fake, name);
}

void fake_vacate(struct fake *fake, const char *name)
{
    struct fake_object *object = fake_named(fake, name);

    assert_true(object != NULL && object->stranger);
    object->gone = true;
}

const struct fake_object *fake_find(const struct fake *fake, const char *name)
{
    return fake_named(fake, name);
}

const struct fake_object *fake_stand_in(const struct fake *fake, const char *name)
{
    size_t i;

    for (i = 0; i < fake->objects.count; i++)
        if (!fake_object_at(fake, i)->gone && shmb_is_stand_in(fake_object_at(fake, i)->name, name))
            return fake_object_at(fake, i);
    return NULL;
}

static size_t count_held(const struct fake *fake, bool own)
{
    const size_t length = strlen(SHMB_RESERVED_PREFIX);
    size_t i, held = 0;

    for (i = 0; i < fake->handles.count; i++) {
        const char *name = fake_object_at(fake, fake_handle_at(fake, i)->entry)->name;
        bool reserved = strncmp(name, SHMB_RESERVED_PREFIX, length) == 0;

        held += !fake_handle_at(fake, i)->closed && reserved == own;
    }
    return held;
}

size_t fake_held(const struct fake *fake)
{
    return count_held(fake, false);
}

size_t fake_published(const struct fake *fake)
{
    return count_held(fake, true);
}

void fake_objects_port(struct system *port)
{
    port->objects.create = create;
    port->objects.inspect = inspect;
    port->objects.fill = fill;
    port->objects.peek = peek;
    port->objects.signal = signal_event;
    port->objects.map = map;
    port->objects.unmap = unmap;
    port->objects.opened = opened;
    port->objects.close = close_object;
}
