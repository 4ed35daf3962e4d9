#include "stage_pipe.h"

#include <sddl.h>

#include <stdio.h>

#include "support.h"

static HANDLE pipe_handle, thread, closing;
static stage_pipe_serve *serve_client;
static volatile LONG clients, received;
static struct shmb_request_message request;

struct shmb_request_answer stage_pipe_answer;

static HANDLE create(enum stage_owner owner, uint32_t everyone)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    char sddl[256];
    HANDLE made;

    snprintf(sddl, sizeof(sddl), "O:%sD:P(A;;GA;;;BA)(A;;0x%lx;;;WD)",
             owner == STAGE_OURS ? "BA" : stage_user(), (unsigned long)everyone);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    made = CreateNamedPipeW(
        L"" SHMB_REQUEST_PIPE,
        PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, 1024, 1024, 0, &attributes);
    LocalFree(attributes.lpSecurityDescriptor);
    if (made == INVALID_HANDLE_VALUE)
        fail_msg("%s: error %lu", SHMB_REQUEST_PIPE, GetLastError());
    return made;
}

/* Waits for what was begun, or until the pipe is closed. */
static bool finish(HANDLE pipe, OVERLAPPED *io, BOOL begun, DWORD *moved)
{
    HANDLE both[] = {io->hEvent, closing};

    *moved = 0;
    if (!begun && GetLastError() != ERROR_IO_PENDING)
        return false;
    if (WaitForMultipleObjects(2, both, FALSE, INFINITE) != WAIT_OBJECT_0)
        CancelIoEx(pipe, io);
    return GetOverlappedResult(pipe, io, moved, TRUE);
}

static bool connected(HANDLE pipe)
{
    OVERLAPPED io = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL begun = ConnectNamedPipe(pipe, &io);
    DWORD moved;
    bool done =
        (!begun && GetLastError() == ERROR_PIPE_CONNECTED) || finish(pipe, &io, begun, &moved);

    CloseHandle(io.hEvent);
    return done;
}

static DWORD read_some(HANDLE pipe, void *bytes, DWORD length)
{
    OVERLAPPED io = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL begun = ReadFile(pipe, bytes, length, NULL, &io);
    DWORD moved;

    if (!finish(pipe, &io, begun, &moved))
        moved = 0;
    CloseHandle(io.hEvent);
    InterlockedExchangeAdd(&received, (LONG)moved);
    return moved;
}

bool stage_pipe_read(HANDLE pipe, uint8_t out[SHMB_REQUEST_BYTES])
{
    DWORD length = 0, moved;

    do {
        moved = read_some(pipe, out + length, SHMB_REQUEST_BYTES - length);
        length += moved;
    } while (moved != 0 && length < SHMB_REQUEST_BYTES);
    return length == SHMB_REQUEST_BYTES && shmb_request_read(out, length, &request);
}

bool stage_pipe_write(HANDLE pipe, const void *bytes, size_t length)
{
    OVERLAPPED io = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL begun = WriteFile(pipe, bytes, (DWORD)length, NULL, &io);
    DWORD moved;
    bool done = finish(pipe, &io, begun, &moved);

    CloseHandle(io.hEvent);
    return done;
}

void stage_pipe_wait(HANDLE pipe)
{
    uint8_t bytes[64];

    while (read_some(pipe, bytes, sizeof(bytes)) != 0)
        continue;
}

void stage_pipe_idle(HANDLE pipe)
{
    (void)pipe;
    WaitForSingleObject(closing, INFINITE);
}

void stage_pipe_answers(HANDLE pipe)
{
    uint8_t bytes[SHMB_REQUEST_BYTES], answer[SHMB_ANSWER_BYTES];

    if (!stage_pipe_read(pipe, bytes))
        return;
    shmb_answer_write(&stage_pipe_answer, answer);
    if (stage_pipe_write(pipe, answer, sizeof(answer)))
        stage_pipe_wait(pipe);
}

static DWORD WINAPI run(void *unused)
{
    (void)unused;
    while (WaitForSingleObject(closing, 0) != WAIT_OBJECT_0) {
        if (connected(pipe_handle)) {
            InterlockedIncrement(&clients);
            serve_client(pipe_handle);
        }
        DisconnectNamedPipe(pipe_handle);
    }
    return 0;
}

void stage_pipe_open(enum stage_owner owner, uint32_t everyone, stage_pipe_serve *serve)
{
    stage_pipe_close(); /* what a failed test has left */
    clients = received = 0;
    serve_client = serve;
    pipe_handle = create(owner, everyone);
    closing = CreateEventW(NULL, TRUE, FALSE, NULL);
    thread = CreateThread(NULL, 0, run, NULL, 0, NULL);
    assert_non_null(thread);
}

void stage_pipe_close(void)
{
    if (thread == NULL)
        return;
    SetEvent(closing);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(closing);
    CloseHandle(pipe_handle);
    thread = NULL;
}

uint32_t stage_pipe_clients(void)
{
    return (uint32_t)InterlockedCompareExchange(&clients, 0, 0);
}

uint32_t stage_pipe_bytes(void)
{
    return (uint32_t)InterlockedCompareExchange(&received, 0, 0);
}

const struct shmb_request_message *stage_pipe_request(void)
{
    return &request;
}
