/*
 * bench_create [SEGMENTS [ROUNDS [same]]] - what the broker adds to bare creation.
 *
 * Each round creates the segments of a configuration, every one with its lock, through the broker
 * (descriptors, order, bookkeeping), and then the same objects in a bare loop of CreateFileMappingW
 * and CreateMutexW: without descriptors, or with `same` with those that the broker gives. Only the
 * ratio means anything. Also counts the memory that the broker itself needs for a segment: all busy
 * heap blocks, not the segment.
 */
#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "inventory.h"
#include "load.h"
#include "measure.h"
#include "port.h"
#include "trustees.h"

struct bench {
    unsigned segments, rounds;
    struct system system;
    struct port port;
    bool same;
    uint8_t section[1024], mutex[1024]; /* their descriptors; with `same` */
};

static void stop_on(const char *what)
{
    fprintf(stderr, "bench_create: %s failed (error %lu)\n", what, (unsigned long)GetLastError());
    exit(1);
}

static size_t heap_bytes(void)
{
    HANDLE heaps[64];
    DWORD count = GetProcessHeaps(64, heaps), i;
    size_t total = 0;

    for (i = 0; i < count && i < 64; i++) {
        PROCESS_HEAP_ENTRY entry = {0};

        while (HeapWalk(heaps[i], &entry))
            if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY)
                total += entry.cbData;
    }
    return total;
}

static char *make_text(unsigned segments, size_t *length)
{
    size_t room = 256 + (size_t)segments * 64, used;
    char *text = malloc(room);
    unsigned i;

    if (text == NULL)
        stop_on("malloc");
    used = (size_t)snprintf(text, room,
                            "version: 1\ndefaults: { access: { read: [Users], write: "
                            "[Interactive] } }\nsegments:\n");
    for (i = 0; i < segments; i++)
        used += (size_t)snprintf(text + used, room - used, "  Bench%06u: { size: 4096 }\n", i);
    *length = used;
    return text;
}

static void copy_descriptor(HANDLE object, uint8_t out[1024])
{
    DWORD size;

    if (object == NULL ||
        !GetKernelObjectSecurity(object,
                                 OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                     DACL_SECURITY_INFORMATION,
                                 out, 1024, &size))
        stop_on("reading a descriptor");
    CloseHandle(object);
}

static double through_broker(struct bench *bench, struct inventory *inventory)
{
    struct sys_failure why;
    struct broker *broker;
    double start = now_us(), end;

    if (broker_start(&bench->system, inventory, &broker, &why) != SYS_OK)
        stop_on(why.text);
    end = now_us();
    if (broker_counts(broker).missing != 0)
        stop_on("creating an object");
    if (bench->same) {
        copy_descriptor(OpenFileMappingW(READ_CONTROL, FALSE, L"Global\\Bench000000"),
                        bench->section);
        copy_descriptor(OpenMutexW(READ_CONTROL, FALSE, L"Global\\Bench000000.lock"), bench->mutex);
    }
    (void)broker_stop(broker);
    port_close(&bench->port);
    return end - start;
}

static double bare(struct bench *bench)
{
    SECURITY_ATTRIBUTES section = {sizeof(section), bench->section, FALSE};
    SECURITY_ATTRIBUTES mutex = {sizeof(mutex), bench->mutex, FALSE};
    HANDLE *handles = malloc(2 * sizeof(HANDLE) * bench->segments);
    double start, end;
    unsigned i;

    if (handles == NULL)
        stop_on("malloc");
    start = now_us();
    for (i = 0; i < bench->segments; i++) {
        wchar_t name[64];

        (void)swprintf(name, 64, L"Global\\Bench%06u.lock", i);
        handles[2 * i] = CreateMutexW(bench->same ? &mutex : NULL, FALSE, name);
        (void)swprintf(name, 64, L"Global\\Bench%06u", i);
        handles[2 * i + 1] = CreateFileMappingW(INVALID_HANDLE_VALUE, bench->same ? &section : NULL,
                                                PAGE_READWRITE, 0, 4096, name);
        if (handles[2 * i] == NULL || handles[2 * i + 1] == NULL)
            stop_on("CreateFileMappingW");
    }
    end = now_us();
    for (i = 0; i < 2 * bench->segments; i++)
        CloseHandle(handles[i]);
    free(handles);
    return end - start;
}

static void measure(struct bench *bench, struct inventory *inventory)
{
    double broker[ROUNDS_MAX], loop[ROUNDS_MAX], ratio[ROUNDS_MAX];
    unsigned i;

    (void)through_broker(bench, inventory); /* warms up, and reads the descriptors */
    for (i = 0; i < bench->rounds; i++) {
        if (i % 2 == 0) /* neither side always runs on what the other has warmed up */
            broker[i] = through_broker(bench, inventory);
        loop[i] = bare(bench);
        if (i % 2 != 0)
            broker[i] = through_broker(bench, inventory);
        ratio[i] = broker[i] / loop[i];
    }
    measure_row(bench->same ? "start with 10000/loop with the same descriptors"
                            : "creation of 1000/loop without descriptors",
                ratio, broker, loop, bench->rounds, 1e-3, "ms");
}

int main(int argc, char **argv)
{
    static struct bench bench;
    const struct port_host host = {.any_file = true};
    struct cfg_messages messages;
    struct inventory *inventory = NULL;
    struct trustees *known;
    struct cfg *configuration = NULL;
    size_t length, before, after;
    char *text;

    bench.segments = argc > 1 ? (unsigned)atoi(argv[1]) : 1000;
    bench.rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 11;
    bench.same = argc > 3 && strcmp(argv[3], "same") == 0;
    if (bench.segments == 0 || bench.rounds == 0 || bench.rounds > ROUNDS_MAX)
        stop_on("the command line");
    port_open(&bench.port, &host, NULL, &bench.system);
    cfg_messages_init(&messages);
    text = make_text(bench.segments, &length);
    before = heap_bytes();
    known = trustees_new(&bench.system);
    if (cfg_load("bench", text, length, &messages, &configuration) != CFG_OK || known == NULL ||
        inventory_build(configuration, known, &messages, &inventory) != SYS_OK)
        stop_on("loading the configuration");
    after = heap_bytes();
    if (!bench.same)
        measure_value("memory for a segment with lock", (double)(after - before) / bench.segments,
                      "bytes", 1);
    measure(&bench, inventory);
    inventory_free(inventory);
    cfg_free(configuration);
    trustees_free(known);
    cfg_messages_free(&messages);
    free(text);
    return 0;
}
