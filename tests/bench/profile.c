/*
 * bench_profile PART COUNT - runs one of the pure parts COUNT times, for callgrind.
 *
 * profile.sh counts the instructions of two runs with different counts, so what both do at the
 * start falls out. Parts: load (a configuration of COUNT segments), table (a table of COUNT rows),
 * find (COUNT names found in a table of 10000), lock, queue, snapshot, publish, request (COUNT
 * requests and releases, one at a time, of a broker that holds 10000 segments).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "directory_table.h"
#include "fast_lock.h"
#include "lifecycle.h"
#include "light_port.h"
#include "load.h"
#include "queue_ring.h"
#include "request_message.h"
#include "shared_copy.h"
#include "snapshot_pair.h"

#define ROWS  10000u
#define BYTES 64u

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench_profile: %s failed\n", what);
    exit(1);
}

static void *zeros(size_t size)
{
    void *memory = calloc(1, size);

    must(memory != NULL, "calloc");
    return memory;
}

static void load(unsigned count)
{
    const size_t room = 256 + (size_t)count * 96;
    char *text = zeros(room);
    size_t used = (size_t)snprintf(text, room, "version: 1\nsegments:\n");
    struct cfg_messages messages;
    struct cfg *configuration;
    unsigned i;

    /* At least one: an empty configuration is an error. */
    for (i = 0; i < count + 1; i++)
        used +=
            (size_t)snprintf(text + used, room - used,
                             "  Segment%06u: { size: 64 KiB, access: { write: [Users] } }\n", i);
    cfg_messages_init(&messages);
    must(cfg_load("profile", text, used, &messages, &configuration) == CFG_OK, "cfg_load");
    cfg_free(configuration);
    cfg_messages_free(&messages);
    free(text);
}

static char (*names)[32];

static uint8_t *make_table(unsigned count, struct shmb_root_slot *slot, uint32_t *size)
{
    struct directory_row *rows = zeros((count + 1) * sizeof(*rows));
    uint8_t *bytes;
    unsigned i;

    names = zeros((count + 1) * sizeof(*names));
    for (i = 0; i < count + 1; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "Segment%06u", i);
        rows[i] = (struct directory_row){.name = names[i],
                                         .kind = SHMB_SECTION,
                                         .state = SHMB_ENTRY_HELD,
                                         .generation = i + 1u,
                                         .size = 4096};
    }
    memset(slot, 0, sizeof(*slot));
    slot->revision = 1;
    bytes = directory_table_build(rows, count + 1, slot, size);
    must(bytes != NULL, "directory_table_build");
    free(rows);
    return bytes;
}

static void table(unsigned count)
{
    struct shmb_root_slot slot;
    uint32_t size;

    free(make_table(count, &slot, &size));
    free(names);
}

static void find(unsigned count)
{
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t size;
    uint8_t *bytes = make_table(ROWS, &slot, &size);
    unsigned i;

    must(shmb_table_check(bytes, size, &slot, &view) == SHMB_READ_OK, "shmb_table_check");
    for (i = 0; i < count; i++) {
        const char *name = names[i * 7919u % ROWS];

        must(shmb_table_find(&view, name, strlen(name), &entry) == SHMB_READ_OK, "shmb_table_find");
    }
    free(bytes);
    free(names);
}

/* Nobody else is there: the ports are never called. */
static void lock(unsigned count)
{
    static volatile uint64_t word;
    static const struct fast_port port;
    struct fast_lock lock = {.word = &word,
                             .slots = zeros(shmb_slots_size(4)),
                             .slots_size = shmb_slots_size(4),
                             .slot_count = 4,
                             .port = &port};
    const uint64_t identity = fast_identity(0, 1);
    unsigned i;

    for (i = 0; i < count; i++) {
        must(fast_take(&lock, identity, FAST_FOREVER) == FAST_OK, "fast_take");
        must(fast_give(&lock, identity, true) == FAST_OK, "fast_give");
    }
    free(lock.slots);
}

static void queue(unsigned count)
{
    static const struct ring_port port;
    const size_t size = (size_t)shmb_queue_size(1024, BYTES);
    struct shmb_queue_header *header = zeros(size);
    struct ring ring = {.port = &port};
    uint8_t message[BYTES] = {1};
    uint32_t length;
    unsigned i;

    shmb_queue_fill_header(1024, BYTES, 0, 1, header);
    must(ring_begin(&ring, header, size, 1024, BYTES, 0, 1), "ring_begin");
    ring.port = &port;
    for (i = 0; i < count; i++) {
        must(ring_put(&ring, NULL, fast_identity(0, 1), message, BYTES, 0) == RING_OK, "ring_put");
        must(ring_get(&ring, NULL, fast_identity(0, 1), message, BYTES, &length, 0) == RING_OK,
             "ring_get");
    }
    free(header);
}

static void snapshot(unsigned count)
{
    struct shmb_pair *pair = zeros((size_t)shmb_pair_size(BYTES));
    uint8_t value[BYTES] = {1};
    uint64_t version;
    unsigned i;

    pair_publish(pair, (size_t)shmb_pair_half(BYTES), value, BYTES);
    for (i = 0; i < count; i++) {
        const uint8_t *from = pair_published(pair, (size_t)shmb_pair_half(BYTES), &version);

        must(from != NULL, "pair_published");
        shared_copy(value, from, BYTES);
        must(pair_is_current(pair, version), "pair_is_current");
    }
    free(pair);
}

static void publish(unsigned count)
{
    struct shmb_pair *pair = zeros((size_t)shmb_pair_size(BYTES));
    uint8_t value[BYTES] = {1};
    unsigned i;

    for (i = 0; i < count; i++)
        pair_publish(pair, (size_t)shmb_pair_half(BYTES), value, BYTES);
    free(pair);
}

static unsigned messages, answers, to_answer;

/* One message a wait: a request for a segment, then its release. */
static bool next_message(struct sys_asker *asker, uint8_t *bytes)
{
    struct shmb_request_message message = {
        .what = SHMB_REQUEST_MAKE, .kind = SHMB_SECTION, .size = 4096};

    if (messages != answers || messages == to_answer)
        return false;
    if (messages % 2 != 0)
        message = (struct shmb_request_message){.what = SHMB_REQUEST_RELEASE};
    (void)snprintf(message.name, sizeof(message.name), "App.%u", messages / 2);
    *asker = (struct sys_asker){.process = 100, .sid = "S-1-5-21-1-2-3-1001"};
    shmb_request_write(&message, bytes);
    messages++;
    return true;
}

static void answered(const uint8_t *bytes)
{
    struct shmb_request_answer answer;

    must(shmb_answer_read(bytes, SHMB_ANSWER_BYTES, &answer) && answer.reason == SHMB_WHY_NONE,
         "a request");
    answers++;
}

static enum sys_wake wait_for_message(uint32_t ms)
{
    (void)ms;
    return answers == to_answer ? SYS_WAKE_STOP : SYS_WAKE_REQUESTS;
}

static bool stopping(void)
{
    return answers == to_answer;
}

static void request(unsigned count)
{
    static const char rules[] = "version: 1\nhold_for: 0\ndefaults: { access: { read: Users } }\n"
                                "requests: { App: { names: 'App.*', who: [Users], size: 4 KiB, "
                                "rate: 10000, lives: until released } }\nsegments:\n";
    struct light light = {NULL, next_message, answered, wait_for_message, stopping};
    const size_t room = sizeof(rules) + ROWS * 40;
    char *text = zeros(room);
    size_t used = (size_t)snprintf(text, room, "%s", rules);
    unsigned i;

    for (i = 0; i < ROWS; i++)
        used += (size_t)snprintf(text + used, room - used, "  Segment%06u: { size: 4096 }\n", i);
    light.configuration = text;
    to_answer = 2 * count;
    must(lifecycle_run(light_port(&light), "profile.yaml") == 0, "lifecycle_run");
    must(answers == to_answer, "answers");
    free(text);
}

int main(int argc, char **argv)
{
    static const struct part {
        const char *name;
        void (*run)(unsigned count);
    } parts[] = {
        {"load", load},   {"table", table},       {"find", find},       {"lock", lock},
        {"queue", queue}, {"snapshot", snapshot}, {"publish", publish},
        {"request", request},
    };
    size_t i;

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (argc == 3 && strcmp(argv[1], parts[i].name) == 0) {
            parts[i].run((unsigned)atoi(argv[2]));
            return 0;
        }
    fprintf(stderr, "usage: bench_profile PART COUNT\n");
    return 2;
}
