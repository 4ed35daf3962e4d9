#include "requesting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request_message.h"
#include "shmb.h"

#define FILLING  0xA5u
#define MANY_MAX 64

/* ---- asking ---------------------------------------------------------------------------- */

static uint32_t kind_of(const char *word)
{
    if (strcmp(word, "mutex") == 0)
        return SHMB_KIND_MUTEX;
    if (strcmp(word, "event") == 0)
        return SHMB_KIND_EVENT;
    return strcmp(word, "semaphore") == 0 ? SHMB_KIND_SEMAPHORE : SHMB_KIND_SEGMENT;
}

typedef int32_t SHMB_CALL asking(const char *name, uint64_t bytes,
                                 const shmb_request_options *options, shmb_request_info *info);

static const char *answer_of(asking *call, const char *name, uint64_t bytes, const char *kind)
{
    static char text[128];
    const ULONGLONG end = GetTickCount64() + SUPPORT_DEADLINE_MS;
    shmb_request_options options = {.size = sizeof(options), .kind = kind_of(kind)};
    shmb_request_info info = {.size = sizeof(info)};
    int32_t result;

    options.timeout_ms = SUPPORT_DEADLINE_MS;
    options.maximum = options.kind == SHMB_KIND_SEMAPHORE ? 3 : 0;
    /* Who asks too often, or too many at a time, is told to come again. */
    while ((result = call(name, bytes, &options, &info)) == SHMB_BUSY && GetTickCount64() < end)
        Sleep(info.retry_ms);
    if (result == SHMB_OK)
        return info.made != 0 ? "made" : "exists";
    snprintf(text, sizeof(text), "%d %u %llu %llu", (int)result, (unsigned)info.reason,
             (unsigned long long)info.used, (unsigned long long)info.most);
    return text;
}

const char *requesting_request(const char *name, uint64_t bytes)
{
    return answer_of(shmb_request, name, bytes, "segment");
}

const char *requesting_ask(const char *name, uint64_t bytes)
{
    return answer_of(shmb_request_ask, name, bytes, "segment");
}

/* ---- verbs ------------------------------------------------------------------------------ */

static int do_request(int argc, char **argv)
{
    client_say("%s", answer_of(shmb_request, argv[0], strtoull(argv[1], NULL, 0),
                               argc > 2 ? argv[2] : "segment"));
    return 0;
}

static int do_ask(int argc, char **argv)
{
    (void)argc;
    client_say("%s", requesting_ask(argv[0], strtoull(argv[1], NULL, 0)));
    return 0;
}

static int do_release(int argc, char **argv)
{
    (void)argc;
    client_say("%d", (int)shmb_release(argv[0], SUPPORT_DEADLINE_MS));
    return 0;
}

static int keep(char **argv, bool lock)
{
    const char *answer = requesting_request(argv[0], strtoull(argv[1], NULL, 0));
    shmb_segment *segment = NULL;
    int32_t result;

    client_say("%s", answer);
    if (strcmp(answer, "made") != 0 && strcmp(answer, "exists") != 0)
        return 0;
    result = shmb_open(argv[0], SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment);
    if (result == SHMB_OK && lock)
        result = shmb_lock(segment, SUPPORT_DEADLINE_MS);
    client_say("open %d", (int)result);
    client_wait_for_end();
    return result != SHMB_OK || shmb_close(segment) != SHMB_OK;
}

static int do_keep(int argc, char **argv)
{
    (void)argc;
    return keep(argv, false);
}

static int do_lock(int argc, char **argv)
{
    (void)argc;
    return keep(argv, true);
}

static int do_many(int argc, char **argv)
{
    shmb_segment *kept[MANY_MAX];
    const char *answer = "made";
    char name[128];
    int i;

    (void)argc;
    for (i = 0; i < atoi(argv[2]) && i < MANY_MAX && strcmp(answer, "made") == 0; i++) {
        snprintf(name, sizeof(name), "%s%d", argv[0], i);
        answer = requesting_request(name, strtoull(argv[1], NULL, 0));
        if (strcmp(answer, "made") == 0 &&
            shmb_open(name, SHMB_WRITE, SUPPORT_DEADLINE_MS, &kept[i]) != SHMB_OK)
            answer = "cannot be opened";
    }
    client_say("kept %d, %s", i - (strcmp(answer, "made") != 0), answer);
    client_wait_for_end();
    return 0;
}

static bool is_filled_with(shmb_segment *segment, size_t bytes, uint8_t byte)
{
    uint8_t *content = malloc(bytes);
    bool all = content != NULL && shmb_read(segment, 0, content, bytes, NULL) == SHMB_OK;
    size_t i;

    for (i = 0; all && i < bytes; i++)
        all = content[i] == byte;
    free(content);
    return all;
}

static bool fill(shmb_segment *segment, size_t bytes)
{
    uint8_t *content = malloc(bytes);
    bool done;

    if (content == NULL)
        return false;
    memset(content, FILLING, bytes);
    done = shmb_write(segment, 0, content, bytes, NULL) == SHMB_OK;
    free(content);
    return done;
}

/* What the first one finds is zeros; what the others find is what it wrote. */
static const char *share(const char *name, size_t bytes)
{
    shmb_segment *segment;
    const char *said;
    int32_t first;

    if (shmb_open(name, SHMB_WRITE, SUPPORT_DEADLINE_MS, &segment) != SHMB_OK)
        return "cannot be opened";
    if (shmb_first(segment, SUPPORT_DEADLINE_MS, &first) != SHMB_OK)
        return "nobody knows who is first";
    if (first == 0)
        return is_filled_with(segment, bytes, FILLING) ? "filled" : "not filled";
    said = is_filled_with(segment, bytes, 0) && fill(segment, bytes) ? "first" : "not zeros";
    return shmb_init_done(segment) == SHMB_OK ? said : "not done";
}

static int do_race(int argc, char **argv)
{
    HANDLE start = OpenEventW(SYNCHRONIZE, FALSE, support_wide(argv[2]));
    const char *answer;

    (void)argc;
    client_say(start != NULL ? "ready" : "no event");
    if (WaitForSingleObject(start, INFINITE) != WAIT_OBJECT_0)
        return 1;
    answer = requesting_request(argv[0], strtoull(argv[1], NULL, 0));
    client_say("%s; %s", answer, share(argv[0], (size_t)strtoull(argv[1], NULL, 0)));
    client_wait_for_end();
    return 0;
}

static int do_cycle(int argc, char **argv)
{
    char name[128];
    int i;

    (void)argc;
    for (i = 0; i < atoi(argv[2]); i++) {
        const char *answer;
        int32_t result;

        snprintf(name, sizeof(name), "%s%d", argv[0], i);
        answer = requesting_request(name, strtoull(argv[1], NULL, 0));
        if (strcmp(answer, "made") != 0) {
            client_say("%s: %s", name, answer);
            return 1;
        }
        while ((result = shmb_release(name, SUPPORT_DEADLINE_MS)) == SHMB_BUSY)
            Sleep(1); /* it asks faster than it may */
        if (result != SHMB_OK) {
            client_say("%s: released with %d", name, (int)result);
            return 1;
        }
    }
    client_say("done");
    return 0;
}

/* Does not wait where it is told to. */
static int do_hurry(int argc, char **argv)
{
    shmb_request_options options = {.size = sizeof(options), .kind = SHMB_KIND_SEGMENT};
    bool served = false, put_off = false;
    int i;

    (void)argc;
    options.timeout_ms = SUPPORT_DEADLINE_MS;
    for (i = 0; i < atoi(argv[2]); i++) {
        shmb_request_info info = {.size = sizeof(info)};
        int32_t result = shmb_request_ask(argv[0], strtoull(argv[1], NULL, 0), &options, &info);

        if (result == SHMB_BUSY && info.reason == SHMB_REASON_RATE && info.retry_ms > 0)
            put_off = true;
        else if (result == SHMB_OK)
            served = true;
        else
            client_say("%d %u", (int)result, (unsigned)info.reason);
    }
    client_say("%s, %s", served ? "served" : "not served", put_off ? "put off" : "not put off");
    return 0;
}

static const struct verb requesting_verbs[] = {
    {"request", 2, do_request}, {"ask", 2, do_ask},     {"release", 1, do_release},
    {"keep", 2, do_keep},       {"lock", 2, do_lock},   {"many", 3, do_many},
    {"race", 3, do_race},       {"cycle", 3, do_cycle}, {"hurry", 3, do_hurry}};
#define VERBS (sizeof(requesting_verbs) / sizeof(requesting_verbs[0]))

void requesting_client(const struct verb *own, size_t count)
{
    struct verb verbs[32];
    size_t i;

    assert_in_range(count, 0, sizeof(verbs) / sizeof(verbs[0]) - VERBS);
    memcpy(verbs, requesting_verbs, sizeof(requesting_verbs));
    for (i = 0; i < count; i++)
        verbs[VERBS + i] = own[i];
    support_client(verbs, VERBS + count);
}

/* ---- what a test expects ------------------------------------------------------------------ */

void requesting_expect(const struct launch *how, const char *line, const char *command)
{
    const char *said = client_line(how, "%s", command);

    if (strcmp(said, line) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", command, said, line);
}

struct child *requesting_start(const struct launch *how, const char *line, const char *command)
{
    struct child *child = client_start(how, "%s", command);

    child_expect(child, line);
    return child;
}

static bool is_held(const char *name)
{
    shmb_info info = {.size = sizeof(info)};

    return shmb_describe(name, &info) == SHMB_OK && info.state == SHMB_STATE_HELD;
}

static void await(const char *name, bool held)
{
    const ULONGLONG end = GetTickCount64() + SUPPORT_DEADLINE_MS;

    while (is_held(name) != held) {
        if (GetTickCount64() > end)
            fail_msg("%s is %s", name, held ? "not held" : "held for ever");
        Sleep(20);
    }
}

void requesting_await_gone(const char *name)
{
    await(name, false);
}

void requesting_await_held(const char *name)
{
    await(name, true);
}

uint64_t requesting_generation(const char *name)
{
    shmb_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_describe(name, &info), SHMB_OK);
    return info.generation;
}

bool requesting_pipe_is_there(void)
{
    HANDLE pipe = CreateFileW(L"" SHMB_REQUEST_PIPE, READ_CONTROL, 0, NULL, OPEN_EXISTING,
                              SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        return GetLastError() != ERROR_FILE_NOT_FOUND;
    CloseHandle(pipe);
    return true;
}
