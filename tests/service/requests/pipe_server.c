#include "pipe_server.h"

#include <stdio.h>
#include <string.h>

#include "event_sink.h"
#include "identity.h"
#include "port.h"
#include "request_message.h"

#define KEPT_MOST 64

static struct {
    HANDLE thread, stop, command, done, taken;
    struct event_sink sink;
    struct port port;
    struct system system;
    void (*work)(struct system *system, void *context);
    void *context;
    volatile LONG way, count;
    struct pipe_server_seen seen;
    struct sys_request *kept[KEPT_MOST];
    size_t kept_count;
    const char *sddl; /* what every sender is asked for; NULL: nothing */
    uint32_t mask;
    bool write;
} server;

const char *pipe_server_sddl(void)
{
    static char text[512];
    char user[SYS_SID_MAX];

    assert_true(identity_user(user));
    snprintf(text, sizeof(text), "O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;%s)(A;;0x%x;;;WD)", user,
             SHMB_REQUEST_PIPE_RIGHTS);
    return text;
}

/* ---- the server's thread --------------------------------------------------------- */

static enum shmb_request_reason ask(struct sys_request *request)
{
    struct sys_descriptor *descriptor;
    enum shmb_request_reason reason = (enum shmb_request_reason)3;
    struct sys_failure why;
    bool allowed = true;

    if (server.system.objects.descriptor_make(server.system.self, server.sddl, &descriptor, &why) !=
        SYS_OK)
        return reason;
    if (server.system.requests.allowed(server.system.self, request, descriptor, server.mask,
                                       server.write, &allowed, &why) == SYS_OK)
        reason = (enum shmb_request_reason)(allowed ? 1 : 2);
    else if (allowed)
        reason = SHMB_WHY_NONE; /* never: a failure lets nobody in */
    server.system.objects.descriptor_free(server.system.self, descriptor);
    return reason;
}

static void answer(struct sys_request *request)
{
    struct shmb_request_answer said = {0};
    uint8_t bytes[SHMB_ANSWER_BYTES];

    if (server.sddl != NULL)
        said.reason = ask(request);
    shmb_answer_write(&said, bytes);
    server.system.requests.answer(server.system.self, request, bytes, sizeof(bytes));
}

static void take_all(void)
{
    const struct system_requests *requests = &server.system.requests;
    struct sys_request *request;
    struct sys_asker asker;
    const void *bytes;
    size_t length;

    while (server.way != PIPE_SERVER_SLEEPS &&
           requests->next(server.system.self, &request, &asker, &bytes, &length) == SYS_OK) {
        server.seen.asker = asker;
        server.seen.length = length;
        if (server.way == PIPE_SERVER_KEEPS && server.kept_count < KEPT_MOST)
            server.kept[server.kept_count++] = request;
        else if (server.way == PIPE_SERVER_DROPS)
            requests->drop(server.system.self, request);
        else
            answer(request);
        InterlockedIncrement(&server.count);
        SetEvent(server.taken);
    }
}

static DWORD WINAPI serve(void *context)
{
    const struct port_host host = {.stop = server.stop, .reload = server.command, .any_file = true};

    (void)context;
    event_sink_open(&server.sink, false);
    port_open(&server.port, &host, &server.sink, &server.system);
    SetEvent(server.done);
    for (;;) {
        /* One that takes nothing would be woken again and again. */
        bool sleeps = server.way == PIPE_SERVER_SLEEPS;
        enum sys_wake wake = sleeps && WaitForSingleObject(server.command, 0) == WAIT_OBJECT_0
                                 ? SYS_WAKE_RELOAD
                             : sleeps && WaitForSingleObject(server.stop, 10) == WAIT_TIMEOUT
                                 ? SYS_WAKE_TIMEOUT
                                 : server.system.wait(server.system.self, UINT32_MAX);

        if (wake == SYS_WAKE_STOP)
            break;
        if (wake == SYS_WAKE_RELOAD) {
            server.work(&server.system, server.context);
            SetEvent(server.done);
        }
        if (wake == SYS_WAKE_REQUESTS)
            take_all();
    }
    port_close(&server.port);
    event_sink_close(&server.sink);
    return 0;
}

/* ---- the test's thread ------------------------------------------------------------ */

static void await(HANDLE event)
{
    assert_int_equal(WaitForSingleObject(event, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
}

void pipe_server_begin(void)
{
    memset(&server, 0, sizeof(server));
    server.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    server.command = CreateEventW(NULL, FALSE, FALSE, NULL);
    server.done = CreateEventW(NULL, FALSE, FALSE, NULL);
    server.taken = CreateEventW(NULL, FALSE, FALSE, NULL);
    server.thread = CreateThread(NULL, 0, serve, NULL, 0, NULL);
    assert_non_null(server.thread);
    await(server.done);
}

void pipe_server_end(void)
{
    if (server.thread == NULL)
        return;
    SetEvent(server.stop);
    await(server.thread);
    CloseHandle(server.thread);
    CloseHandle(server.stop);
    CloseHandle(server.command);
    CloseHandle(server.done);
    CloseHandle(server.taken);
    server.thread = NULL;
}

void pipe_server_do(void (*work)(struct system *system, void *context), void *context)
{
    server.work = work;
    server.context = context;
    SetEvent(server.command);
    await(server.done);
}

HANDLE pipe_server_stop(void)
{
    return server.stop;
}

HANDLE pipe_server_reload(void)
{
    return server.command;
}

struct listening {
    const char *sddl;
    enum sys_status status;
    struct sys_failure *why;
};

static void listen(struct system *system, void *context)
{
    struct listening *it = context;

    it->status = system->requests.listen(system->self, it->sddl, it->why);
}

enum sys_status pipe_server_listen(const char *sddl, struct sys_failure *why)
{
    struct listening it = {.sddl = sddl, .why = why};

    pipe_server_do(listen, &it);
    return it.status;
}

static void nothing(struct system *system, void *context)
{
    (void)system;
    (void)context;
}

void pipe_server_way(enum pipe_server_way way)
{
    InterlockedExchange(&server.way, way);
    pipe_server_do(nothing, NULL);
}

static void let_go(struct system *system, void *context)
{
    (void)system;
    (void)context;
    while (server.kept_count > 0)
        answer(server.kept[--server.kept_count]);
}

void pipe_server_let_go(void)
{
    pipe_server_do(let_go, NULL);
}

void pipe_server_await(unsigned count, struct pipe_server_seen *seen)
{
    while (pipe_server_count() < count)
        await(server.taken);
    if (seen != NULL)
        *seen = server.seen;
}

unsigned pipe_server_count(void)
{
    return (unsigned)server.count;
}

void pipe_server_ask(const char *sddl, uint32_t mask, bool write)
{
    server.sddl = sddl;
    server.mask = mask;
    server.write = write;
}
