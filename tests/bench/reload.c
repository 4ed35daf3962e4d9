/*
 * bench_reload STATE-FOLDER [SEGMENTS [ROUNDS]] - what a change costs.
 *
 * A reload in which 1 of the segments has got another access: reading the text,
 * working out the inventory, and carrying out the plan, each beside the reading
 * alone. Then, with a tenth of the segments, a start that makes all objects beside
 * one that takes all of them over from a former broker, while another process's
 * handles (here: ours) keep them: under Wine each object is a file, and with all of
 * them this takes minutes. Each segment has its lock. Only the ratios mean anything.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "inventory.h"
#include "load.h"
#include "measure.h"
#include "port.h"
#include "trustees.h"

/* One configuration with all it needs. */
struct served {
    struct cfg_messages messages;
    struct cfg *configuration;
    struct trustees *known;
    struct inventory *inventory;
    double parse_us, expand_us;
};

static unsigned segments, rounds;
static struct system port_table;
static struct port port;

static void stop_on(const char *what)
{
    fprintf(stderr, "bench_reload: %s failed (error %lu)\n", what, (unsigned long)GetLastError());
    exit(1);
}

static char *make_text(unsigned changed, size_t *length)
{
    size_t room = 256 + (size_t)segments * 96, used;
    char *text = malloc(room);
    unsigned i;

    if (text == NULL)
        stop_on("malloc");
    used = (size_t)snprintf(text, room,
                            "version: 1\ndefaults: { access: { read: [Users], write: "
                            "[Interactive] } }\nsegments:\n");
    for (i = 0; i < segments; i++)
        used += (size_t)snprintf(text + used, room - used, "  Bench%06u: { size: 4096%s }\n", i,
                                 i == changed ? ", access: { write: [Users] }" : "");
    *length = used;
    return text;
}

static void load(struct served *out, unsigned changed)
{
    size_t length;
    char *text = make_text(changed, &length);
    double start = now_us(), parsed;

    memset(out, 0, sizeof(*out));
    cfg_messages_init(&out->messages);
    if (cfg_load("bench", text, length, &out->messages, &out->configuration) != CFG_OK)
        stop_on("cfg_load");
    parsed = now_us();
    out->known = trustees_new(&port_table);
    if (out->known == NULL ||
        inventory_build(out->configuration, out->known, &out->messages, &out->inventory) != SYS_OK)
        stop_on("inventory_build");
    out->parse_us = parsed - start;
    out->expand_us = now_us() - parsed;
    free(text);
}

static void unload(struct served *served)
{
    inventory_free(served->inventory);
    trustees_free(served->known);
    cfg_free(served->configuration);
    cfg_messages_free(&served->messages);
}

static struct broker *start(const struct served *served, double *us)
{
    struct sys_failure why;
    struct broker *broker;
    double before = now_us();

    if (broker_start(&port_table, served->inventory, &broker, &why) != SYS_OK)
        stop_on(why.text);
    *us = now_us() - before;
    if (broker_counts(broker).missing != 0 || broker_counts(broker).deferred != 0)
        stop_on("holding an object");
    return broker;
}

static void stop(struct broker *broker)
{
    (void)broker_stop(broker);
    port_close(&port);
}

static void reloads(void)
{
    double ratio[ROUNDS_MAX], whole[ROUNDS_MAX], parse[ROUNDS_MAX], unused;
    struct served served, next;
    struct broker *broker;
    unsigned i;

    load(&served, 0);
    broker = start(&served, &unused);
    for (i = 0; i < rounds; i++) {
        struct apply_result result;
        struct sys_failure why;
        double before, us;

        /* The one that had it loses it, another one gets it. */
        load(&next, (i * 7919 + 1) % segments);
        before = now_us();
        if (broker_reload(broker, next.inventory, NULL, 0, &result, &why) != SYS_OK)
            stop_on(why.text);
        us = now_us() - before;
        if (result.counts[PLAN_KEEP] + 4 < 2 * (size_t)segments || result.failed != 0)
            stop_on("keeping the others");
        report_lines_free(&result.notes);
        whole[i] = next.parse_us + next.expand_us + us;
        parse[i] = next.parse_us;
        ratio[i] = whole[i] / parse[i];
        unload(&served);
        served = next;
    }
    stop(broker);
    unload(&served);
    measure_row("reload that changes 1 of 10000/parse", ratio, whole, parse, rounds, 1e-3, "ms");
}

static HANDLE open_kept(const wchar_t *name, bool section)
{
    HANDLE handle = section ? OpenFileMappingW(FILE_MAP_READ, FALSE, name)
                            : OpenMutexW(READ_CONTROL, FALSE, name);

    if (handle == NULL)
        stop_on("opening an object");
    return handle;
}

static void adoptions(void)
{
    double ratio[ROUNDS_MAX], create_us[ROUNDS_MAX], adopt_us[ROUNDS_MAX];
    HANDLE *kept = calloc(2 * (size_t)segments, sizeof(HANDLE));
    struct served served;
    unsigned i, k;

    if (kept == NULL)
        stop_on("calloc");
    load(&served, segments);
    for (i = 0; i < rounds; i++) {
        struct broker *broker = start(&served, &create_us[i]);

        for (k = 0; k < segments; k++) {
            wchar_t name[64];

            (void)swprintf(name, 64, L"Global\\Bench%06u", k);
            kept[2 * k] = open_kept(name, true);
            (void)swprintf(name, 64, L"Global\\Bench%06u.lock", k);
            kept[2 * k + 1] = open_kept(name, false);
        }
        stop(broker);
        broker = start(&served, &adopt_us[i]);
        for (k = 0; k < 2 * segments; k++)
            CloseHandle(kept[k]);
        if (!served.inventory->items[0].adopted)
            stop_on("adopting");
        stop(broker);
        ratio[i] = adopt_us[i] / create_us[i];
    }
    unload(&served);
    free(kept);
    measure_row("adoption/creation", ratio, adopt_us, create_us, rounds, 1e-3, "ms");
}

int main(int argc, char **argv)
{
    const struct port_host host = {.state = argc > 1 ? argv[1] : NULL, .any_file = true};

    segments = argc > 2 ? (unsigned)atoi(argv[2]) : 10000;
    rounds = argc > 3 ? (unsigned)atoi(argv[3]) : 5;
    if (argc < 2 || segments < 3 || rounds == 0 || rounds > ROUNDS_MAX)
        stop_on("the command line");
    port_open(&port, &host, NULL, &port_table);
    reloads();
    segments = segments < 10 ? 1 : segments / 10;
    adoptions();
    return 0;
}
