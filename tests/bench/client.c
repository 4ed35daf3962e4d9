/*
 * bench_client [ROUNDS] - what the client library adds to plain Win32, with a kernel mutex as the
 * lock. Fast locks, snapshots and queues: sync.cpp.
 *
 * Runs beside a broker that holds the segments Bench000000 and up, as
 * tests/bench/run.sh starts it. Each pair is measured in turns in one run;
 * only the ratios mean anything.
 */
#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "measure.h"
#include "names.h"
#include "shmb.h"

#define PLAIN      L"Global\\Bench000000"
#define PLAIN_LOCK L"Global\\Bench000000.lock"
#define NAME       "Bench000000"

/* What the loops work on: the same segment, opened both ways. */
static struct subject {
    shmb_segment *segment;
    HANDLE section, mutex;
    uint8_t *view, buffer[4096];
    volatile unsigned sink;
    char table[sizeof(SHMB_GLOBAL_PREFIX) + SHMB_TABLE_NAME_BYTES];
} at;

static void stop_on(const char *what)
{
    char text[256];

    shmb_result_text(shmb_last_failure(NULL, NULL), text, sizeof(text));
    fprintf(stderr, "bench_client: %s failed: %s (error %lu)\n", what, text,
            (unsigned long)GetLastError());
    exit(1);
}

static void need(int32_t result, const char *what)
{
    if (result != SHMB_OK)
        stop_on(what);
}

static void library_open_close(void)
{
    shmb_segment *segment;

    need(shmb_open(NAME, SHMB_WRITE, 0, &segment), "shmb_open");
    need(shmb_close(segment), "shmb_close");
}

static void plain_open_close(void)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE | FILE_MAP_READ, FALSE, PLAIN);
    void *view;

    if (section == NULL)
        stop_on("OpenFileMappingW");
    view = MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_READ, 0, 0, 0);
    if (view == NULL)
        stop_on("MapViewOfFile");
    UnmapViewOfFile(view);
    CloseHandle(section);
}

/* With the lock, as the library opens it at the first shmb_lock. */
static void plain_open_both_close(void)
{
    HANDLE lock = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, PLAIN_LOCK);

    if (lock == NULL)
        stop_on("OpenMutexW");
    plain_open_close();
    CloseHandle(lock);
}

static void library_update(void)
{
    need(shmb_update(at.segment, 0, at.buffer, 64, SHMB_INFINITE, NULL), "shmb_update");
}

static void plain_update(void)
{
    WaitForSingleObject(at.mutex, INFINITE);
    memcpy(at.view, at.buffer, 64);
    ReleaseMutex(at.mutex);
}

static void library_locked_read(void)
{
    need(shmb_lock(at.segment, SHMB_INFINITE), "shmb_lock");
    need(shmb_read(at.segment, 0, at.buffer, 64, NULL), "shmb_read");
    need(shmb_unlock(at.segment), "shmb_unlock");
}

static void plain_locked_read(void)
{
    WaitForSingleObject(at.mutex, INFINITE);
    memcpy(at.buffer, at.view, 64);
    ReleaseMutex(at.mutex);
}

static void list_all(void)
{
    shmb_list *list;
    shmb_info info = {.size = sizeof(info)};

    need(shmb_list_open(&list, NULL), "shmb_list_open");
    while (shmb_list_next(list, &info) == SHMB_OK)
        at.sink += info.kind;
    need(shmb_list_close(list), "shmb_list_close");
}

/* The bytes of the same list: what any reader of the table has to do at least. */
static void copy_table(void)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, at.table);
    const struct shmb_table *view;
    void *copy;

    if (section == NULL)
        stop_on("OpenFileMappingA");
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    copy = view != NULL ? malloc(view->total_size) : NULL;
    if (copy == NULL)
        stop_on("MapViewOfFile");
    memcpy(copy, view, view->total_size);
    at.sink += ((volatile uint8_t *)copy)[view->total_size - 1];
    free(copy);
    UnmapViewOfFile(view);
    CloseHandle(section);
}

/* The name of the table, from the root. */
static void find_table(void)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, SHMB_GLOBAL_PREFIX SHMB_ROOT_NAME);
    const void *root = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
    struct shmb_root_slot slot;

    if (root == NULL || shmb_root_read(root, SHMB_ROOT_SIZE, &slot) != SHMB_READ_OK)
        stop_on("reading the root");
    memcpy(at.table, SHMB_GLOBAL_PREFIX, sizeof(SHMB_GLOBAL_PREFIX));
    shmb_table_name(slot.suffix, at.table + sizeof(SHMB_GLOBAL_PREFIX) - 1);
    UnmapViewOfFile(root);
    CloseHandle(section);
}

static const struct pair {
    const char *name;
    void (*ours)(void), (*theirs)(void);
    unsigned calls; /* of ours in one round */
    unsigned their_calls;
} pairs[] = {
    {"open and close/plain Win32", library_open_close, plain_open_both_close, 200, 200},
    {"update 64 B/plain Win32", library_update, plain_update, 500, 500},
    {"lock, read 64 B, unlock/plain Win32", library_locked_read, plain_locked_read, 500, 500},
    {"list of 10000/copy of the table", list_all, copy_table, 10, 10},
};

static double round_us(void (*call)(void), unsigned calls)
{
    double from = now_us();
    unsigned i;

    for (i = 0; i < calls; i++)
        call();
    return (now_us() - from) / calls;
}

static void measure(const struct pair *pair, unsigned rounds)
{
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratio[ROUNDS_MAX];
    unsigned i;

    for (i = 0; i < rounds; i++) {
        if (i % 2 == 0)
            ours[i] = round_us(pair->ours, pair->calls);
        theirs[i] = round_us(pair->theirs, pair->their_calls);
        if (i % 2 != 0)
            ours[i] = round_us(pair->ours, pair->calls);
        ratio[i] = ours[i] / theirs[i];
    }
    measure_row(pair->name, ratio, ours, theirs, rounds, 1, "us");
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 11, i;
    uint32_t count;
    shmb_list *list;

    if (rounds == 0 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "bench_client: 1 to %d rounds\n", ROUNDS_MAX);
        return 2;
    }
    need(shmb_list_open(&list, &count), "shmb_list_open");
    need(shmb_list_close(list), "shmb_list_close");
    printf("%u objects listed\n", (unsigned)count);
    need(shmb_open(NAME, SHMB_WRITE, 0, &at.segment), "shmb_open");
    find_table();
    at.section = OpenFileMappingW(FILE_MAP_WRITE | FILE_MAP_READ, FALSE, PLAIN);
    at.mutex = OpenMutexW(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, PLAIN_LOCK);
    at.view = at.section == NULL
                  ? NULL
                  : MapViewOfFile(at.section, FILE_MAP_WRITE | FILE_MAP_READ, 0, 0, 0);
    if (at.view == NULL || at.mutex == NULL)
        stop_on("opening with plain Win32");
    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        measure(&pairs[i], rounds);
    return 0;
}
