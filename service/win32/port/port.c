/*
 * The broker's thread waits in do_wait, between its tasks: for the host (stop, reload,
 * suspend, sessions), the end of the keeper, a request, a changed file, or a time-out.
 */
#include "port.h"

#include "accounts.h"
#include "event_line.h"
#include "failure.h"
#include "global_object.h"
#include "identity.h"
#include "instance.h"
#include "message_table.h"
#include "port_internal.h"
#include "request_pipe.h"

static enum sys_status do_identify(void *self, struct sys_identity *out, struct sys_failure *why)
{
    (void)self;
    return identity_find(out, why);
}

static enum sys_status do_claim(void *self, const struct sys_descriptor *descriptor,
                                struct sys_failure *why)
{
    struct port *port = self;

    global_object_probe();
    return instance_claim(descriptor, &port->instance, why);
}

static void do_saves(void *self, bool any)
{
    const struct port *port = self;

    if (port->host.saves != NULL)
        port->host.saves(any);
}

static void do_saved(void *self)
{
    const struct port *port = self;

    if (port->host.suspend != NULL)
        suspend_end(port->host.suspend, port->save);
}

static enum sys_status do_resolve(void *self, const char *account, char sid[SYS_SID_MAX],
                                  struct sys_failure *why)
{
    const struct port *port = self;
    bool waits = port->host.progress != NULL || port->host.stop != NULL;

    /* Without progress or stop there is nothing to do meanwhile: no thread is needed. */
    return accounts_resolve(account, waits ? port_still_wanted : NULL, self, sid, why);
}

/* BCryptGenRandom and its flag */
typedef LONG(WINAPI *random_call)(void *algorithm, UCHAR *bytes, ULONG count, ULONG flags);
#define SYSTEM_PREFERRED 2u /* BCRYPT_USE_SYSTEM_PREFERRED_RNG */

/*
 * Loaded from the system folder. An import would be loaded from the program's own folder, if
 * somebody puts a bcrypt.dll there: bcrypt.dll is not one of Windows' known DLLs.
 */
static random_call find_random(void)
{
    HMODULE library = LoadLibraryExW(L"bcrypt.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);

    return library != NULL ? (random_call)(void (*)(void))GetProcAddress(library, "BCryptGenRandom")
                           : NULL;
}

static enum sys_status do_random(void *self, void *bytes, size_t count, struct sys_failure *why)
{
    static random_call fill; /* for the life of the process */
    LONG status;

    (void)self;
    memset(bytes, 0, count);
    if (fill == NULL)
        fill = find_random();
    if (fill == NULL)
        return failure_set(why, "LoadLibraryExW", GetLastError());
    status = fill(NULL, bytes, (ULONG)count, SYSTEM_PREFERRED);
    if (status == 0)
        return SYS_OK;
    memset(bytes, 0, count);
    return failure_say(why, SYS_FAILED, "BCryptGenRandom", (uint32_t)status,
                       "Windows returned no random numbers");
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
    struct port *port = self;
    struct text line = {0};

    if (event >= EVENT_FIRST && event <= EVENT_LAST)
        port->logged[event - EVENT_FIRST]++;
    /* The file before the console: who has seen a line there finds it in the file. */
    if (port->log.file != NULL &&
        event_line(do_now(self), event, inserts, count, port->log.json, &line))
        log_file_add(&port->log, line.at, line.length);
    text_free(&line);
    if (port->sink != NULL)
        event_sink_write(port->sink, event, inserts, count);
}

static enum sys_status do_log_file(void *self, const struct sys_log *wanted,
                                   struct sys_failure *why)
{
    struct port *port = self;

    return log_file_use(&port->log, wanted, !port->host.any_file, why);
}

static uint64_t do_logged(void *self, uint32_t number)
{
    const struct port *port = self;

    return message_is_known(number) ? port->logged[number - EVENT_FIRST] : UINT64_MAX;
}

static uint32_t do_handles(void *self)
{
    DWORD count = 0;

    (void)self;
    return GetProcessHandleCount(GetCurrentProcess(), &count) ? count : 0;
}

static void do_running(void *self)
{
    const struct port *port = self;

    if (port->host.running != NULL)
        port->host.running();
}

/* The handles to wait for, by priority, and what each one means. */
struct sources {
    HANDLE handles[6];
    enum sys_wake wakes[6];
    DWORD count;
};

static void add_source(struct sources *sources, HANDLE handle, enum sys_wake wake)
{
    if (handle == NULL)
        return;
    sources->handles[sources->count] = handle;
    sources->wakes[sources->count++] = wake;
}

/* A stop comes first: it wins if several handles are set. */
static void list_sources(const struct port *port, struct sources *sources)
{
    sources->count = 0;
    add_source(sources, port->host.stop, SYS_WAKE_STOP);
    if (port->host.suspend != NULL)
        add_source(sources, port->host.suspend->request, SYS_WAKE_SUSPEND);
    add_source(sources, port->host.reload, SYS_WAKE_RELOAD);
    add_source(sources, port->host.sessions, SYS_WAKE_SESSIONS);
    add_source(sources, port->keeper.process, SYS_WAKE_KEEPER);
    /* The last: however many ask, nothing else waits for them. */
    if (port->requests != NULL)
        add_source(sources, request_pipe_event(port->requests), SYS_WAKE_REQUESTS);
}

/* Alertable, so that watch.c receives its notifications here. */
static DWORD wait_once(const struct sources *sources, DWORD ms)
{
    if (sources->count > 0)
        return WaitForMultipleObjectsEx(sources->count, sources->handles, FALSE, ms, TRUE);
    return SleepEx(ms, TRUE) == 0 ? WAIT_TIMEOUT : WAIT_IO_COMPLETION;
}

/* Milliseconds left of `ms` since `start`; UINT32_MAX: no limit. */
static uint32_t left_of(ULONGLONG start, uint32_t ms)
{
    ULONGLONG passed = GetTickCount64() - start;

    if (ms == UINT32_MAX)
        return UINT32_MAX;
    return passed < ms ? ms - (uint32_t)passed : 0;
}

static uint32_t log_delay(const struct port *port)
{
    return port->sink != NULL ? event_sink_delay(port->sink) : UINT32_MAX;
}

static uint32_t least_of(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* What the thread does besides, whatever woke it. True: watched files have changed. */
static bool look_around(struct port *port)
{
    if (port->sink != NULL)
        event_sink_retry(port->sink);
    return watch_changed(port->watch);
}

static enum sys_wake do_wait(void *self, uint32_t ms)
{
    struct port *port = self;
    const ULONGLONG start = GetTickCount64();
    struct sources sources;

    list_sources(port, &sources);
    for (;;) {
        uint32_t least = least_of(left_of(start, ms), watch_delay(port->watch), log_delay(port));
        DWORD woken = wait_once(&sources, least);

        if (woken == WAIT_TIMEOUT || woken == WAIT_IO_COMPLETION) {
            if (look_around(port))
                return SYS_WAKE_CHANGED;
            if (left_of(start, ms) == 0)
                return SYS_WAKE_TIMEOUT;
            continue;
        }
        /* The wait failed: stop, else the broker would loop without waiting. */
        if (woken - WAIT_OBJECT_0 >= sources.count)
            return SYS_WAKE_STOP;
        /* A reload reads the changed files anyway. */
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_RELOAD)
            watch_forget(port->watch);
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_KEEPER)
            keeper_forget(&port->keeper); /* else the next wait would return at once */
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_SUSPEND)
            port->save = suspend_begin(port->host.suspend);
        if (sources.wakes[woken - WAIT_OBJECT_0] == SYS_WAKE_REQUESTS) {
            /* While somebody always asks, a wait never gets to this by itself. */
            (void)SleepEx(0, TRUE);
            if (look_around(port))
                return SYS_WAKE_CHANGED;
        }
        return sources.wakes[woken - WAIT_OBJECT_0];
    }
}

void port_open(struct port *port, const struct port_host *host, struct event_sink *sink,
               struct system *out)
{
    static const struct system functions = {
        .identify = do_identify,
        .claim = do_claim,
        .saves = do_saves,
        .saved = do_saved,
        .objects.resolve_account = do_resolve,
        .random = do_random,
        .clock.now = do_now,
        .clock.ticks = do_ticks,
        .clock.pause = do_pause,
        .log = do_report,
        .log_file = do_log_file,
        .logged = do_logged,
        .handles = do_handles,
        .progress = port_progress,
        .running = do_running,
        .stopping = port_stopping,
        .wait = do_wait,
    };

    port->host = *host;
    port->sink = sink;
    port->instance = NULL;
    port->save = 0;
    port->watch = NULL;
    memset(port->logged, 0, sizeof(port->logged));
    memset(&port->log, 0, sizeof(port->log));
    port->keeper = (struct keeper){0};
    port->former_count = 0;
    port->requests = NULL;
    *out = functions;
    port_files(out);
    port_objects(out);
    port_keepers(out);
    port_requests(out);
    out->self = port;
}

void port_close(struct port *port)
{
    request_pipe_close(port->requests);
    port->requests = NULL;
    log_file_close(&port->log);
    watch_end(port->watch);
    port->watch = NULL;
    /* Before the instance: from its release on another broker may start. */
    keeper_leave(&port->keeper);
    instance_release(port->instance);
    port->instance = NULL;
}
