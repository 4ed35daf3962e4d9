#include "light_port.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "request_message.h"

#define OWNER SHMB_SERVICE_SID

struct sys_object {
    void *content;
    size_t size;
};

struct sys_descriptor {
    char text;
};

struct sys_request {
    uint8_t bytes[SHMB_REQUEST_BYTES];
};

unsigned light_busy;

static const struct light *test;
static size_t held;
static uint64_t ticks_now, appended;
static bool listening;

/* The port's own memory is no part of the test. */
static void *own(size_t size)
{
    void *made;

    light_busy++;
    made = calloc(1, size);
    light_busy--;
    return made;
}

static char *own_text(const char *text)
{
    char *made = own(strlen(text) + 1);

    return made != NULL ? strcpy(made, text) : NULL;
}

size_t light_held(void)
{
    return held;
}

uint64_t light_appended(void)
{
    return appended;
}

static uint64_t now(void *self)
{
    (void)self;
    return UINT64_C(133000000000000000) + ticks_now * 10000;
}

static uint64_t ticks(void *self)
{
    (void)self;
    return ticks_now;
}

static void pause_ms(void *self, uint32_t ms)
{
    (void)self;
    ticks_now += ms;
}

static enum sys_status identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    (void)self;
    (void)why;
    memset(out, 0, sizeof(*out));
    memcpy(out->owner, OWNER, sizeof(OWNER));
    memcpy(out->boot, "boot", sizeof("boot"));
    out->process = 1;
    out->started = 1;
    return SYS_OK;
}

static enum sys_status claim(void *self, const struct sys_descriptor *descriptor,
                             struct sys_failure *why)
{
    (void)self;
    (void)descriptor;
    (void)why;
    return SYS_OK;
}

static enum sys_status recreate_names(void *self, char ***names, size_t *count,
                                      struct sys_failure *why)
{
    (void)self;
    (void)why;
    *names = NULL;
    *count = 0;
    return SYS_OK;
}

static enum sys_status give_random(void *self, void *bytes, size_t count, struct sys_failure *why)
{
    static uint64_t number = 4;
    size_t i;

    (void)self;
    (void)why;
    for (i = 0; i < count; i++) {
        number = number * UINT64_C(6364136223846793005) + 1;
        ((uint8_t *)bytes)[i] = (uint8_t)(number >> 56);
    }
    return SYS_OK;
}

static void log_event(void *self, enum event_id event, const char *const *inserts, size_t count)
{
    (void)self;
    (void)event;
    (void)inserts;
    (void)count;
}

static enum sys_status log_file(void *self, const struct sys_log *wanted, struct sys_failure *why)
{
    (void)self;
    (void)wanted;
    (void)why;
    return SYS_OK;
}

static uint64_t logged(void *self, uint32_t number)
{
    (void)self;
    (void)number;
    return 0;
}

static uint32_t handles(void *self)
{
    (void)self;
    return 0;
}

static void nothing(void *self)
{
    (void)self;
}

static bool stopping(void *self)
{
    (void)self;
    return test->stopping();
}

static bool releasing(void *self)
{
    (void)self;
    return true;
}

static void saves(void *self, bool any)
{
    (void)self;
    (void)any;
}

static enum sys_wake wait_ms(void *self, uint32_t ms)
{
    enum sys_wake wake = test->wait(ms);

    (void)self;
    if (wake == SYS_WAKE_TIMEOUT)
        ticks_now += ms;
    return wake;
}

/* ---- files ---- */

static enum sys_status read_file(void *self, const char *path, size_t limit, char **content,
                                 size_t *length, struct sys_failure *why)
{
    (void)self;
    (void)path;
    (void)limit;
    (void)why;
    *content = own_text(test->configuration);
    *length = strlen(test->configuration);
    return *content != NULL ? SYS_OK : SYS_NO_MEMORY;
}

static enum sys_status resolve_path(void *self, const char *base, const char *path, char **out,
                                    struct sys_failure *why)
{
    (void)self;
    (void)base;
    (void)why;
    *out = own_text(path);
    return *out != NULL ? SYS_OK : SYS_NO_MEMORY;
}

static enum sys_status state_read(void *self, const char *name, size_t limit, char **content,
                                  size_t *length, struct sys_failure *why)
{
    (void)self;
    (void)name;
    (void)limit;
    (void)why;
    *content = NULL;
    *length = 0;
    return SYS_NOT_FOUND;
}

static enum sys_status state_write(void *self, const char *name, const void *bytes, size_t length,
                                   struct sys_failure *why)
{
    (void)self;
    (void)name;
    (void)bytes;
    (void)length;
    (void)why;
    appended = 0;
    return SYS_OK;
}

static enum sys_status state_append(void *self, const char *name, const void *bytes, size_t length,
                                    bool flush, struct sys_failure *why)
{
    (void)self;
    (void)name;
    (void)bytes;
    (void)flush;
    (void)why;
    appended += length;
    return SYS_OK;
}

static enum sys_status watch(void *self, const char *const *paths, size_t count,
                             struct sys_failure *why)
{
    (void)self;
    (void)paths;
    (void)count;
    (void)why;
    return SYS_OK;
}

/* ---- objects ---- */

static enum sys_status resolve_account(void *self, const char *account, char sid[SYS_SID_MAX],
                                       struct sys_failure *why)
{
    (void)self;
    (void)account;
    (void)why;
    memset(sid, 0, SYS_SID_MAX);
    return SYS_NOT_FOUND;
}

static enum sys_status descriptor_make(void *self, const char *sddl, struct sys_descriptor **out,
                                       struct sys_failure *why)
{
    (void)self;
    (void)sddl;
    (void)why;
    *out = own(sizeof(**out));
    return *out != NULL ? SYS_OK : SYS_NO_MEMORY;
}

static void descriptor_free(void *self, struct sys_descriptor *descriptor)
{
    (void)self;
    free(descriptor);
}

static enum sys_status create(void *self, const struct sys_spec *spec,
                              const struct sys_descriptor *descriptor, struct sys_object **out,
                              struct sys_failure *why)
{
    (void)self;
    (void)descriptor;
    (void)why;
    *out = own(sizeof(**out));
    if (*out == NULL)
        return SYS_NO_MEMORY;
    (*out)->size = (size_t)spec->size;
    held++;
    return SYS_OK;
}

static enum sys_status inspect(void *self, const char *name, enum shmb_kind likely,
                               struct sys_facts *facts, struct sys_object **out,
                               struct sys_failure *why)
{
    (void)self;
    (void)name;
    (void)likely;
    (void)why;
    *out = NULL;
    *facts = (struct sys_facts){.kind = SHMB_KIND_COUNT};
    return SYS_NOT_FOUND;
}

static bool give_content(struct sys_object *object)
{
    if (object->content == NULL)
        object->content = own(object->size);
    return object->content != NULL;
}

static enum sys_status fill(void *self, struct sys_object *section,
                            const struct sys_content *content, struct sys_failure *why)
{
    (void)self;
    (void)section;
    (void)content;
    (void)why;
    return SYS_OK;
}

static enum sys_status peek(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                            size_t length, struct sys_failure *why)
{
    (void)self;
    (void)why;
    if (!give_content(section))
        return SYS_NO_MEMORY;
    memcpy(bytes, (const char *)section->content + offset, length);
    return SYS_OK;
}

static enum sys_status examine(void *self, struct sys_object *object, char **sddl,
                               struct sys_failure *why)
{
    (void)self;
    (void)object;
    (void)why;
    *sddl = own_text("O:" OWNER "D:P(A;;0x20007;;;S-1-5-32-545)");
    return *sddl != NULL ? SYS_OK : SYS_NO_MEMORY;
}

static enum sys_status protect(void *self, struct sys_object *object,
                               const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    (void)self;
    (void)object;
    (void)descriptor;
    (void)why;
    return SYS_OK;
}

static void signal_event(void *self, struct sys_object *event, bool on)
{
    (void)self;
    (void)event;
    (void)on;
}

static enum sys_status map(void *self, struct sys_object *section, size_t size, void **view,
                           struct sys_failure *why)
{
    (void)self;
    (void)size;
    (void)why;
    *view = give_content(section) ? section->content : NULL;
    return *view != NULL ? SYS_OK : SYS_NO_MEMORY;
}

static void unmap(void *self, void *view)
{
    (void)self;
    (void)view;
}

static enum sys_status opened(void *self, struct sys_object *object, uint32_t *count,
                              struct sys_failure *why)
{
    (void)self;
    (void)object;
    (void)why;
    *count = 0;
    return SYS_OK;
}

static void close_object(void *self, struct sys_object *object)
{
    (void)self;
    if (object == NULL)
        return;
    free(object->content);
    free(object);
    held--;
}

/* ---- keepers: none is wanted ---- */

static enum sys_status give(void *self, size_t *count, struct sys_failure *why)
{
    (void)self;
    (void)why;
    *count = 0;
    return SYS_NOT_FOUND;
}

static enum sys_status left(void *self, struct sys_keeper **found, size_t *count,
                            struct sys_failure *why)
{
    (void)self;
    (void)why;
    *found = NULL;
    *count = 0;
    return SYS_OK;
}

/* ---- requests ---- */

static enum sys_status listen_to(void *self, const char *sddl, struct sys_failure *why)
{
    (void)self;
    (void)why;
    listening = sddl != NULL;
    return SYS_OK;
}

static enum sys_status next(void *self, struct sys_request **out, struct sys_asker *asker,
                            const void **bytes, size_t *length)
{
    static struct sys_request all[256];
    static size_t at;

    (void)self;
    *out = &all[at];
    *bytes = all[at].bytes;
    *length = sizeof(all[at].bytes);
    if (!listening || !test->next(asker, all[at].bytes))
        return SYS_NOT_FOUND;
    at = (at + 1) % (sizeof(all) / sizeof(all[0]));
    return SYS_OK;
}

static enum sys_status allowed(void *self, struct sys_request *asking,
                               const struct sys_descriptor *descriptor, uint32_t mask, bool write,
                               bool *out, struct sys_failure *why)
{
    (void)self;
    (void)asking;
    (void)descriptor;
    (void)mask;
    (void)write;
    (void)why;
    *out = true;
    return SYS_OK;
}

static void answer(void *self, struct sys_request *asking, const void *bytes, size_t length)
{
    (void)self;
    (void)asking;
    (void)length;
    test->answered(bytes);
}

static void drop(void *self, struct sys_request *asking)
{
    (void)self;
    (void)asking;
}

const struct system *light_port(const struct light *light)
{
    static struct system port;

    test = light;
    held = 0;
    ticks_now = appended = 0;
    port = (struct system){.files = {.read = read_file,
                                     .resolve_path = resolve_path,
                                     .state_read = state_read,
                                     .state_write = state_write,
                                     .state_append = state_append,
                                     .watch = watch},
                           .objects = {.resolve_account = resolve_account,
                                       .descriptor_make = descriptor_make,
                                       .descriptor_free = descriptor_free,
                                       .create = create,
                                       .inspect = inspect,
                                       .fill = fill,
                                       .peek = peek,
                                       .examine = examine,
                                       .protect = protect,
                                       .signal = signal_event,
                                       .map = map,
                                       .unmap = unmap,
                                       .opened = opened,
                                       .close = close_object},
                           .keepers = {.give = give, .left = left},
                           .requests = {.listen = listen_to,
                                        .next = next,
                                        .allowed = allowed,
                                        .answer = answer,
                                        .drop = drop},
                           .clock = {.now = now, .ticks = ticks, .pause = pause_ms},
                           .identify = identify,
                           .claim = claim,
                           .recreate_names = recreate_names,
                           .random = give_random,
                           .log = log_event,
                           .log_file = log_file,
                           .logged = logged,
                           .handles = handles,
                           .progress = nothing,
                           .running = nothing,
                           .stopping = stopping,
                           .releasing = releasing,
                           .saves = saves,
                           .saved = nothing,
                           .wait = wait_ms};
    return &port;
}
