#include "peer.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"

#define TIMES_MAX 100000u

/* What the thread that watches has seen since the last report. */
static struct watched {
    CRITICAL_SECTION lock;
    const struct peer_port *port;
    size_t size;
    void *bytes;
    double times[TIMES_MAX]; /* microseconds */
    unsigned seen, torn;
    volatile LONG prints;
    HANDLE thread;
} watched;

/* A line of one call is not mixed with another thread's. */
static void say(const char *form, ...)
{
    char line[256];
    DWORD done;
    va_list values;
    int length;

    va_start(values, form);
    length = vsnprintf(line, sizeof(line) - 1, form, values);
    va_end(values);
    if (length < 0)
        return;
    if (length > (int)sizeof(line) - 2)
        length = (int)sizeof(line) - 2;
    line[length++] = '\n';
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)length, &done, NULL);
}

static uint64_t ticks(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return (uint64_t)now.QuadPart;
}

static double microseconds(uint64_t duration)
{
    LARGE_INTEGER frequency;

    QueryPerformanceFrequency(&frequency);
    return (double)duration * 1e6 / (double)frequency.QuadPart;
}

static DWORD WINAPI watch(void *unused)
{
    uint64_t change = 0;
    const char *wrong;

    (void)unused;
    while ((wrong = watched.port->next(watched.bytes, watched.size, &change)) == NULL) {
        uint64_t now = ticks();
        struct content_value value;
        enum content_state state = content_check(watched.bytes, watched.size, &value);

        EnterCriticalSection(&watched.lock);
        if (watched.seen < TIMES_MAX)
            watched.times[watched.seen] = microseconds(now - value.stamp);
        watched.seen++;
        watched.torn += state == CONTENT_TORN;
        LeaveCriticalSection(&watched.lock);
        if (watched.prints)
            say("seen %lu %llu %s %llu", (unsigned long)value.writer,
                (unsigned long long)value.number, content_state_text(state),
                (unsigned long long)change);
    }
    say("error the watch ended: %s", wrong);
    return 0;
}

static int compared(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void report(void)
{
    unsigned timed;

    EnterCriticalSection(&watched.lock);
    timed = watched.seen < TIMES_MAX ? watched.seen : TIMES_MAX;
    qsort(watched.times, timed, sizeof(watched.times[0]), compared);
    say("report %u %u %.1f %.1f", watched.seen, watched.torn,
        timed > 0 ? watched.times[timed / 2] : 0.0,
        timed > 0 ? watched.times[timed - 1 - timed / 100] : 0.0);
    watched.seen = watched.torn = 0;
    LeaveCriticalSection(&watched.lock);
}

static void begin_watch(int prints)
{
    watched.prints = prints;
    if (watched.thread == NULL)
        watched.thread = CreateThread(NULL, 0, watch, NULL, 0, NULL);
    say(watched.thread != NULL ? "watching" : "error no thread");
}

/* Sleep is too coarse for a pause of less than some milliseconds. */
static void pause_us(uint64_t begun, double duration)
{
    while (microseconds(ticks() - begun) < duration)
        Sleep(microseconds(ticks() - begun) + 2000 < duration ? 1 : 0);
}

/* Writes values until `count` are written or `duration` microseconds are over. */
static void storm(const struct peer_port *port, void *bytes, size_t size,
                  struct content_value value, uint64_t count, double pause, double duration)
{
    const char *wrong = NULL;
    uint64_t change = 0, begun = ticks();

    while (count-- > 0 && wrong == NULL && microseconds(ticks() - begun) < duration) {
        content_fill(bytes, size, &value);
        value.stamp = ticks();
        content_stamp(bytes, value.stamp);
        wrong = port->put(bytes, size, &change);
        value.number++;
        if (wrong == NULL && pause > 0)
            pause_us(value.stamp, pause);
        else
            Sleep(0); /* all who read share the processors with this loop */
    }
    if (wrong != NULL)
        say("error %s", wrong);
    else
        say("storm %llu %llu", (unsigned long long)(value.number - 1), (unsigned long long)change);
}

static void get(const struct peer_port *port, void *bytes, size_t size)
{
    struct content_value value;
    uint64_t change = 0;
    const char *wrong = port->get(bytes, size, &change);
    enum content_state state;

    if (wrong != NULL) {
        say("error %s", wrong);
        return;
    }
    state = content_check(bytes, size, &value);
    say("value %lu %llu %s %llu", (unsigned long)value.writer, (unsigned long long)value.number,
        content_state_text(state), (unsigned long long)change);
}

static void put(const struct peer_port *port, void *bytes, size_t size, struct content_value value)
{
    const char *wrong;
    uint64_t change = 0;

    value.stamp = ticks();
    content_fill(bytes, size, &value);
    wrong = port->put(bytes, size, &change);
    if (wrong != NULL)
        say("error %s", wrong);
    else
        say("put %llu", (unsigned long long)change);
}

static void obey(const struct peer_port *port, void *bytes, size_t size, const char *line)
{
    struct content_value value = {0};
    unsigned long writer, pause;
    unsigned long long number, count;

    if (sscanf(line, "put %lu %llu", &writer, &number) == 2) {
        value.writer = writer;
        value.number = number;
        put(port, bytes, size, value);
    } else if (sscanf(line, "storm %lu %llu %llu %lu", &writer, &number, &count, &pause) == 4) {
        value.writer = writer;
        value.number = number;
        storm(port, bytes, size, value, count, pause, 1e12);
    } else if (sscanf(line, "rush %lu %llu %lu", &writer, &number, &pause) == 3) {
        value.writer = writer;
        value.number = number;
        storm(port, bytes, size, value, UINT64_MAX, 0, pause * 1000.0);
    } else if (strncmp(line, "get", 3) == 0) {
        get(port, bytes, size);
    } else if (strncmp(line, "watch", 5) == 0) {
        begin_watch(1);
    } else if (strncmp(line, "count", 5) == 0) {
        begin_watch(0);
    } else if (strncmp(line, "report", 6) == 0) {
        report();
    } else {
        say("error no such command");
    }
}

int peer_serve(const struct peer_port *port, size_t size)
{
    char line[256];
    void *bytes;

    if (size < CONTENT_LEAST) {
        say("error %u bytes at least", CONTENT_LEAST);
        return 1;
    }
    InitializeCriticalSection(&watched.lock);
    watched.port = port;
    watched.size = size;
    watched.bytes = malloc(size);
    bytes = malloc(size);
    if (watched.bytes == NULL || bytes == NULL) {
        say("error no memory");
        return 1;
    }
    say("ready %llu", (unsigned long long)size);
    while (fgets(line, sizeof(line), stdin) != NULL)
        obey(port, bytes, size, line);
    return 0;
}
