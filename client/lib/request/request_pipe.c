/*
 * The client's end of the pipe. All input and output is overlapped, because only that can be
 * given up when the time is over.
 */
#include "request_pipe.h"

#include "lookup.h"
#include "trust.h"

static const wchar_t pipe_name[] = L"" SHMB_REQUEST_PIPE;

struct connection {
    HANDLE pipe, event;
    const struct broker_wait *wait;
};

static DWORD left(const struct broker_wait *wait)
{
    return broker_wait_left(wait, REQUEST_PIPE_STEP_MS);
}

static int32_t pipe_result(struct fault *fault, enum call call, DWORD code)
{
    switch (code) {
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA: /* it is being closed */
    case ERROR_PIPE_NOT_CONNECTED:
        return fault_call(fault, SHMB_NO_BROKER, call, code);
    case ERROR_OPERATION_ABORTED:
    case ERROR_SEM_TIMEOUT:
        return fault_plain(fault, SHMB_TIMEOUT);
    default:
        return fault_win32(fault, call, code);
    }
}

static int32_t strangers(struct fault *fault)
{
    return fault_call(fault, SHMB_NOT_OURS, REASON_PIPE_STRANGER, 0);
}

/* True: a broker runs, and says that the pipe is not its own. */
static bool is_not_the_brokers(const char *owner)
{
    struct lookup lookup;
    struct fault ignored;
    bool without;

    if (lookup_open(&lookup, owner, LOOKUP_ALL, &ignored) != SHMB_OK)
        return false;
    without = lookup_without_pipe(&lookup);
    lookup_close(&lookup);
    return without;
}

/*
 * Opens the pipe; waits while all its instances are in use. The rights are those that the broker
 * gives, and READ_CONTROL is among them, to see who owns it. To open it for any right takes an
 * instance, so that the owner of one that is in use cannot be seen: there the directory tells.
 */
static int32_t open_pipe(const char *owner, const struct broker_wait *wait, HANDLE *out,
                         struct fault *fault)
{
    const DWORD flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
    DWORD code, ms;
    bool strange = false;

    for (;;) {
        *out =
            CreateFileW(pipe_name, SHMB_REQUEST_PIPE_RIGHTS, 0, NULL, OPEN_EXISTING, flags, NULL);
        if (*out != INVALID_HANDLE_VALUE)
            return SHMB_OK;
        code = GetLastError();
        if (code != ERROR_PIPE_BUSY)
            return pipe_result(fault, CALL_OPEN_PIPE, code);
        /* Twice: the broker may have had it until a moment ago. */
        if (is_not_the_brokers(owner)) {
            if (strange)
                return strangers(fault);
            strange = true;
            continue;
        }
        strange = false;
        ms = left(wait);
        if (ms == 0) /* to WaitNamedPipe, it would be the time that the server has chosen */
            return fault_plain(fault, SHMB_TIMEOUT);
        if (!WaitNamedPipeW(pipe_name, ms))
            return pipe_result(fault, CALL_WAIT_PIPE, GetLastError());
    }
}

/* Waits for what was begun, and gives it up when the time is over. */
static int32_t finish(const struct connection *connection, OVERLAPPED *io, BOOL begun,
                      enum call call, DWORD *moved, struct fault *fault)
{
    DWORD code = begun ? ERROR_SUCCESS : GetLastError();

    *moved = 0;
    if (code != ERROR_SUCCESS && code != ERROR_IO_PENDING)
        return pipe_result(fault, call, code);
    if (WaitForSingleObject(connection->event, left(connection->wait)) != WAIT_OBJECT_0)
        CancelIoEx(connection->pipe, io);
    /* Until it has ended, it writes to buffers of this call. */
    if (!GetOverlappedResult(connection->pipe, io, moved, TRUE))
        return pipe_result(fault, call, GetLastError());
    return SHMB_OK;
}

static int32_t send(const struct connection *connection, const uint8_t *bytes, DWORD length,
                    struct fault *fault)
{
    OVERLAPPED io = {.hEvent = connection->event};
    BOOL begun = WriteFile(connection->pipe, bytes, length, NULL, &io);
    DWORD moved;
    int32_t result = finish(connection, &io, begun, CALL_WRITE, &moved, fault);

    if (result == SHMB_OK && moved != length)
        return fault_call(fault, SHMB_NO_BROKER, CALL_WRITE, ERROR_WRITE_FAULT);
    return result;
}

/* Reads until an answer is there, or one byte more. A server that closes early ends it, too. */
static int32_t receive(const struct connection *connection, uint8_t answer[SHMB_ANSWER_BYTES + 1],
                       size_t *length, struct fault *fault)
{
    int32_t result = SHMB_OK;

    while (result == SHMB_OK && *length < SHMB_ANSWER_BYTES) {
        OVERLAPPED io = {.hEvent = connection->event};
        DWORD room = (DWORD)(SHMB_ANSWER_BYTES + 1 - *length), moved;
        BOOL begun = ReadFile(connection->pipe, answer + *length, room, NULL, &io);

        result = finish(connection, &io, begun, CALL_READ, &moved, fault);
        *length += moved;
    }
    return result == SHMB_NO_BROKER && *length > 0 ? SHMB_OK : result;
}

int32_t request_pipe_exchange(const uint8_t request[SHMB_REQUEST_BYTES], const char *owner,
                              const struct broker_wait *wait, uint8_t answer[SHMB_ANSWER_BYTES + 1],
                              size_t *length, bool *sent, struct fault *fault)
{
    struct connection connection = {.wait = wait};
    int32_t result = open_pipe(owner, wait, &connection.pipe, fault);

    *length = 0;
    *sent = false;
    if (result != SHMB_OK)
        return result;
    result = trust_check(connection.pipe, owner, fault);
    if (result != SHMB_OK && fault->call == CALL_NONE)
        result = strangers(fault);
    if (result == SHMB_OK) {
        connection.event = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (connection.event == NULL)
            result = fault_win32(fault, CALL_CREATE_EVENT, GetLastError());
    }
    if (result == SHMB_OK)
        result = send(&connection, request, SHMB_REQUEST_BYTES, fault);
    if (result == SHMB_OK) {
        *sent = true;
        result = receive(&connection, answer, length, fault);
    }
    if (connection.event != NULL)
        CloseHandle(connection.event);
    CloseHandle(connection.pipe);
    return result;
}
