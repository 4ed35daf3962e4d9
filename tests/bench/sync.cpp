/*
 * bench_sync [ROUNDS [PART...]] - locks, snapshots and queues of the library's DLL, as a program
 * calls them, beside what Windows and Boost.Interprocess have.
 *
 * Runs beside a broker with the objects of tests/bench/run.sh, which compiles this, with
 * BENCH_BOOST where Boost's headers are there. All sides of a group take turns, round by round, and
 * each round gives a ratio; the rows show the medians. What cannot be measured says why
 * ("missing"). C++, because Boost is.
 *
 * PART: lock, contended, snapshot, queue; without one, all.
 *
 * Starts itself as workers ("worker NAME INDEX"), which do one job after the other.
 */
#include <windows.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#ifdef BENCH_BOOST
static const char *boost_folder()
{
    return getenv("TEMP");
}
#define BOOST_INTERPROCESS_SHARED_DIR_PATH boost_folder()
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_sharable_mutex.hpp>
namespace ipc = boost::interprocess;
#endif

#include "shmb_fast.h"

namespace
{

constexpr unsigned WORKERS = 4, SLOTS = 1024, BYTES = 64, PAGE = 4096, WINDOW_MS = 60;

enum kind {
    END,
    LOCK_SHMB,
    LOCK_KERNEL,
    LOCK_BOOST,
    WRITE_SHMB,
    WRITE_KERNEL,
    WRITE_SHARABLE,
    ECHO_SHMB,
    ECHO_WAIT,
    ECHO_ATOMIC,
    ECHO_BOOST,
    ECHO_PIPE,
    ECHO_EVENTS,
    STREAM_SHMB,
    STREAM_BOOST,
    STREAM_PIPE,
};

/* What parent and workers share: memory of their own, not of a broker. */
struct alignas(64) shared {
    alignas(64) volatile LONG job, done; /* numbers of jobs */
    volatile LONG kind, workers, count, stop;
    struct alignas(64) {
        volatile LONG64 value;
    } ops[WORKERS];
    struct alignas(64) {
        std::atomic<int64_t> value;
    } ping, pong;
    alignas(64) uint8_t message[2][BYTES];
#ifdef BENCH_BOOST
    alignas(64) ipc::interprocess_mutex mutex;
    alignas(64) ipc::interprocess_sharable_mutex sharable;
#endif
    alignas(64) uint64_t page[PAGE / 8];
};

shared *at;
std::string name;
HANDLE mutex, events[2], pipe = INVALID_HANDLE_VALUE;
shmb_segment *fast, *pair;
shmb_queue *queues[2];
#ifdef BENCH_BOOST
ipc::message_queue *boost_queues[2];
#endif
uint64_t buffer[65536 / 8];
volatile uint64_t sink;
unsigned rounds = 21;

[[noreturn]] void stop_on(const char *what)
{
    char text[256];

    shmb_result_text(shmb_last_failure(NULL, NULL), text, sizeof(text));
    fprintf(stderr, "bench_sync: %s failed: %s (error %lu)\n", what, text, GetLastError());
    exit(1);
}

void need(bool good, const char *what)
{
    if (!good)
        stop_on(what);
}

double now_us()
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER ticks;

    if (frequency.QuadPart == 0)
        QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&ticks);
    return 1e6 * (double)ticks.QuadPart / (double)frequency.QuadPart;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/* memcpy as a call, as a program with another compiler or size would have it. */
void *(*volatile called_memcpy)(void *, const void *, size_t) = memcpy;

/* ---- one protected copy of 64 bytes ---- */

void lock_shmb()
{
    uint64_t done;

    need(shmb_lock(fast, SHMB_INFINITE) == SHMB_OK, "shmb_lock");
    need(shmb_read(fast, 0, buffer, BYTES, &done) == SHMB_OK, "shmb_read");
    need(shmb_unlock(fast) == SHMB_OK, "shmb_unlock");
}

shmb_fast *table;

void lock_inline()
{
    need(shmb_fast_lock(table, SHMB_INFINITE) == SHMB_OK, "shmb_fast_lock");
    need(shmb_fast_read(table, 0, buffer, BYTES) == SHMB_OK, "shmb_fast_read");
    need(shmb_fast_unlock(table) == SHMB_OK, "shmb_fast_unlock");
}

CRITICAL_SECTION section;

void lock_section()
{
    EnterCriticalSection(&section);
    memcpy(buffer, at->page, BYTES);
    LeaveCriticalSection(&section);
}

void lock_kernel()
{
    WaitForSingleObject(mutex, INFINITE);
    memcpy(buffer, at->page, BYTES);
    ReleaseMutex(mutex);
}

#ifdef BENCH_BOOST
void lock_boost()
{
    at->mutex.lock();
    memcpy(buffer, at->page, BYTES);
    at->mutex.unlock();
}
#endif

/* ---- a page that is written all the time ---- */

void write_page(kind kind, uint64_t value)
{
    std::fill_n(buffer, PAGE / 8, value);
    switch (kind) {
    case WRITE_SHMB:
        need(shmb_update(pair, 0, buffer, PAGE, SHMB_INFINITE, NULL) == SHMB_OK, "shmb_update");
        break;
    case WRITE_KERNEL:
        WaitForSingleObject(mutex, INFINITE);
        memcpy(at->page, buffer, PAGE);
        ReleaseMutex(mutex);
        break;
    default:
#ifdef BENCH_BOOST
        at->sharable.lock();
        memcpy(at->page, buffer, PAGE);
        at->sharable.unlock();
#endif
        break;
    }
}

void read_page(kind kind)
{
    int32_t result;

    switch (kind) {
    case WRITE_SHMB:
        do /* without `snapshots: double`, a writer that never rests starves it */
            result = shmb_snapshot(pair, 0, buffer, PAGE, NULL);
        while (result == SHMB_BUSY);
        need(result == SHMB_OK, "shmb_snapshot");
        break;
    case WRITE_KERNEL:
        WaitForSingleObject(mutex, INFINITE);
        memcpy(buffer, at->page, PAGE);
        ReleaseMutex(mutex);
        break;
    default:
#ifdef BENCH_BOOST
        at->sharable.lock_sharable();
        memcpy(buffer, at->page, PAGE);
        at->sharable.unlock_sharable();
#endif
        break;
    }
}

/* ---- messages of 64 bytes; end 0 is the parent's, end 1 the worker's ---- */

void put(kind kind, unsigned end)
{
    DWORD moved;

    switch (kind) {
    case ECHO_SHMB:
    case ECHO_WAIT:
    case STREAM_SHMB:
        need(shmb_queue_put(queues[end], buffer, BYTES, SHMB_INFINITE) == SHMB_OK,
             "shmb_queue_put");
        break;
#ifdef BENCH_BOOST
    case ECHO_BOOST:
    case STREAM_BOOST:
        boost_queues[end]->send(buffer, BYTES, 0);
        break;
#endif
    case ECHO_PIPE:
    case STREAM_PIPE:
        need(WriteFile(pipe, buffer, BYTES, &moved, NULL) && moved == BYTES, "WriteFile");
        break;
    case ECHO_EVENTS:
        memcpy(at->message[end], buffer, BYTES);
        SetEvent(events[end]);
        break;
    case ECHO_ATOMIC: {
        std::atomic<int64_t> &count = end == 0 ? at->ping.value : at->pong.value;

        memcpy(at->message[end], buffer, BYTES);
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        break;
    }
    default:
        stop_on("a message");
    }
}

/* Without a spin, as a loop does that also waits for other things. */
void get_by_event(shmb_queue *queue)
{
    uint32_t length;
    int32_t result;
    void *event;

    while ((result = shmb_queue_get(queue, buffer, BYTES, &length, 0)) == SHMB_TIMEOUT) {
        need(shmb_queue_event(queue, &event) == SHMB_OK, "shmb_queue_event");
        WaitForSingleObject(event, SHMB_RECHECK_MS);
    }
    need(result == SHMB_OK, "shmb_queue_get");
}

/* `number`: of the message, from 1. */
void get(kind kind, unsigned end, LONG64 number)
{
    DWORD moved, part;

    switch (kind) {
    case ECHO_WAIT:
        get_by_event(queues[1 - end]);
        break;
    case ECHO_SHMB:
    case STREAM_SHMB: {
        uint32_t length;

        need(shmb_queue_get(queues[1 - end], buffer, BYTES, &length, SHMB_INFINITE) == SHMB_OK &&
                 length == BYTES,
             "shmb_queue_get");
        break;
    }
#ifdef BENCH_BOOST
    case ECHO_BOOST:
    case STREAM_BOOST: {
        ipc::message_queue::size_type length;
        unsigned priority;

        boost_queues[1 - end]->receive(buffer, BYTES, length, priority);
        break;
    }
#endif
    case ECHO_PIPE:
    case STREAM_PIPE:
        for (moved = 0; moved < BYTES; moved += part)
            need(ReadFile(pipe, (char *)buffer + moved, BYTES - moved, &part, NULL), "ReadFile");
        break;
    case ECHO_EVENTS:
        WaitForSingleObject(events[1 - end], INFINITE);
        memcpy(buffer, at->message[1 - end], BYTES);
        break;
    case ECHO_ATOMIC: {
        const std::atomic<int64_t> &count = end == 0 ? at->pong.value : at->ping.value;

        while (count.load(std::memory_order_acquire) < number)
            YieldProcessor();
        memcpy(buffer, at->message[1 - end], BYTES);
        break;
    }
    default:
        stop_on("a message");
    }
}

/* ---- jobs ---- */

void begin_job(kind kind, unsigned workers, unsigned count)
{
    at->kind = kind;
    at->workers = (LONG)workers;
    at->count = (LONG)count;
    at->stop = at->done = 0;
    at->ping.value = 0;
    at->pong.value = 0;
    for (unsigned i = 0; i < WORKERS; i++)
        at->ops[i].value = 0;
    InterlockedIncrement(&at->job);
}

void await_done()
{
    while (at->done < at->workers)
        Sleep(1);
}

void end_job()
{
    InterlockedExchange(&at->stop, 1);
    await_done();
}

void work(kind kind, unsigned index)
{
    LONG64 ops = 0;

    switch (kind) {
    case LOCK_SHMB:
    case LOCK_KERNEL:
    case LOCK_BOOST:
        for (; at->stop == 0; at->ops[index].value = ++ops)
            if (kind == LOCK_SHMB)
                lock_shmb();
            else if (kind == LOCK_KERNEL)
                lock_kernel();
#ifdef BENCH_BOOST
            else
                lock_boost();
#endif
        break;
    case WRITE_SHMB:
    case WRITE_KERNEL:
    case WRITE_SHARABLE:
        for (; at->stop == 0; at->ops[index].value = ++ops)
            write_page(kind, (uint64_t)ops);
        break;
    case STREAM_SHMB:
    case STREAM_BOOST:
    case STREAM_PIPE:
        for (; ops < at->count; ops++)
            put(kind, 1);
        break;
    default:
        for (; ops < at->count; ops++) {
            get(kind, 1, ops + 1);
            put(kind, 1);
        }
        break;
    }
}

/* Opens what is there; the parent makes its own objects first. */
void open_all(bool parent)
{
    const std::string local = "Local\\" + name;
    HANDLE map = parent ? CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                             sizeof(shared), (local + ".map").c_str())
                        : OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, (local + ".map").c_str());

    need(map != NULL, "the shared memory of the benchmark");
    at = (shared *)MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    need(at != NULL, "MapViewOfFile");
    if (parent)
        new (at) shared();
    mutex = CreateMutexA(NULL, FALSE, (local + ".mutex").c_str());
    events[0] = CreateEventA(NULL, FALSE, FALSE, (local + ".0").c_str());
    events[1] = CreateEventA(NULL, FALSE, FALSE, (local + ".1").c_str());
    if (shmb_open("BenchFast", SHMB_WRITE, 0, &fast) != SHMB_OK)
        fast = NULL;
    if (shmb_open("BenchPair4K", SHMB_WRITE, 0, &pair) != SHMB_OK)
        pair = NULL;
    if (shmb_queue_open("BenchPing", SHMB_WRITE, 0, &queues[0]) != SHMB_OK ||
        shmb_queue_open("BenchPong", SHMB_WRITE, 0, &queues[1]) != SHMB_OK)
        queues[0] = queues[1] = NULL;
#ifdef BENCH_BOOST
    for (unsigned i = 0; i < 2; i++) {
        const std::string queue = name + (i == 0 ? ".ping" : ".pong");

        if (parent)
            ipc::message_queue::remove(queue.c_str());
        boost_queues[i] =
            parent ? new ipc::message_queue(ipc::create_only, queue.c_str(), SLOTS, BYTES)
                   : new ipc::message_queue(ipc::open_only, queue.c_str());
    }
#endif
}

int worker(unsigned index)
{
    LONG seen = 0;

    open_all(false);
    if (index == 0) {
        pipe = CreateFileA(("\\\\.\\pipe\\" + name).c_str(), GENERIC_READ | GENERIC_WRITE, 0, NULL,
                           OPEN_EXISTING, 0, NULL);
        need(pipe != INVALID_HANDLE_VALUE, "CreateFile of the pipe");
    }
    for (;;) {
        while (at->job == seen)
            Sleep(1);
        seen = at->job;
        if (at->kind == END)
            return 0;
        if (index < (unsigned)at->workers) {
            work((kind)at->kind, index);
            InterlockedIncrement(&at->done);
        }
    }
}

void start_workers(const char *program)
{
    pipe = CreateNamedPipeA(("\\\\.\\pipe\\" + name).c_str(), PIPE_ACCESS_DUPLEX,
                            PIPE_TYPE_BYTE | PIPE_WAIT, 1, 65536, 65536, 0, NULL);
    need(pipe != INVALID_HANDLE_VALUE, "CreateNamedPipe");
    for (unsigned i = 0; i < WORKERS; i++) {
        STARTUPINFOA startup = {};
        PROCESS_INFORMATION made;
        std::string line =
            "\"" + std::string(program) + "\" worker " + name + " " + std::to_string(i);

        startup.cb = sizeof(startup);
        need(CreateProcessA(NULL, &line[0], NULL, NULL, FALSE, 0, NULL, NULL, &startup, &made),
             "CreateProcess");
        CloseHandle(made.hThread);
        CloseHandle(made.hProcess);
    }
    need(ConnectNamedPipe(pipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED,
         "ConnectNamedPipe");
}

/* ---- rows ---- */

/* A way to do the same thing; the first of a group is ours. */
struct side {
    const char *row;               /* the name of the row that compares ours with it */
    const char *missing;           /* NULL: it can be measured */
    double (*round)(const side &); /* microseconds for one */
    kind which;
    unsigned count;
    void (*call)();
    std::vector<double> us = {}, ratio = {};
};

void missing(const char *row, const char *why)
{
    printf("missing\t%s\t%u\t%s\n", row, (unsigned)sizeof(void *) * 8, why);
}

void value(const char *row, double number, const char *unit)
{
    printf("value\t%s\t%u\t%.4f\t%s\t%u\n", row, (unsigned)sizeof(void *) * 8, number, unit,
           rounds);
    fflush(stdout);
}

void group(std::vector<side> sides)
{
    for (unsigned r = 0; r < rounds; r++) {
        for (size_t i = 0; i < sides.size(); i++) {
            side &one = sides[(i + r) % sides.size()]; /* each is first, in turn */

            if (one.missing == NULL)
                one.us.push_back(one.round(one));
        }
        for (side &one : sides)
            if (one.missing == NULL && sides[0].missing == NULL)
                one.ratio.push_back(sides[0].us.back() / one.us.back());
    }
    for (size_t i = 1; i < sides.size(); i++) {
        const side &one = sides[i];

        if (one.missing != NULL || sides[0].missing != NULL)
            missing(one.row, one.missing != NULL ? one.missing : sides[0].missing);
        else
            printf("row\t%s\t%u\t%.6g\t%.6g\t%.6g\tus\t%u\n", one.row, (unsigned)sizeof(void *) * 8,
                   median(one.ratio), median(sides[0].us), median(one.us), rounds);
    }
    fflush(stdout);
}

double loop_round(const side &one)
{
    const double from = now_us();

    for (unsigned i = 0; i < one.count; i++)
        one.call();
    return (now_us() - from) / one.count;
}

#ifdef BENCH_BOOST
const char *const no_boost = NULL;
#else
const char *const no_boost = "Boost's headers are not installed";
#endif
const char *no_queue()
{
    return queues[0] == NULL ? "the broker holds no queue BenchPing" : NULL;
}

/* `ours` and what it is called, beside the same peers. */
void one_free_lock(const std::string &name, void (*ours)(), const char *no_lock)
{
    const std::string section_row = name + "/critical section", kernel_row = name + "/kernel mutex",
                      boost_row = name + "/boost mutex";

    group({
        {"", no_lock, loop_round, END, 200000, ours},
        {section_row.c_str(), NULL, loop_round, END, 200000, lock_section},
        {kernel_row.c_str(), NULL, loop_round, END, 2000, lock_kernel},
#ifdef BENCH_BOOST
        {boost_row.c_str(), NULL, loop_round, END, 200000, lock_boost},
#else
        {boost_row.c_str(), no_boost, loop_round, END, 1, NULL},
#endif
    });
}

void free_lock()
{
    const char *no_lock = fast == NULL ? "the broker holds no segment BenchFast" : NULL;

    InitializeCriticalSection(&section);
    one_free_lock("lock", lock_shmb, no_lock);
    if (no_lock == NULL && shmb_fast_begin(fast, SHMB_FAST_VERSION, &table) != SHMB_OK)
        stop_on("shmb_fast_begin");
    one_free_lock("lock, shmb_fast.h", lock_inline, no_lock);
    shmb_fast_end(table);
}

/* Microseconds for one, all processes together; sums what each did. */
std::vector<LONG64> fairness;

double contended_round(const side &one)
{
    LONG64 all = 0;
    double from, took;

    begin_job(one.which, one.count, 0);
    Sleep(5); /* all have begun */
    for (unsigned i = 0; i < one.count; i++)
        all -= at->ops[i].value;
    from = now_us();
    Sleep(WINDOW_MS);
    for (unsigned i = 0; i < one.count; i++)
        all += at->ops[i].value;
    took = now_us() - from;
    end_job();
    if (one.which == LOCK_SHMB)
        for (unsigned i = 0; i < one.count; i++)
            fairness[i] += at->ops[i].value;
    return took / (double)std::max<LONG64>(all, 1);
}

void contended_lock(unsigned processes)
{
    const char *no_lock = fast == NULL ? "the broker holds no segment BenchFast" : NULL;
    const std::string row = "lock, " + std::to_string(processes) + " processes/";
    const std::string kernel = row + "kernel mutex", boost = row + "boost mutex",
                      fair = row + "slowest to fastest";

    fairness.assign(processes, 0);
    group({
        {"", no_lock, contended_round, LOCK_SHMB, processes, NULL},
        {kernel.c_str(), NULL, contended_round, LOCK_KERNEL, processes, NULL},
        {boost.c_str(), no_boost, contended_round, LOCK_BOOST, processes, NULL},
    });
    if (no_lock != NULL)
        missing(fair.c_str(), no_lock);
    else
        value(fair.c_str(),
              (double)*std::min_element(fairness.begin(), fairness.end()) /
                  (double)*std::max_element(fairness.begin(), fairness.end()),
              "");
}

shmb_segment *shown;
unsigned shown_bytes;

void snapshot_shown()
{
    need(shmb_snapshot(shown, 0, buffer, shown_bytes, NULL) == SHMB_OK, "shmb_snapshot");
}

void memcpy_shown()
{
    static void *data;
    static shmb_segment *of;

    if (of != shown) {
        need(shmb_data(shown, &data) == SHMB_OK, "shmb_data");
        of = shown;
    }
    called_memcpy(buffer, data, shown_bytes);
}

void still_snapshots()
{
    static const struct {
        const char *segment, *row;
        unsigned bytes, count;
    } sizes[] = {
        {"BenchPair64", "snapshot 64 B/memcpy", 64, 300000},
        {"BenchPair4K", "snapshot 4 KiB/memcpy", 4096, 100000},
        {"BenchPair64K", "snapshot 64 KiB/memcpy", 65536, 5000},
    };

    for (const auto &size : sizes) {
        shown_bytes = size.bytes;
        if (shmb_open(size.segment, SHMB_READ, 0, &shown) != SHMB_OK) {
            missing(size.row, "the broker holds no segment with `snapshots: double`");
            continue;
        }
        group({
            {"", NULL, loop_round, END, size.count, snapshot_shown},
            {size.row, NULL, loop_round, END, size.count, memcpy_shown},
        });
        need(shmb_close(shown) == SHMB_OK, "shmb_close");
    }
}

double busy_round(const side &one)
{
    unsigned reads = 0;
    double from, now;

    begin_job(one.which, 1, 0);
    while (at->ops[0].value < 10)
        Sleep(0);
    from = now_us();
    do {
        for (unsigned i = 0; i < 8; i++, reads++)
            read_page(one.which);
        now = now_us();
    } while (now - from < 1e3 * WINDOW_MS);
    end_job();
    return (now - from) / reads;
}

bool same_words(const uint64_t *words)
{
    for (unsigned i = 1; i < PAGE / 8; i++)
        if (words[i] != words[0])
            return false;
    return true;
}

/* In place, to see each retry, and each word of each copy. */
void retries()
{
    uint64_t tries = 0, reads = 0, torn = 0;

    begin_job(WRITE_SHMB, 1, 0);
    while (at->ops[0].value < 10)
        Sleep(0);
    for (double from = now_us(); now_us() - from < 1e3 * WINDOW_MS * rounds;) {
        const void *data;
        uint64_t ticket;

        need(shmb_read_published(pair, SHMB_INFINITE, &data, &ticket) == SHMB_OK,
             "shmb_read_published");
        tries++;
        memcpy(buffer, data, PAGE);
        if (shmb_read_valid(pair, ticket) != SHMB_OK)
            continue;
        reads++;
        torn += !same_words(buffer);
        need(shmb_snapshot(pair, 0, buffer, PAGE, NULL) == SHMB_OK, "shmb_snapshot");
        torn += !same_words(buffer);
    }
    end_job();
    value("snapshot, busy writer/retries a read", (double)(tries - reads) / (double)reads, "");
    value("snapshot, busy writer/torn", (double)torn, "");
}

void busy_snapshots()
{
    const char *no_pair = pair == NULL ? "the broker holds no segment BenchPair4K" : NULL;

    group({
        {"", no_pair, busy_round, WRITE_SHMB, 1, NULL},
        {"snapshot, busy writer/kernel mutex", NULL, busy_round, WRITE_KERNEL, 1, NULL},
        {"snapshot, busy writer/boost sharable mutex", no_boost, busy_round, WRITE_SHARABLE, 1,
         NULL},
    });
    if (no_pair == NULL) {
        retries();
        return;
    }
    missing("snapshot, busy writer/retries a read", no_pair);
    missing("snapshot, busy writer/torn", no_pair);
}

double echo_round(const side &one)
{
    double from;

    begin_job(one.which, 1, one.count + 1);
    put(one.which, 0); /* the first wakes the worker */
    get(one.which, 0, 1);
    from = now_us();
    for (unsigned i = 0; i < one.count; i++) {
        put(one.which, 0);
        get(one.which, 0, i + 2);
    }
    from = now_us() - from;
    await_done();
    return from / one.count;
}

double stream_round(const side &one)
{
    double from;

    begin_job(one.which, 1, one.count + 1);
    get(one.which, 0, 1);
    from = now_us();
    for (unsigned i = 0; i < one.count; i++)
        get(one.which, 0, i + 2);
    from = now_us() - from;
    await_done();
    return from / one.count;
}

void messages()
{
    /* So many that a round lasts longer than the system needs to give each end a processor. */
    group({
        {"", no_queue(), echo_round, ECHO_SHMB, 20000, NULL},
        {"queue, round trip/atomic", NULL, echo_round, ECHO_ATOMIC, 20000, NULL},
        {"queue, round trip/boost queue", no_boost, echo_round, ECHO_BOOST, 1000, NULL},
        {"queue, round trip/pipe", NULL, echo_round, ECHO_PIPE, 300, NULL},
    });
    group({
        {"", no_queue(), echo_round, ECHO_WAIT, 300, NULL},
        {"queue, blocking/two events", NULL, echo_round, ECHO_EVENTS, 300, NULL},
    });
    group({
        {"", no_queue(), stream_round, STREAM_SHMB, 100000, NULL},
        {"queue, stream/pipe", NULL, stream_round, STREAM_PIPE, 3000, NULL},
        {"queue, stream/boost queue", no_boost, stream_round, STREAM_BOOST, 20000, NULL},
    });
}

std::vector<std::string> wanted;

bool wants(const char *part)
{
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), part) != wanted.end();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "worker") == 0) {
        name = argv[2];
        return worker((unsigned)atoi(argv[3]));
    }
    if (argc > 1)
        rounds = (unsigned)atoi(argv[1]);
    for (int i = 2; i < argc; i++)
        wanted.push_back(argv[i]);
    if (rounds == 0 || rounds > 1000) {
        fprintf(stderr, "bench_sync: 1 to 1000 rounds\n");
        return 2;
    }
    name = "ShmbBench." + std::to_string(GetCurrentProcessId());
    open_all(true);
    start_workers(argv[0]);
    if (wants("lock"))
        free_lock();
    if (wants("contended")) {
        contended_lock(2);
        contended_lock(4);
    }
    if (wants("snapshot")) {
        still_snapshots();
        busy_snapshots();
    }
    if (wants("queue"))
        messages();
    begin_job(END, 0, 0);
#ifdef BENCH_BOOST
    ipc::message_queue::remove((name + ".ping").c_str());
    ipc::message_queue::remove((name + ".pong").c_str());
#endif
    return 0;
}
