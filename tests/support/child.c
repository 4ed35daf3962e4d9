#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define CHILDREN_MAX 64
#define COMMAND_MAX  30000

struct child {
    HANDLE process, job, input, output, ready;
    OVERLAPPED reading;
    bool keep, ended;
    size_t used, next; /* bytes in `data`; where the next line starts */
    char data[SUPPORT_LINE_MAX];
    char line[SUPPORT_LINE_MAX];
};

static struct child *children[CHILDREN_MAX];

/* ---- starting programs ---- */

/* Our end of the pipe can be read with a deadline, the child's end is ordinary. */
static void make_output(struct child *child, HANDLE *theirs)
{
    static LONG number;
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    char text[80];
    const wchar_t *name;

    snprintf(text, sizeof(text), "\\\\.\\pipe\\shmb-test-%lu-%ld", GetCurrentProcessId(),
             InterlockedIncrement(&number));
    name = support_wide(text);
    child->output = CreateNamedPipeW(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED,
                                     PIPE_TYPE_BYTE, 1, 65536, 65536, 0, NULL);
    assert_true(child->output != INVALID_HANDLE_VALUE);
    *theirs = CreateFileW(name, GENERIC_WRITE, 0, &inherited, OPEN_EXISTING, 0, NULL);
    assert_true(*theirs != INVALID_HANDLE_VALUE);
    child->ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_non_null(child->ready);
}

/* Children die with the test program, however that ends. */
static HANDLE make_job(bool breakaway)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    HANDLE job = CreateJobObjectW(NULL, NULL);

    assert_non_null(job);
    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (breakaway)
        limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    assert_true(
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    return job;
}

static struct child *new_child(void)
{
    size_t i = 0;

    while (i < CHILDREN_MAX && children[i] != NULL)
        i++;
    assert_true(i < CHILDREN_MAX);
    children[i] = calloc(1, sizeof(*children[i]));
    assert_non_null(children[i]);
    return children[i];
}

static struct child *start(const wchar_t *command, DWORD flags, bool breakaway)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    struct child *child = new_child();
    wchar_t *writable = _wcsdup(command);
    STARTUPINFOW startup;
    PROCESS_INFORMATION info;
    HANDLE output, input;
    BOOL ok;

    assert_non_null(writable);
    make_output(child, &output);
    assert_true(CreatePipe(&input, &child->input, &inherited, 0));
    SetHandleInformation(child->input, HANDLE_FLAG_INHERIT, 0);
    child->job = make_job(breakaway);
    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = input;
    startup.hStdOutput = output;
    startup.hStdError = output;
    ok = CreateProcessW(NULL, writable, NULL, NULL, TRUE, flags | CREATE_SUSPENDED, NULL, NULL,
                        &startup, &info);
    if (!ok)
        print_error("%s: error %lu\n", support_narrow(writable), GetLastError());
    assert_true(ok);
    free(writable);
    CloseHandle(output);
    CloseHandle(input);
    child->process = info.hProcess;
    assert_true(AssignProcessToJobObject(child->job, info.hProcess));
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    return child;
}

static size_t add_options(char *out, size_t size, size_t used, char letter, const char *sids)
{
    for (; sids != NULL && *sids != 0; sids += strspn(sids, " ")) {
        size_t length = strcspn(sids, " ");

        used += (size_t)snprintf(out + used, size - used, " -%c %.*s", letter, (int)length, sids);
        sids += length;
    }
    return used;
}

void launch_prefix(const struct launch *how, char *out, size_t size)
{
    size_t used;

    out[0] = 0;
    if (how == NULL || (how->session == NULL && !how->standard_user && !how->no_privileges &&
                        how->deny == NULL && how->user == NULL))
        return;
    used = (size_t)snprintf(out, size, "\"%s\"", support_sibling("session_launcher.exe"));
    if (how->standard_user)
        used += (size_t)snprintf(out + used, size - used, " -r");
    if (how->no_privileges)
        used += (size_t)snprintf(out + used, size - used, " -p");
    used = add_options(out, size, used, 's', how->session);
    used = add_options(out, size, used, 'u', how->user);
    used = add_options(out, size, used, 'g', how->groups);
    used = add_options(out, size, used, 'o', how->owners);
    used = add_options(out, size, used, 'd', how->deny);
    snprintf(out + used, size - used, " -- ");
}

static struct child *start_with(const struct launch *how, const char *before, const char *format,
                                va_list arguments)
{
    static char command[COMMAND_MAX];
    size_t used;

    launch_prefix(how, command, sizeof(command));
    used = strlen(command);
    used += (size_t)snprintf(command + used, sizeof(command) - used, "%s", before);
    vsnprintf(command + used, sizeof(command) - used, format, arguments);
    return start(support_wide(command), how != NULL && how->console ? CREATE_NO_WINDOW : 0,
                 how != NULL && how->breakaway);
}

struct child *child_start(const struct launch *how, const char *format, ...)
{
    struct child *child;
    va_list arguments;

    va_start(arguments, format);
    child = start_with(how, "", format, arguments);
    va_end(arguments);
    return child;
}

static struct child *start_client(const struct launch *how, const char *program, const char *format,
                                  va_list arguments)
{
    char before[MAX_PATH * 4 + 16];

    snprintf(before, sizeof(before), "\"%s\" --client ", program);
    return start_with(how, before, format, arguments);
}

static struct child *client_start_v(const struct launch *how, const char *format, va_list arguments)
{
    return start_client(how, support_own_path(), format, arguments);
}

struct child *client_start(const struct launch *how, const char *format, ...)
{
    struct child *child;
    va_list arguments;

    va_start(arguments, format);
    child = client_start_v(how, format, arguments);
    va_end(arguments);
    return child;
}

struct child *client_start_other(const struct launch *how, const char *format, ...)
{
    const char *program = support_counterpart();
    DWORD type = 0;
    struct child *child;
    va_list arguments;

    assert_non_null(program);
    assert_true(GetBinaryTypeW(support_wide(program), &type));
    /* Where no 32-bit programs run, those of 64 bit take their part (tests/run.sh). */
    if (getenv("SHMB_NO_32") == NULL)
        assert_int_equal(type, sizeof(void *) == 8 ? SCS_32BIT_BINARY : SCS_64BIT_BINARY);
    va_start(arguments, format);
    child = start_client(how, program, format, arguments);
    va_end(arguments);
    return child;
}

/* ---- reading what they print ---- */

/* Cuts the next whole line out of the data; at the end also one without an end. */
static const char *take_line(struct child *child, bool at_end)
{
    char *from = child->data + child->next;
    size_t left = child->used - child->next;
    char *end = memchr(from, '\n', left);
    size_t length = end != NULL ? (size_t)(end - from) : left;

    if (end == NULL && (!at_end || left == 0))
        return NULL;
    child->next += length + (end != NULL ? 1 : 0);
    if (length > 0 && from[length - 1] == '\r')
        length--;
    memcpy(child->line, from, length);
    child->line[length] = 0;
    return child->line;
}

/* Waits for more output until `until`. False at the end of it. */
static bool read_more(struct child *child, ULONGLONG until)
{
    ULONGLONG now = GetTickCount64();
    DWORD got = 0;
    BOOL ok;

    memmove(child->data, child->data + child->next, child->used - child->next);
    child->used -= child->next;
    child->next = 0;
    assert_true(child->used < sizeof(child->data) - 1);
    memset(&child->reading, 0, sizeof(child->reading));
    child->reading.hEvent = child->ready;
    ok = ReadFile(child->output, child->data + child->used,
                  (DWORD)(sizeof(child->data) - 1 - child->used), NULL, &child->reading);
    if (!ok && GetLastError() != ERROR_IO_PENDING)
        return false;
    if (WaitForSingleObject(child->ready, now < until ? (DWORD)(until - now) : 0) !=
        WAIT_OBJECT_0) {
        CancelIo(child->output);
        GetOverlappedResult(child->output, &child->reading, &got, TRUE);
        fail_msg("no more output, and no end, of a program before the deadline");
    }
    if (!GetOverlappedResult(child->output, &child->reading, &got, TRUE))
        return false;
    child->used += got;
    return true;
}

static const char *line_until(struct child *child, ULONGLONG until)
{
    const char *line = take_line(child, child->ended);

    while (line == NULL && !child->ended) {
        child->ended = !read_more(child, until);
        line = take_line(child, child->ended);
    }
    return line;
}

DWORD child_id(const struct child *child)
{
    return GetProcessId(child->process);
}

const char *child_line(struct child *child)
{
    return line_until(child, GetTickCount64() + SUPPORT_DEADLINE_MS);
}

void child_expect(struct child *child, const char *line)
{
    const char *got = child_line(child);

    assert_string_equal(got != NULL ? got : "(end of output)", line);
}

const char *child_find(struct child *child, const char *prefix, DWORD deadline_ms)
{
    ULONGLONG until = GetTickCount64() + deadline_ms;
    size_t length = strlen(prefix);

    for (;;) {
        const char *line = line_until(child, until);

        if (line == NULL)
            fail_msg("a program ended without a line \"%s...\"", prefix);
        if (strncmp(line, prefix, length) == 0)
            return line;
        if (getenv("SHMB_TEST_SHOW") != NULL)
            print_message("    %s\n", line);
    }
}

/* ---- ending them ---- */

static void close_input(struct child *child)
{
    if (child->input != NULL)
        CloseHandle(child->input);
    child->input = NULL;
}

static void forget(struct child *child)
{
    size_t i;

    for (i = 0; i < CHILDREN_MAX; i++)
        if (children[i] == child)
            children[i] = NULL;
    close_input(child);
    CloseHandle(child->output);
    CloseHandle(child->ready);
    CloseHandle(child->process);
    CloseHandle(child->job);
    free(child);
}

DWORD child_end_with(struct child *child, const char *line)
{
    close_input(child);
    child_expect(child, line);
    return child_end(child);
}

DWORD child_end(struct child *child)
{
    DWORD code = 0;

    close_input(child);
    while (child_line(child) != NULL)
        ;
    assert_int_equal(WaitForSingleObject(child->process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    GetExitCodeProcess(child->process, &code);
    forget(child);
    return code;
}

DWORD child_said(struct child *child, char *said, size_t size)
{
    const char *line;
    size_t used = 0;

    said[0] = '\0';
    while ((line = child_line(child)) != NULL && used < size)
        used += (size_t)snprintf(said + used, size - used, "%s\n", line);
    assert_true(used < size);
    return child_end(child);
}

/* The processes of a child: the launcher, if any, and what it has started. */
struct members {
    JOBOBJECT_BASIC_PROCESS_ID_LIST list;
    ULONG_PTR more[15];
};

static void members_of(const struct child *child, struct members *members)
{
    memset(members, 0, sizeof(*members));
    assert_true(QueryInformationJobObject(child->job, JobObjectBasicProcessIdList, members,
                                          sizeof(*members), NULL));
}

static void kill_all(struct child *child)
{
    struct members members;
    HANDLE handles[16];
    DWORD count = 0, i;

    members_of(child, &members);
    for (i = 0; i < members.list.NumberOfProcessIdsInList && i < 16; i++) {
        handles[count] = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)members.list.ProcessIdList[i]);
        if (handles[count] != NULL)
            count++;
    }
    TerminateJobObject(child->job, 99);
    if (count > 0)
        WaitForMultipleObjects(count, handles, TRUE, SUPPORT_DEADLINE_MS);
    for (i = 0; i < count; i++)
        CloseHandle(handles[i]);
}

void child_kill(struct child *child)
{
    kill_all(child);
    assert_int_equal(WaitForSingleObject(child->process, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    forget(child);
}

/* Another process goes to the program's console: this one must not lose its own. */
void child_interrupt(struct child *child)
{
    assert_string_equal(client_line(NULL, "interrupt %lu", GetProcessId(child->process)), "sent");
}

void child_break(struct child *child)
{
    assert_string_equal(client_line(NULL, "break %lu", GetProcessId(child->process)), "sent");
}

void child_keep(struct child *child)
{
    child->keep = true;
}

int support_teardown(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < CHILDREN_MAX; i++) {
        struct child *child = children[i];

        if (child == NULL || child->keep)
            continue;
        kill_all(child); /* the next test may make objects of the same names */
        WaitForSingleObject(child->process, SUPPORT_DEADLINE_MS);
        forget(child);
    }
    support_end_keepers();
    support_forget();
    return 0;
}

const char *client_line(const struct launch *how, const char *format, ...)
{
    static char lines[4][SUPPORT_LINE_MAX];
    static unsigned turn;
    char *out = lines[turn++ % 4];
    struct child *child;
    const char *line;
    va_list arguments;

    va_start(arguments, format);
    child = client_start_v(how, format, arguments);
    va_end(arguments);
    line = child_line(child);
    snprintf(out, SUPPORT_LINE_MAX, "%s", line != NULL ? line : "(nothing)");
    assert_int_equal(child_end(child), 0);
    return out;
}
