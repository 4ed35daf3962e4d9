#include "port.h"

#include <bcrypt.h>

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "audit_entries.h"
#include "copy_files.h"
#include "expand.h"
#include "failure.h"
#include "files.h"
#include "identity.h"
#include "inspect.h"
#include "instance.h"
#include "keeper_find.h"
#include "names.h"
#include "objects.h"
#include "paths.h"
#include "recreate.h"
#include "sessions.h"
#include "state_files.h"

static enum sys_status do_identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    (void)self;
    return identity_find(out, why);
}

static enum sys_status do_claim(void *self, const struct sys_descriptor *descriptor,
                                struct sys_failure *why)
{
    struct port *port = self;

    return instance_claim(descriptor, &port->instance, why);
}

static enum sys_status do_read_file(void *self, const char *path, size_t limit, char **content,
                                    size_t *length, struct sys_failure *why)
{
    const struct port *port = self;

    return (port->host.any_file ? files_read : files_read_safe)(path, limit, content, length, why);
}

static enum sys_status do_resolve_path(void *self, const char *base, const char *path, char **out,
                                       struct sys_failure *why)
{
    (void)self;
    return expand_path(base, path, out, why);
}

static enum sys_status do_expand(void *self, const char *base, const char *pattern, char ***paths,
                                 size_t *count, struct sys_failure *why)
{
    const struct port *port = self;

    return expand_pattern(base, pattern, !port->host.any_file, paths, count, why);
}

/* The folder of the broker's own files; to be freed with free(). */
static char *state_folder(const struct port *port)
{
    return port->host.state != NULL ? paths_absolute(port->host.state) : paths_default_state();
}

static enum sys_status do_state_read(void *self, const char *name, size_t limit, char **content,
                                     size_t *length, struct sys_failure *why)
{
    char *folder = state_folder(self);
    enum sys_status status;

    *content = NULL;
    *length = 0;
    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = state_files_read(folder, name, limit, content, length, why);
    free(folder);
    return status;
}

static enum sys_status do_state_write(void *self, const char *name, const void *bytes,
                                      size_t length, struct sys_failure *why)
{
    char *folder = state_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = state_files_write(folder, name, bytes, length, why);
    free(folder);
    return status;
}

static enum sys_status do_state_append(void *self, const char *name, const void *bytes,
                                       size_t length, struct sys_failure *why)
{
    char *folder = state_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = state_files_append(folder, name, bytes, length, why);
    free(folder);
    return status;
}

/* The same for copies of segments; in the folder that was asked for it has one of its own. */
static char *keep_folder(const struct port *port)
{
    static const char tail[] = "\\keep";
    char *state, *folder;

    if (port->host.state == NULL)
        return paths_default_keep();
    state = state_folder(port);
    folder = state != NULL ? malloc(strlen(state) + sizeof(tail)) : NULL;
    if (folder != NULL) {
        strcpy(folder, state);
        strcat(folder, tail);
    }
    free(state);
    return folder;
}

static enum sys_status do_copy_read(void *self, const char *name, size_t limit, char **content,
                                    size_t *length, struct sys_failure *why)
{
    const struct port *port = self;
    char *folder = keep_folder(port);
    enum sys_status status;

    *content = NULL;
    *length = 0;
    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = copy_files_read(folder, name, limit, port->host.progress, content, length, why);
    free(folder);
    return status;
}

static enum sys_status do_copy_create(void *self, const char *name, struct sys_copy **out,
                                      struct sys_failure *why)
{
    char *folder = keep_folder(self);
    enum sys_status status;

    *out = NULL;
    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = copy_files_create(folder, name, out, why);
    free(folder);
    return status;
}

static enum sys_status do_copy_write(void *self, struct sys_copy *copy, const void *bytes,
                                     size_t length, struct sys_failure *why)
{
    (void)self;
    return copy_files_write(copy, bytes, length, why);
}

static enum sys_status do_copy_flush(void *self, struct sys_copy *copy, struct sys_failure *why)
{
    (void)self;
    return copy_files_flush(copy, why);
}

static void do_copy_close(void *self, struct sys_copy *copy)
{
    (void)self;
    copy_files_close(copy);
}

static enum sys_status do_copy_rename(void *self, const char *from, const char *to,
                                      struct sys_failure *why)
{
    char *folder = keep_folder(self);
    enum sys_status status;

    if (folder == NULL)
        return failure_set(why, "SHGetKnownFolderPath", GetLastError());
    status = copy_files_rename(folder, from, to, why);
    free(folder);
    return status;
}

static void do_saves(void *self, bool any)
{
    const struct port *port = self;

    if (port->host.saves != NULL)
        port->host.saves(any);
}

static enum sys_status do_watch(void *self, const char *const *paths, size_t count,
                                struct sys_failure *why)
{
    struct port *port = self;

    return watch_set(&port->watch, paths, count, why);
}

static enum sys_status do_recreate_names(void *self, char ***names, size_t *count,
                                         struct sys_failure *why)
{
    const struct port *port = self;

    *names = NULL;
    *count = 0;
    return port->host.recreate ? recreate_take(names, count, why) : SYS_OK;
}

static void do_progress(void *self);
static bool do_stopping(void *self);

/* The service manager must see that the start goes on, and that a stop is heard. */
static bool still_wanted(void *self)
{
    do_progress(self);
    return !do_stopping(self);
}

static enum sys_status do_resolve(void *self, const char *account, char sid[SYS_SID_MAX],
                                  struct sys_failure *why)
{
    const struct port *port = self;
    bool waits = port->host.progress != NULL || port->host.stop != NULL;

    return accounts_resolve(account, waits ? still_wanted : NULL, self, sid, why);
}

static enum sys_status do_descriptor_make(void *self, const char *sddl, struct sys_descriptor **out,
                                          struct sys_failure *why)
{
    (void)self;
    return descriptors_make(sddl, out, why);
}

static void do_descriptor_free(void *self, struct sys_descriptor *descriptor)
{
    (void)self;
    descriptors_free(descriptor);
}

/* What the broker holds, the keeper holds, too. */
static enum sys_status track(struct port *port, struct sys_object **object, struct sys_failure *why)
{
    if (keeper_add(&port->keeper, (HANDLE)*object))
        return SYS_OK;
    objects_close(*object);
    *object = NULL;
    return failure_set(why, "realloc", ERROR_NOT_ENOUGH_MEMORY);
}

static enum sys_status do_create(void *self, const struct sys_spec *spec,
                                 const struct sys_descriptor *descriptor, struct sys_object **out,
                                 struct sys_failure *why)
{
    enum sys_status status = objects_create(spec, descriptor, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static enum sys_status do_inspect(void *self, const char *name, struct sys_facts *facts,
                                  struct sys_object **out, struct sys_failure *why)
{
    enum sys_status status = inspect_object(name, facts, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static enum sys_status do_fill(void *self, struct sys_object *section,
                               const struct sys_content *content, struct sys_failure *why)
{
    (void)self;
    return objects_fill(section, content, why);
}

static enum sys_status do_peek(void *self, struct sys_object *section, uint64_t offset, void *bytes,
                               size_t length, struct sys_failure *why)
{
    (void)self;
    return objects_peek(section, offset, bytes, length, why);
}

static enum sys_status do_examine(void *self, struct sys_object *object, char **sddl,
                                  struct sys_failure *why)
{
    (void)self;
    return objects_examine(object, sddl, why);
}

static enum sys_status do_protect(void *self, struct sys_object *object,
                                  const struct sys_descriptor *descriptor, struct sys_failure *why)
{
    (void)self;
    return objects_protect(object, descriptor, why);
}

static enum sys_status do_audit(void *self, struct sys_object *object, const char *entries, bool on,
                                struct sys_failure *why)
{
    (void)self;
    return audit_entries_set(object, entries, on, why);
}

static enum sys_status do_map(void *self, struct sys_object *section, size_t size, void **view,
                              struct sys_failure *why)
{
    (void)self;
    return objects_map(section, size, view, why);
}

static void do_unmap(void *self, void *view)
{
    (void)self;
    objects_unmap(view);
}

static enum sys_status do_sessions(void *self, uint32_t **sessions, size_t *count,
                                   struct sys_failure *why)
{
    (void)self;
    return sessions_list(sessions, count, why);
}

static enum sys_status do_link(void *self, uint32_t session, const char *name,
                               const struct sys_descriptor *descriptor, struct sys_object **out,
                               struct sys_failure *why)
{
    enum sys_status status = sessions_link(session, name, descriptor, out, why);

    return status == SYS_OK ? track(self, out, why) : status;
}

static void do_close(void *self, struct sys_object *object)
{
    struct port *port = self;

    if (object != NULL)
        keeper_close(&port->keeper, (HANDLE)object);
}

/* Keepers of brokers with another folder are not ours. */
static uint32_t place_number(const struct port *port)
{
    char *folder = state_folder(port);
    uint32_t number = folder != NULL ? shmb_name_hash(folder, strlen(folder)) : 0;

    free(folder);
    return number;
}

static enum sys_status do_keeper_make(void *self, uint32_t hold_ms, struct sys_keeper *out,
                                      struct sys_failure *why)
{
    struct port *port = self;
    const struct keeper_wish wish = {.program = port->host.keeper,
                                     .hold_ms = hold_ms,
                                     .place = place_number(port),
                                     .console = port->host.console};

    return keeper_make(&port->keeper, &wish, out, why);
}

static enum sys_status do_keep(void *self, size_t *held, struct sys_failure *why)
{
    struct port *port = self;

    return keeper_fill(&port->keeper, held, why);
}

static enum sys_status do_keeper_settle(void *self, struct sys_failure *why)
{
    struct port *port = self;

    return keeper_settle(&port->keeper, why);
}

static enum sys_status do_keepers_left(void *self, struct sys_keeper **found, size_t *count,
                                       struct sys_failure *why)
{
    return keeper_find(place_number(self), found, count, why);
}

static enum sys_status do_keeper_end(void *self, const struct sys_keeper *keeper,
                                     struct sys_failure *why)
{
    struct port *port = self;

    return keeper_end(&port->keeper, keeper, why);
}

static void do_leave(void *self)
{
    struct port *port = self;

    port->keeper.left = true;
}

static bool do_releasing(void *self)
{
    const struct port *port = self;

    return port->host.releasing != NULL && port->host.releasing();
}

static enum sys_status do_random(void *self, void *bytes, size_t count, struct sys_failure *why)
{
    NTSTATUS status;

    (void)self;
    memset(bytes, 0, count);
    status = BCryptGenRandom(NULL, bytes, (ULONG)count, BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    if (status == 0)
        return SYS_OK;
    memset(bytes, 0, count);
    return failure_say(why, SYS_FAILED, "BCryptGenRandom", (uint32_t)status,
                       "the system has no random numbers");
}

static uint64_t do_now(void *self)
{
    FILETIME time;

    (void)self;
    GetSystemTimeAsFileTime(&time);
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static uint64_t do_ticks(void *self)
{
    (void)self;
    return GetTickCount64();
}

static void do_pause(void *self, uint32_t ms)
{
    (void)self;
    Sleep(ms);
}

static void do_report(void *self, enum event_id event, const char *const *inserts, size_t count)
{
    const struct port *port = self;

    if (port->sink != NULL)
        event_sink_write(port->sink, event, inserts, count);
}

static void do_progress(void *self)
{
    const struct port *port = self;

    if (port->host.progress != NULL)
        port->host.progress();
}

static void do_running(void *self)
{
    const struct port *port = self;

    if (port->host.running != NULL)
        port->host.running();
}

/* What there is to wait for, in the order of enum sys_wake. */
struct sources {
    HANDLE handles[4];
    enum sys_wake wakes[4];
    DWORD count;
};

static void add_source(struct sources *sources, HANDLE handle, enum sys_wake wake)
{
    if (handle == NULL)
        return;
    sources->handles[sources->count] = handle;
    sources->wakes[sources->count++] = wake;
}

static void list_sources(const struct port *port, struct sources *sources)
{
    sources->count = 0;
    add_source(sources, port->host.stop, SYS_WAKE_STOP);
    add_source(sources, port->host.reload, SYS_WAKE_RELOAD);
    add_source(sources, port->host.sessions, SYS_WAKE_SESSIONS);
    add_source(sources, port->keeper.process, SYS_WAKE_KEEPER);
}

/* Alertable: changes of files are told in here. WAIT_FAILED where the wait cannot be. */
static DWORD wait_once(const struct sources *sources, DWORD ms)
{
    if (sources->count > 0)
        return WaitForMultipleObjectsEx(sources->count, sources->handles, FALSE, ms, TRUE);
    return SleepEx(ms, TRUE) == 0 ? WAIT_TIMEOUT : WAIT_IO_COMPLETION;
}

static uint32_t left_of(ULONGLONG start, uint32_t ms)
{
    ULONGLONG passed = GetTickCount64() - start;

    if (ms == UINT32_MAX)
        return UINT32_MAX;
    return passed < ms ? ms - (uint32_t)passed : 0;
}

static enum sys_wake do_wait(void *self, uint32_t ms)
{
    struct port *port = self;
    const ULONGLONG start = GetTickCount64();
    struct sources sources;

    list_sources(port, &sources);
    for (;;) {
        uint32_t left = left_of(start, ms), delay = watch_delay(port->watch);
        DWORD woken = wait_once(&sources, left < delay ? left : delay);

        if (woken == WAIT_IO_COMPLETION)
            continue;
        if (woken == WAIT_TIMEOUT) {
            if (watch_changed(port->watch))
                return SYS_WAKE_CHANGED;
            if (left_of(start, ms) == 0)
                return SYS_WAKE_TIMEOUT;
            continue;
        }
        /* A wait that fails must not turn the broker's loop into a spin. */
        if (woken - WAIT_OBJECT_0 >= sources.count)
            return SYS_WAKE_STOP;
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_RELOAD)
            watch_forget(port->watch);
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_KEEPER)
            keeper_forget(&port->keeper); /* else the next wait ends with it, too */
        return sources.wakes[woken - WAIT_OBJECT_0];
    }
}

static bool do_stopping(void *self)
{
    const struct port *port = self;

    return port->host.stop != NULL && WaitForSingleObject(port->host.stop, 0) != WAIT_TIMEOUT;
}

void port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
               struct system *out)
{
    static const struct system functions = {
        .identify = do_identify,
        .claim = do_claim,
        .read_file = do_read_file,
        .resolve_path = do_resolve_path,
        .expand = do_expand,
        .state_read = do_state_read,
        .state_write = do_state_write,
        .state_append = do_state_append,
        .copy_read = do_copy_read,
        .copy_create = do_copy_create,
        .copy_write = do_copy_write,
        .copy_flush = do_copy_flush,
        .copy_close = do_copy_close,
        .copy_rename = do_copy_rename,
        .saves = do_saves,
        .watch = do_watch,
        .recreate_names = do_recreate_names,
        .resolve = do_resolve,
        .descriptor_make = do_descriptor_make,
        .descriptor_free = do_descriptor_free,
        .create = do_create,
        .inspect = do_inspect,
        .fill = do_fill,
        .peek = do_peek,
        .examine = do_examine,
        .protect = do_protect,
        .audit = do_audit,
        .map = do_map,
        .unmap = do_unmap,
        .sessions = do_sessions,
        .link = do_link,
        .close = do_close,
        .keeper_make = do_keeper_make,
        .keeper_settle = do_keeper_settle,
        .keep = do_keep,
        .keeper_end = do_keeper_end,
        .keepers_left = do_keepers_left,
        .leave = do_leave,
        .releasing = do_releasing,
        .random = do_random,
        .now = do_now,
        .ticks = do_ticks,
        .pause = do_pause,
        .report = do_report,
        .progress = do_progress,
        .running = do_running,
        .stopping = do_stopping,
        .wait = do_wait,
    };

    port->host = *host;
    port->sink = sink;
    port->instance = NULL;
    port->watch = NULL;
    port->keeper = (struct keeper){0};
    *out = functions;
    out->self = port;
}

void port_close(struct port *port)
{
    watch_end(port->watch);
    port->watch = NULL;
    keeper_leave(&port->keeper);
    instance_release(port->instance);
    port->instance = NULL;
}
