/*
 * bench_requests [REQUESTS [ROUNDS [CYCLES]]] - objects on request, by a broker that runs with a
 * rule for BenchAsked.*, released by who asked.
 *
 * Each round asks for REQUESTS segments with their locks, one after the other, and releases them;
 * then it creates the same objects in a bare loop, with the descriptors that the broker gives. The
 * time of each answer is taken, alone and while FLOODERS other processes (this program again) ask
 * without end. Last, CYCLES requests and releases: what broker and keeper have more of afterwards.
 */
#include <windows.h>

#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "measure.h"
#include "shmb.h"

#define FLOODERS 3u
#define BYTES    4096u
#define WAIT_MS  60000u
#define MOST     1000u /* requests in a round */

struct bench {
    unsigned requests, rounds;
    double *times; /* of all answers; the first rounds * requests are there */
    uint8_t section[1024], mutex[1024];
};

static void stop_on(const char *what, long code)
{
    fprintf(stderr, "bench_requests: %s failed (%ld)\n", what, code);
    exit(1);
}

static void name_of(char *out, size_t size, const char *who, unsigned number)
{
    (void)snprintf(out, size, "BenchAsked.%s%u", who, number);
}

/* A busy broker, or an account that asks too often, is asked again. */
static void ask_for(const char *name)
{
    const shmb_request_options options = {.size = sizeof(options), .timeout_ms = WAIT_MS};
    shmb_request_info info = {.size = sizeof(info)};
    int32_t result;

    while ((result = shmb_request(name, BYTES, &options, &info)) == SHMB_BUSY)
        Sleep(info.retry_ms);
    if (result != SHMB_OK || info.made == 0)
        stop_on("shmb_request", result);
}

static void release(const char *name)
{
    int32_t result;

    while ((result = shmb_release(name, WAIT_MS)) == SHMB_BUSY)
        Sleep(1);
    if (result != SHMB_OK)
        stop_on("shmb_release", result);
}

static double ask_all(struct bench *bench, unsigned round)
{
    double start = now_us(), end;
    char name[64];
    unsigned i;

    for (i = 0; i < bench->requests; i++) {
        double begun = now_us();

        name_of(name, sizeof(name), "", i);
        ask_for(name);
        bench->times[round * bench->requests + i] = now_us() - begun;
    }
    end = now_us();
    for (i = 0; i < bench->requests; i++) {
        name_of(name, sizeof(name), "", i);
        release(name);
    }
    return end - start;
}

static void copy_descriptor(HANDLE object, uint8_t out[1024])
{
    DWORD size;

    if (object == NULL ||
        !GetKernelObjectSecurity(object,
                                 OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                     DACL_SECURITY_INFORMATION,
                                 out, 1024, &size))
        stop_on("reading a descriptor", (long)GetLastError());
    CloseHandle(object);
}

static void read_descriptors(struct bench *bench)
{
    ask_for("BenchAsked.Sample");
    copy_descriptor(OpenFileMappingW(READ_CONTROL, FALSE, L"Global\\BenchAsked.Sample"),
                    bench->section);
    copy_descriptor(OpenMutexW(READ_CONTROL, FALSE, L"Global\\BenchAsked.Sample.lock"),
                    bench->mutex);
    release("BenchAsked.Sample");
}

static double bare(struct bench *bench)
{
    SECURITY_ATTRIBUTES section = {sizeof(section), bench->section, FALSE};
    SECURITY_ATTRIBUTES mutex = {sizeof(mutex), bench->mutex, FALSE};
    HANDLE handles[2 * MOST];
    double start = now_us(), end;
    unsigned i;

    for (i = 0; i < bench->requests; i++) {
        wchar_t name[64];

        (void)swprintf(name, 64, L"Global\\BenchBare.%u.lock", i);
        handles[2 * i] = CreateMutexW(&mutex, FALSE, name);
        (void)swprintf(name, 64, L"Global\\BenchBare.%u", i);
        handles[2 * i + 1] =
            CreateFileMappingW(INVALID_HANDLE_VALUE, &section, PAGE_READWRITE, 0, BYTES, name);
        if (handles[2 * i] == NULL || handles[2 * i + 1] == NULL)
            stop_on("CreateFileMappingW", (long)GetLastError());
    }
    end = now_us();
    for (i = 0; i < 2 * bench->requests; i++)
        CloseHandle(handles[i]);
    return end - start;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void tell_times(struct bench *bench, const char *when)
{
    const unsigned count = bench->requests * bench->rounds;
    char row[64];

    qsort(bench->times, count, sizeof(double), by_value);
    (void)snprintf(row, sizeof(row), "request%s, median", when);
    measure_value(row, bench->times[count / 2] / 1e3, "ms", bench->rounds);
    (void)snprintf(row, sizeof(row), "request%s, 99th percentile", when);
    measure_value(row, bench->times[count - 1 - count / 100] / 1e3, "ms", bench->rounds);
}

static void measure_alone(struct bench *bench)
{
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratio[ROUNDS_MAX];
    unsigned i;

    (void)ask_all(bench, 0); /* warms up */
    for (i = 0; i < bench->rounds; i++) {
        if (i % 2 == 0)
            ours[i] = ask_all(bench, i);
        theirs[i] = bare(bench);
        if (i % 2 != 0)
            ours[i] = ask_all(bench, i);
        ours[i] /= bench->requests;
        theirs[i] /= bench->requests;
        ratio[i] = ours[i] / theirs[i];
    }
    measure_row("request/creation with the same descriptors", ratio, ours, theirs, bench->rounds,
                1e-3, "ms");
    measure_value("requests a second", 1e6 / median(ours, bench->rounds), "", bench->rounds);
    tell_times(bench, "");
}

/* ---- a flood ------------------------------------------------------------------------------ */

static HANDLE start_flooder(unsigned number)
{
    wchar_t path[MAX_PATH * 4], line[MAX_PATH * 4 + 32];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;

    GetModuleFileNameW(NULL, path, MAX_PATH * 4);
    (void)swprintf(line, MAX_PATH * 4 + 32, L"\"%ls\" flood %u", path, number);
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
        stop_on("CreateProcessW", (long)GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

/* Until it is ended. */
static void flood(const char *number)
{
    unsigned i;

    for (i = 0;; i++) {
        char who[32], name[64];

        (void)snprintf(who, sizeof(who), "F%s.", number);
        name_of(name, sizeof(name), who, i % 16);
        ask_for(name);
        release(name);
    }
}

static void measure_flooded(struct bench *bench)
{
    HANDLE flooders[FLOODERS];
    unsigned i;

    for (i = 0; i < FLOODERS; i++)
        flooders[i] = start_flooder(i);
    (void)ask_all(bench, 0);
    for (i = 0; i < bench->rounds; i++)
        (void)ask_all(bench, i);
    tell_times(bench, " while 3 others ask");
    for (i = 0; i < FLOODERS; i++) {
        TerminateProcess(flooders[i], 0);
        WaitForSingleObject(flooders[i], INFINITE);
        CloseHandle(flooders[i]);
    }
}

/* ---- what is left ---------------------------------------------------------------------------- */

static HANDLE broker_process(void)
{
    shmb_broker_info info = {.size = sizeof(info)};
    HANDLE process;

    if (shmb_describe_broker(&info) != SHMB_OK)
        stop_on("shmb_describe_broker", 0);
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, FALSE, info.process);
    if (process == NULL)
        stop_on("OpenProcess", (long)GetLastError());
    return process;
}

static double memory_of(HANDLE process)
{
    PROCESS_MEMORY_COUNTERS now;

    if (!K32GetProcessMemoryInfo(process, &now, sizeof(now)))
        stop_on("K32GetProcessMemoryInfo", (long)GetLastError());
    return (double)now.PagefileUsage / 1024;
}

static double handles_of(HANDLE process)
{
    DWORD count;

    if (!GetProcessHandleCount(process, &count))
        stop_on("GetProcessHandleCount", (long)GetLastError());
    return (double)count;
}

static void measure_left(unsigned cycles)
{
    HANDLE broker = broker_process();
    double memory, handles;
    unsigned i;

    for (i = 0; i < 100; i++) {
        ask_for("BenchAsked.Cycle");
        release("BenchAsked.Cycle");
    }
    memory = memory_of(broker);
    handles = handles_of(broker);
    for (i = 0; i < cycles; i++) {
        ask_for("BenchAsked.Cycle");
        release("BenchAsked.Cycle");
    }
    measure_value("memory more after all requests", memory_of(broker) - memory, "KiB", cycles);
    measure_value("handles more after all requests", handles_of(broker) - handles, "", cycles);
    CloseHandle(broker);
}

int main(int argc, char **argv)
{
    static struct bench bench;

    if (argc > 2 && strcmp(argv[1], "flood") == 0)
        flood(argv[2]);
    bench.requests = argc > 1 ? (unsigned)atoi(argv[1]) : 100;
    bench.rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 11;
    if (bench.requests == 0 || bench.requests > MOST || bench.rounds == 0 ||
        bench.rounds > ROUNDS_MAX)
        stop_on("the command line", 0);
    bench.times = calloc((size_t)bench.requests * bench.rounds, sizeof(double));
    if (bench.times == NULL)
        stop_on("calloc", 0);
    read_descriptors(&bench);
    measure_alone(&bench);
    measure_flooded(&bench);
    measure_left(argc > 3 ? (unsigned)atoi(argv[3]) : 100000);
    free(bench.times);
    return 0;
}
