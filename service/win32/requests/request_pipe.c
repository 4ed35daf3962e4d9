/*
 * The pipe's thread owns every instance and starts all that is read and written. It learns of the
 * end of each through a completion port, so it waits for all of them at once and for none alone.
 * Broker and thread share the queue of whole messages and the answers, under one lock that nobody
 * keeps over a call to the system but SetEvent.
 */
#include "request_pipe.h"

#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"
#include "objects.h"
#include "request_caller.h"
#include "request_message.h"
#include "request_squatter.h"
#include "request_turns.h"
#include "shmb.h"

#define STACK       (64u << 10)
#define REST_MOST   4096u  /* bytes that are read behind a message, and thrown away */
#define RETRY_MS    100u   /* until an instance that could not listen tries again */
#define RECHECK_MS  1000u  /* if the thread could not be told of an answer */
#define BUSY_MS     100u   /* when the client of a full account may try again */
#define END_MS      10000u /* nothing the thread does takes that long */
#define CONNECTIONS 4u     /* clients in a row that are gone before they are seen */

enum step {
    STEP_IDLE,   /* has to listen */
    STEP_LISTEN, /* waits for a client */
    STEP_READ,   /* waits for the rest of a message */
    STEP_QUEUED, /* in the queue; under the lock */
    STEP_TAKEN,  /* the broker has it; under the lock */
    STEP_WRITE,  /* the answer is being written */
    STEP_LEAVE,  /* waits for the client to close */
    STEP_END     /* disconnected; what was started has not ended yet */
};

enum verdict { VERDICT_NONE, VERDICT_ANSWER, VERDICT_DROP };

/* An instance of the pipe with its client. */
struct sys_request {
    struct request_pipe *pipe;
    HANDLE handle;      /* owned, until the pipe is closed */
    OVERLAPPED in, out; /* the system has them while they are pending */
    bool in_pending, out_pending;
    enum step step;
    struct request_caller caller;
    uint8_t bytes[SHMB_REQUEST_BYTES + 1]; /* one more shows that a message is too long */
    size_t length;
    uint8_t rest[SHMB_REQUEST_BYTES]; /* what comes behind the message */
    size_t rest_length;               /* all of it, so far */
    bool gone;                        /* the client has disconnected */
    /* Under the lock. */
    enum verdict verdict;
    uint8_t answer[SHMB_ANSWER_BYTES];
    size_t answer_length;
};

struct request_pipe {
    HANDLE port, thread, ready; /* owned */
    SRWLOCK lock;
    struct sys_request *queue[REQUEST_TURNS]; /* in the order of arrival */
    size_t queued;
    volatile LONG stop;
    bool closed;   /* the thread has ended */
    size_t broker; /* requests that the broker has; the broker's thread */
    struct request_turn turns[REQUEST_TURNS];
    struct sys_request requests[REQUEST_TURNS];
};

static_assert(REQUEST_TURNS <= PIPE_UNLIMITED_INSTANCES - 1, "a pipe can have that many");

static struct request_turn *turn_of(struct sys_request *one)
{
    return &one->pipe->turns[one - one->pipe->requests];
}

static void set_turn(struct sys_request *one, enum request_turn_step step)
{
    turn_of(one)->step = step;
    turn_of(one)->since = GetTickCount64();
}

/* ---- an instance, on the pipe's thread ----------------------------------------- */

/* The client is gone, or has to go. What was started ends now, with an error. */
static void end_client(struct sys_request *one)
{
    request_caller_close(&one->caller);
    set_turn(one, REQUEST_TURN_FREE);
    CancelIoEx(one->handle, NULL);
    /* Nothing is flushed: the client has taken its answer, or loses it. */
    DisconnectNamedPipe(one->handle);
    one->step = one->in_pending || one->out_pending ? STEP_END : STEP_IDLE;
}

static void begin(OVERLAPPED *overlapped, bool *pending)
{
    memset(overlapped, 0, sizeof(*overlapped));
    *pending = true;
}

/* True: started, and its end comes through the completion port, even where it has ended. */
static bool has_begun(BOOL done, bool *pending)
{
    *pending = done || GetLastError() == ERROR_IO_PENDING;
    return *pending;
}

static bool read_into(struct sys_request *one, void *bytes, size_t size)
{
    begin(&one->in, &one->in_pending);
    return has_begun(ReadFile(one->handle, bytes, (DWORD)size, NULL, &one->in), &one->in_pending);
}

static void read_message(struct sys_request *one)
{
    if (!read_into(one, one->bytes + one->length, sizeof(one->bytes) - one->length))
        end_client(one);
}

/*
 * Reads on behind the message, which nobody needs: the read ends when the client does. False: it
 * has. A client that goes on sending is not read any more, and is seen to end later.
 */
static bool watch_client(struct sys_request *one)
{
    return one->rest_length > REST_MOST || read_into(one, one->rest, sizeof(one->rest));
}

static void write_answer(struct sys_request *one)
{
    request_caller_close(&one->caller);
    one->step = STEP_WRITE;
    set_turn(one, REQUEST_TURN_ANSWERED);
    begin(&one->out, &one->out_pending);
    if (!has_begun(WriteFile(one->handle, one->answer, (DWORD)one->answer_length, NULL, &one->out),
                   &one->out_pending))
        end_client(one);
}

static void refuse(struct sys_request *one, const struct shmb_request_answer *answer)
{
    shmb_answer_write(answer, one->answer);
    one->answer_length = sizeof(one->answer);
    write_answer(one);
}

static void refuse_busy(struct sys_request *one)
{
    refuse(one, &(struct shmb_request_answer){
                    .result = SHMB_BUSY, .reason = SHMB_WHY_RATE, .retry_ms = BUSY_MS});
}

/* A client that does not say who it is; or Windows could not tell. */
static void refuse_unknown(struct sys_request *one, uint32_t code)
{
    const bool hides = code == ERROR_CANT_OPEN_ANONYMOUS || code == ERROR_BAD_IMPERSONATION_LEVEL;

    refuse(one, &(struct shmb_request_answer){.result = hides ? SHMB_NOT_ALLOWED : SHMB_SYSTEM,
                                              .reason = hides ? SHMB_WHY_WHO : SHMB_WHY_SYSTEM,
                                              .win32_code = code});
}

/* ---- the queue ------------------------------------------------------------------ */

static void enqueue(struct sys_request *one)
{
    struct request_pipe *pipe = one->pipe;

    AcquireSRWLockExclusive(&pipe->lock);
    one->step = STEP_QUEUED;
    one->verdict = VERDICT_NONE;
    pipe->queue[pipe->queued++] = one;
    SetEvent(pipe->ready);
    ReleaseSRWLockExclusive(&pipe->lock);
}

/* Under the lock. Keeps the event as long as there is something. */
static void remove_at(struct request_pipe *pipe, size_t at)
{
    pipe->queued--;
    memmove(&pipe->queue[at], &pipe->queue[at + 1], (pipe->queued - at) * sizeof(pipe->queue[0]));
    if (pipe->queued == 0)
        ResetEvent(pipe->ready);
}

/* True: the broker has not taken it, and will not. */
static bool withdraw(struct sys_request *one)
{
    struct request_pipe *pipe = one->pipe;
    bool found = false;
    size_t i;

    AcquireSRWLockExclusive(&pipe->lock);
    for (i = 0; i < pipe->queued && !found; i++)
        if (pipe->queue[i] == one) {
            remove_at(pipe, i);
            found = true;
        }
    ReleaseSRWLockExclusive(&pipe->lock);
    return found;
}

/* True once, when the broker has decided. */
static bool take_verdict(struct sys_request *one, enum verdict *verdict)
{
    bool decided;

    AcquireSRWLockExclusive(&one->pipe->lock);
    *verdict = one->verdict;
    decided = one->step == STEP_TAKEN && one->verdict != VERDICT_NONE;
    if (decided)
        one->step = STEP_WRITE;
    ReleaseSRWLockExclusive(&one->pipe->lock);
    return decided;
}

static void follow_verdicts(struct request_pipe *pipe)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++) {
        struct sys_request *one = &pipe->requests[i];
        enum verdict verdict;

        /* Only these are the broker's to decide. */
        if (pipe->turns[i].step != REQUEST_TURN_WAITING || !take_verdict(one, &verdict))
            continue;
        if (verdict == VERDICT_ANSWER && !one->gone)
            write_answer(one);
        else
            end_client(one);
    }
}

/* ---- steps of an instance --------------------------------------------------------- */

static void on_connected(struct sys_request *one)
{
    const uint32_t process = request_caller_process(one->handle);
    enum request_turns_admission admission = request_turns_admit(one->pipe->turns, process);

    one->length = one->rest_length = 0;
    one->gone = false;
    one->step = STEP_READ;
    turn_of(one)->process = process;
    set_turn(one, REQUEST_TURN_SENDING);
    if (admission == REQUEST_TURNS_DROP)
        end_client(one);
    else if (admission == REQUEST_TURNS_BUSY)
        refuse_busy(one);
    else
        read_message(one);
}

/*
 * Waits for a client. One that has connected since the last is there at once; one that has gone
 * since is passed over. What cannot be helped stays idle, and is tried again.
 */
static void listen(struct sys_request *one)
{
    size_t i;

    for (i = 0; i < CONNECTIONS && one->step == STEP_IDLE; i++) {
        BOOL done;

        begin(&one->in, &one->in_pending);
        done = ConnectNamedPipe(one->handle, &one->in);
        if (has_begun(done, &one->in_pending))
            one->step = STEP_LISTEN;
        else if (GetLastError() == ERROR_PIPE_CONNECTED)
            on_connected(one);
        else
            DisconnectNamedPipe(one->handle);
    }
}

static void listen_all(struct request_pipe *pipe)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++)
        if (pipe->turns[i].step == REQUEST_TURN_FREE && pipe->requests[i].step == STEP_IDLE)
            listen(&pipe->requests[i]);
}

/* The message is whole. */
static void on_message(struct sys_request *one)
{
    uint32_t code = request_caller_read(one->handle, &one->caller);

    if (code != ERROR_SUCCESS) {
        refuse_unknown(one, code);
        return;
    }
    if (request_turns_account_full(one->pipe->turns, one->caller.asker.sid)) {
        refuse_busy(one);
        return;
    }
    if (!watch_client(one)) {
        end_client(one);
        return;
    }
    memcpy(turn_of(one)->account, one->caller.asker.sid, sizeof(one->caller.asker.sid));
    set_turn(one, REQUEST_TURN_WAITING);
    enqueue(one);
}

/* A read behind the message has ended: with bytes that nobody wants, or with the client. */
static void on_watched(struct sys_request *one, bool done, size_t count)
{
    one->rest_length += count;
    if (done && watch_client(one))
        return;
    if (turn_of(one)->step != REQUEST_TURN_WAITING || withdraw(one))
        end_client(one);
    else
        one->gone = true; /* the broker has it */
}

static void on_in(struct sys_request *one, bool done, size_t count)
{
    const bool waits = turn_of(one)->step == REQUEST_TURN_WAITING;

    one->in_pending = false;
    if (waits) {
        on_watched(one, done, count);
        return;
    }
    switch (one->step) {
    case STEP_LISTEN:
        if (done)
            on_connected(one);
        else
            end_client(one);
        break;
    case STEP_READ:
        one->length += count;
        if (!done)
            end_client(one);
        else if (one->length < SHMB_REQUEST_BYTES)
            read_message(one);
        else
            on_message(one);
        break;
    case STEP_WRITE:
    case STEP_LEAVE:
        on_watched(one, done, count);
        break;
    default: /* STEP_END */
        break;
    }
}

static void on_out(struct sys_request *one, bool done)
{
    one->out_pending = false;
    if (one->step != STEP_WRITE)
        return;
    one->step = STEP_LEAVE;
    set_turn(one, REQUEST_TURN_ANSWERED);
    /* Who was refused while sending is not watched yet. */
    if (!done || (!one->in_pending && !watch_client(one)))
        end_client(one);
}

static void on_ended(struct sys_request *one, const OVERLAPPED *which, bool done, size_t count)
{
    if (which == &one->in)
        on_in(one, done, count);
    else
        on_out(one, done);
    if (turn_of(one)->step == REQUEST_TURN_FREE && one->step == STEP_END && !one->in_pending &&
        !one->out_pending)
        one->step = STEP_IDLE;
}

/* ---- the thread ------------------------------------------------------------------- */

static void end_expired(struct request_pipe *pipe)
{
    size_t i;

    while ((i = request_turns_expired(pipe->turns, GetTickCount64())) < REQUEST_TURNS)
        end_client(&pipe->requests[i]);
}

static DWORD least_of(DWORD a, DWORD b)
{
    return a < b ? a : b;
}

static DWORD delay_of(struct request_pipe *pipe)
{
    DWORD delay = request_turns_delay(pipe->turns, GetTickCount64());
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++) {
        if (pipe->turns[i].step == REQUEST_TURN_WAITING)
            delay = least_of(delay, RECHECK_MS);
        else if (pipe->requests[i].step == STEP_IDLE)
            delay = least_of(delay, RETRY_MS);
    }
    return delay;
}

/*
 * Waits for the end of one thing that was started, for news of the broker, or `ms`. False: the time
 * is over.
 */
static bool await_one(struct request_pipe *pipe, DWORD ms)
{
    OVERLAPPED *which = NULL;
    ULONG_PTR key = 0;
    DWORD count = 0;
    BOOL done = GetQueuedCompletionStatus(pipe->port, &count, &key, &which, ms);

    if (which != NULL)
        on_ended((struct sys_request *)key, which, done != FALSE, count);
    return which != NULL || done;
}

static size_t count_pending(const struct request_pipe *pipe)
{
    size_t i, count = 0;

    for (i = 0; i < REQUEST_TURNS; i++)
        count += pipe->requests[i].in_pending + pipe->requests[i].out_pending;
    return count;
}

/* Ends everything: what was started must have ended before its memory is freed. */
static void end_all(struct request_pipe *pipe)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++) {
        struct sys_request *one = &pipe->requests[i];

        (void)withdraw(one);
        CancelIoEx(one->handle, NULL);
        DisconnectNamedPipe(one->handle);
        one->gone = true;
        /* Those that the broker still has are closed by their end. */
        AcquireSRWLockExclusive(&pipe->lock);
        if (one->step != STEP_TAKEN || one->verdict != VERDICT_NONE) {
            request_caller_close(&one->caller);
            one->step = STEP_END;
            pipe->turns[i].step = REQUEST_TURN_FREE;
        }
        ReleaseSRWLockExclusive(&pipe->lock);
    }
    while (count_pending(pipe) > 0 && await_one(pipe, END_MS))
        continue;
}

static bool is_any_answered(const struct request_pipe *pipe)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++)
        if (pipe->turns[i].step == REQUEST_TURN_ANSWERED)
            return true;
    return false;
}

/* Who has been answered gets a moment to read that: a disconnection would take it away. */
static void let_leave(struct request_pipe *pipe)
{
    const uint64_t end = GetTickCount64() + REQUEST_TURNS_LEAST_MS;
    uint64_t now;

    follow_verdicts(pipe);
    while (is_any_answered(pipe) && (now = GetTickCount64()) < end)
        (void)await_one(pipe, (DWORD)(end - now));
}

static DWORD WINAPI serve(void *context)
{
    struct request_pipe *pipe = context;

    listen_all(pipe);
    while (InterlockedCompareExchange(&pipe->stop, 0, 0) == 0) {
        (void)await_one(pipe, delay_of(pipe));
        follow_verdicts(pipe);
        end_expired(pipe);
        listen_all(pipe);
    }
    let_leave(pipe);
    end_all(pipe);
    return 0;
}

/* If it fails, the thread looks by itself, a little later. */
static void wake(struct request_pipe *pipe)
{
    (void)PostQueuedCompletionStatus(pipe->port, 0, 0, NULL);
}

/* ---- opening and closing, on the broker's thread ------------------------------------ */

static HANDLE make_instance(SECURITY_ATTRIBUTES *attributes, bool first)
{
    /* WRITE_DAC and WRITE_OWNER: access and label are replaced later. */
    return CreateNamedPipeW(L"" SHMB_REQUEST_PIPE,
                            PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | WRITE_DAC | WRITE_OWNER |
                                (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
                            PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT |
                                PIPE_REJECT_REMOTE_CLIENTS,
                            REQUEST_TURNS, SHMB_ANSWER_BYTES, SHMB_REQUEST_BYTES, 0, attributes);
}

/* True: the pipe has instances that are not ours. Windows makes no first one then. */
static bool is_shared(HANDLE first)
{
    DWORD count = 0;

    return GetNamedPipeHandleStateW(first, NULL, &count, NULL, NULL, NULL, 0) && count > 1;
}

/* Makes the first instance, which nobody else may have done. */
static enum sys_status make_first(SECURITY_ATTRIBUTES *attributes, HANDLE *out,
                                  struct sys_failure *why)
{
    HANDLE first = make_instance(attributes, true);
    DWORD code = GetLastError();
    bool taken =
        first == INVALID_HANDLE_VALUE && (code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY);

    if (first != INVALID_HANDLE_VALUE && is_shared(first)) {
        CloseHandle(first);
        first = INVALID_HANDLE_VALUE;
        code = ERROR_PIPE_BUSY;
        taken = true;
    }
    *out = first;
    if (first != INVALID_HANDLE_VALUE)
        return SYS_OK;
    /* If there is none, access was denied for another reason. */
    if (taken && request_squatter_ask(why) == SYS_TAKEN)
        return SYS_TAKEN;
    return failure_set(why, "CreateNamedPipeW", code);
}

static enum sys_status make_instances(struct request_pipe *pipe, SECURITY_ATTRIBUTES *attributes,
                                      struct sys_failure *why)
{
    enum sys_status status = make_first(attributes, &pipe->requests[0].handle, why);
    size_t i;

    for (i = 1; i < REQUEST_TURNS && status == SYS_OK; i++) {
        pipe->requests[i].handle = make_instance(attributes, false);
        if (pipe->requests[i].handle == INVALID_HANDLE_VALUE)
            status = failure_set(why, "CreateNamedPipeW", GetLastError());
    }
    for (i = 0; i < REQUEST_TURNS && status == SYS_OK; i++)
        if (CreateIoCompletionPort(pipe->requests[i].handle, pipe->port,
                                   (ULONG_PTR)&pipe->requests[i], 0) == NULL)
            status = failure_set(why, "CreateIoCompletionPort", GetLastError());
    return status;
}

static void close_handle(HANDLE handle)
{
    if (handle != NULL && handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
}

static void close_handles(struct request_pipe *pipe)
{
    size_t i;

    for (i = 0; i < REQUEST_TURNS; i++) {
        close_handle(pipe->requests[i].handle);
        pipe->requests[i].handle = INVALID_HANDLE_VALUE;
    }
    close_handle(pipe->port);
    close_handle(pipe->thread);
    close_handle(pipe->ready);
}

static enum sys_status fill(struct request_pipe *pipe, SECURITY_ATTRIBUTES *attributes,
                            struct sys_failure *why)
{
    enum sys_status status;

    pipe->ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (pipe->ready == NULL)
        return failure_set(why, "CreateEventW", GetLastError());
    pipe->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (pipe->port == NULL)
        return failure_set(why, "CreateIoCompletionPort", GetLastError());
    status = make_instances(pipe, attributes, why);
    if (status != SYS_OK)
        return status;
    pipe->thread = CreateThread(NULL, STACK, serve, pipe, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    return pipe->thread != NULL ? SYS_OK : failure_set(why, "CreateThread", GetLastError());
}

enum sys_status request_pipe_open(const char *sddl, struct request_pipe **out,
                                  struct sys_failure *why)
{
    struct request_pipe *pipe = calloc(1, sizeof(*pipe));
    struct sys_descriptor *descriptor = NULL;
    SECURITY_ATTRIBUTES attributes;
    enum sys_status status;
    size_t i;

    *out = NULL;
    if (pipe == NULL)
        return failure_set(why, "calloc", ERROR_NOT_ENOUGH_MEMORY);
    InitializeSRWLock(&pipe->lock);
    for (i = 0; i < REQUEST_TURNS; i++) {
        pipe->requests[i].pipe = pipe;
        pipe->requests[i].handle = INVALID_HANDLE_VALUE;
    }
    status = descriptors_make(sddl, &descriptor, why);
    if (status == SYS_OK) {
        attributes = descriptors_attributes(descriptor);
        status = fill(pipe, &attributes, why);
        descriptors_free(descriptor);
    }
    if (status != SYS_OK) {
        close_handles(pipe);
        free(pipe);
        return status;
    }
    *out = pipe;
    return SYS_OK;
}

/*
 * The descriptor belongs to the pipe, not to an instance: SetSecurityInfo changes that of the
 * pipe. https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights
 */
enum sys_status request_pipe_protect(struct request_pipe *pipe, const char *sddl,
                                     struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    enum sys_status status = descriptors_make(sddl, &descriptor, why);

    if (status != SYS_OK)
        return status;
    status = objects_protect((struct sys_object *)pipe->requests[0].handle, descriptor, why);
    descriptors_free(descriptor);
    return status;
}

void request_pipe_close(struct request_pipe *pipe)
{
    if (pipe == NULL)
        return;
    InterlockedExchange(&pipe->stop, 1);
    wake(pipe);
    /* A thread that does not end keeps its memory. */
    if (WaitForSingleObject(pipe->thread, END_MS) != WAIT_OBJECT_0)
        return;
    pipe->closed = true;
    close_handles(pipe);
    if (pipe->broker == 0 && count_pending(pipe) == 0)
        free(pipe);
}

/* ---- the broker's side --------------------------------------------------------------- */

HANDLE request_pipe_event(const struct request_pipe *pipe)
{
    return pipe->ready;
}

enum sys_status request_pipe_next(struct request_pipe *pipe, struct sys_request **out,
                                  struct sys_asker *asker, const void **bytes, size_t *length)
{
    struct sys_request *one = NULL;

    AcquireSRWLockExclusive(&pipe->lock);
    if (pipe->queued > 0) {
        one = pipe->queue[0];
        one->step = STEP_TAKEN;
        remove_at(pipe, 0);
    }
    ReleaseSRWLockExclusive(&pipe->lock);
    *out = one;
    *asker = one != NULL ? one->caller.asker : (struct sys_asker){0};
    *bytes = one != NULL ? one->bytes : NULL;
    *length = one != NULL ? one->length : 0;
    pipe->broker += one != NULL;
    return one != NULL ? SYS_OK : SYS_NOT_FOUND;
}

enum sys_status request_pipe_allowed(struct sys_request *request,
                                     const struct sys_descriptor *descriptor, uint32_t mask,
                                     bool write, bool *allowed, struct sys_failure *why)
{
    return request_caller_allowed(&request->caller, descriptor, mask, write, allowed, why);
}

/* Tells the pipe's thread, or ends the request if there is none any more. */
static void decide(struct sys_request *one, enum verdict verdict)
{
    struct request_pipe *pipe = one->pipe;

    pipe->broker--;
    if (pipe->closed) {
        request_caller_close(&one->caller);
        if (pipe->broker == 0 && count_pending(pipe) == 0)
            free(pipe);
        return;
    }
    AcquireSRWLockExclusive(&pipe->lock);
    one->verdict = verdict;
    ReleaseSRWLockExclusive(&pipe->lock);
    wake(pipe);
}

void request_pipe_answer(struct sys_request *request, const void *bytes, size_t length)
{
    /* Until the verdict is set, nobody else looks at the answer. */
    request->answer_length = length < sizeof(request->answer) ? length : sizeof(request->answer);
    memcpy(request->answer, bytes, request->answer_length);
    decide(request, VERDICT_ANSWER);
}

void request_pipe_drop(struct sys_request *request)
{
    decide(request, VERDICT_DROP);
}
