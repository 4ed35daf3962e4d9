/*
 * pipe_client - an ordinary Win32 program at the other end of a pipe, which keeps to no rule: it
 * knows nothing of the product but the pipe's name.
 *
 *   pipe_client PIPE STEP...
 *
 *   open[:LEVEL]  connects, waiting while all instances are busy. LEVEL: how far the server may
 *                 act for it: anonymous, identify (else), full
 *   try           connects once; prints "open CODE"
 *   many:N        N more connections, kept until the end; prints "many COUNT"
 *   send:N        writes N bytes in one call; prints "send CODE" if that fails
 *   read          reads what is there, or comes; prints "answer LENGTH FIRST SECOND", the numbers
 *                 of four bytes at 8 and 12, or "read CODE"
 *   gone          reads until the server is gone; prints "gone"
 *   close         closes the connection of `open`
 *   ask           a whole message and its answer, again and again until there is one
 *   create        makes an instance of the pipe itself; prints "create CODE"; kept until the end
 *   hold          prints "holding" and waits for the end of its input
 *   loop:N        does the steps that follow N times and prints nothing of them; then "done N,
 *                 failed COUNT": an open or a send that fails, or an answer that is not whole
 *
 * Exit codes: 0 done, 2 usage.
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define MESSAGE  704
#define ANSWER   128
#define MOST     64    /* connections that are kept */
#define PATIENCE 60000 /* ms */

static struct {
    const wchar_t *pipe;
    HANDLE one, kept[MOST];
    size_t count;
    BOOL silent;
    unsigned failed;
} it = {.one = INVALID_HANDLE_VALUE};

/* Says a line that another program waits for, at once. */
static void say(const char *word, unsigned long code)
{
    if (it.silent)
        return;
    printf("%s %lu\n", word, code);
    fflush(stdout);
}

static HANDLE connect_once(DWORD level)
{
    /* What the server's list of access gives, and not more. */
    return CreateFileW(it.pipe,
                       FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL |
                           SYNCHRONIZE,
                       0, NULL, OPEN_EXISTING, SECURITY_SQOS_PRESENT | level, NULL);
}

static void step_open(const wchar_t *how)
{
    DWORD level = SECURITY_IDENTIFICATION;
    ULONGLONG end = GetTickCount64() + PATIENCE;

    if (wcscmp(how, L"anonymous") == 0)
        level = SECURITY_ANONYMOUS;
    else if (wcscmp(how, L"full") == 0)
        level = SECURITY_IMPERSONATION;
    for (;;) {
        it.one = connect_once(level);
        if (it.one != INVALID_HANDLE_VALUE)
            return;
        if (GetLastError() != ERROR_PIPE_BUSY || GetTickCount64() > end)
            break;
        WaitNamedPipeW(it.pipe, 1000);
    }
    it.failed++;
    say("open", GetLastError());
}

static void step_many(size_t wanted)
{
    unsigned long count = 0;

    for (; wanted > 0 && it.count < MOST; wanted--) {
        HANDLE next = connect_once(SECURITY_IDENTIFICATION);

        if (next == INVALID_HANDLE_VALUE)
            break;
        it.kept[it.count++] = next;
        count++;
    }
    say("many", count);
}

static void step_send(DWORD length)
{
    BYTE *bytes = calloc(length + 1, 1);
    DWORD done;

    if (bytes == NULL)
        exit(2);
    memset(bytes, 'x', length);
    if (!WriteFile(it.one, bytes, length, &done, NULL)) {
        it.failed++;
        say("send", GetLastError());
    }
    free(bytes);
}

static void step_read(void)
{
    BYTE answer[ANSWER];
    DWORD done = 0;
    LONG first = 0, second = 0;

    if (!ReadFile(it.one, answer, sizeof(answer), &done, NULL)) {
        it.failed++;
        say("read", GetLastError());
        return;
    }
    if (done != sizeof(answer))
        it.failed++;
    memcpy(&first, answer + 8, sizeof(first));
    memcpy(&second, answer + 12, sizeof(second));
    if (!it.silent) {
        printf("answer %lu %ld %ld\n", done, first, second);
        fflush(stdout);
    }
}

static void step_gone(void)
{
    BYTE rest[ANSWER];
    DWORD done;

    while (ReadFile(it.one, rest, sizeof(rest), &done, NULL))
        continue;
    if (!it.silent) {
        puts("gone");
        fflush(stdout);
    }
}

static void step_close(void)
{
    if (it.one != INVALID_HANDLE_VALUE)
        CloseHandle(it.one);
    it.one = INVALID_HANDLE_VALUE;
}

/* A slow machine may be too slow for the server's deadlines: then it connects anew. */
static void step_ask(void)
{
    const ULONGLONG end = GetTickCount64() + PATIENCE;
    const unsigned before = it.failed;
    const BOOL silent = it.silent;

    it.silent = TRUE;
    do {
        it.failed = before;
        step_open(L"");
        step_send(MESSAGE);
        step_read();
        step_close();
    } while (it.failed != before && GetTickCount64() < end);
    it.silent = silent;
}

static void step_create(void)
{
    HANDLE made = CreateNamedPipeW(it.pipe, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE,
                                   PIPE_UNLIMITED_INSTANCES, ANSWER, ANSWER, 0, NULL);

    if (made != INVALID_HANDLE_VALUE && it.count < MOST)
        it.kept[it.count++] = made;
    say("create", made != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError());
}

static void step_hold(void)
{
    puts("holding");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
}

static BOOL is_step(const wchar_t *step, const wchar_t *name)
{
    return wcsncmp(step, name, wcslen(name)) == 0;
}

static BOOL do_step(const wchar_t *step)
{
    const wchar_t *colon = wcschr(step, L':');
    const wchar_t *value = colon != NULL ? colon + 1 : L"";

    if (is_step(step, L"open"))
        step_open(value);
    else if (is_step(step, L"many:"))
        step_many(wcstoul(value, NULL, 10));
    else if (is_step(step, L"send:"))
        step_send(wcstoul(value, NULL, 10));
    else if (is_step(step, L"read"))
        step_read();
    else if (is_step(step, L"gone"))
        step_gone();
    else if (is_step(step, L"close"))
        step_close();
    else if (is_step(step, L"ask"))
        step_ask();
    else if (is_step(step, L"create"))
        step_create();
    else if (is_step(step, L"hold"))
        step_hold();
    else if (is_step(step, L"try")) {
        it.one = connect_once(SECURITY_IDENTIFICATION);
        say("open", it.one != INVALID_HANDLE_VALUE ? ERROR_SUCCESS : GetLastError());
    } else
        return FALSE;
    return TRUE;
}

static BOOL loop(unsigned long times, wchar_t **steps, int count)
{
    unsigned long round;
    int i;

    it.silent = TRUE;
    for (round = 0; round < times; round++)
        for (i = 0; i < count; i++)
            if (!do_step(steps[i]))
                return FALSE;
    printf("done %lu, failed %u\n", times, it.failed);
    fflush(stdout);
    return TRUE;
}

int wmain(int argc, wchar_t **argv)
{
    int i;

    if (argc < 3)
        return 2;
    it.pipe = argv[1];
    for (i = 2; i < argc; i++) {
        if (is_step(argv[i], L"loop:"))
            return loop(wcstoul(argv[i] + 5, NULL, 10), argv + i + 1, argc - i - 1) ? 0 : 2;
        if (!do_step(argv[i]))
            return 2;
    }
    return 0;
}
