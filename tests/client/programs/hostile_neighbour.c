#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#include "record.h"

#define BATCH    20
#define WAIT_MS  10u
#define SLACK_MS SUPPORT_DEADLINE_MS /* for a call that is not scheduled */
#define GUARD    0xA5

#define MAY       HOSTILE_RESULT
#define OK        MAY(SHMB_OK)
#define DENIED    MAY(SHMB_ACCESS_DENIED)
#define CORRUPT   (MAY(SHMB_CORRUPT) | MAY(SHMB_STALE)) /* the mark is but bytes */
#define NOT_TAKEN (MAY(SHMB_TIMEOUT) | CORRUPT)
#define LOCKED    (OK | MAY(SHMB_ABANDONED))
#define SNAPSHOT  (OK | MAY(SHMB_BUSY) | MAY(SHMB_INCONSISTENT) | CORRUPT)

static volatile LONG input_ended;
static ULONGLONG started;
static uint32_t told; /* all results so far */

/* Ends the process at the first answer that is none of those allowed, or too late. */
static int32_t judge(const char *call, int32_t result, uint32_t timeout_ms, uint32_t may)
{
    ULONGLONG took = GetTickCount64() - started;

    told |= MAY(result);
    if ((MAY(result) & may) != 0 && took <= timeout_ms + SLACK_MS)
        return result;
    client_say("%s: %ld after %lu ms", call, (long)result, (unsigned long)took);
    ExitProcess(1);
}

#define CALL(call, ms, may) (started = GetTickCount64(), judge(#call, (call), (ms), (may)))

static void expect(bool so, const char *what)
{
    if (so)
        return;
    client_say("%s", what);
    ExitProcess(1);
}

/* ---- what everybody may ask ---- */

static void ask_directory(const char *name, uint64_t size)
{
    shmb_list *list;
    shmb_info info;
    uint32_t count, i;

    memset(&info, 0, sizeof(info));
    info.size = sizeof(info);
    CALL(shmb_describe(name, &info), 0, OK);
    expect(info.bytes == size && info.state == SHMB_STATE_HELD, "describe: another segment");
    CALL(shmb_list_open(&list, &count), 0, OK);
    expect(count == OBJECTS, "list: another number of objects");
    for (i = 0; i < count; i++)
        CALL(shmb_list_next(list, &info), 0, OK);
    CALL(shmb_list_next(list, &info), 0, MAY(SHMB_NOT_FOUND));
    CALL(shmb_list_close(list), 0, OK);
}

static void ask_segment(shmb_segment *segment, uint64_t size)
{
    uint64_t bytes = 0;

    CALL(shmb_size(segment, &bytes), 0, OK);
    expect(bytes == size, "size: another one");
    CALL(shmb_state(segment, NULL), 0, OK | MAY(SHMB_STALE));
}

/* Copies the whole segment, or says why not; never a byte more. */
static int32_t take_snapshot(shmb_segment *segment, uint8_t *copy, uint32_t size, uint32_t may)
{
    uint64_t done = 0;
    int32_t result;

    copy[size] = GUARD;
    result = CALL(shmb_snapshot(segment, 0, copy, size + 1000u, &done), 0, may);
    expect(done == (result == SHMB_OK ? size : 0), "snapshot: wrong count");
    expect(copy[size] == GUARD, "snapshot: too many bytes");
    return result;
}

/* ---- in the writer set that is attacked ---- */

static void write_attacked(shmb_segment *segment, unsigned turn)
{
    static uint8_t copy[ATTACKED_SIZE + 1];
    uint64_t done = 0;
    int32_t first;

    ask_segment(segment, ATTACKED_SIZE);
    take_snapshot(segment, copy, ATTACKED_SIZE, SNAPSHOT);
    CALL(shmb_update(segment, ATTACKED_SIZE - 2, "abc", 3, WAIT_MS, &done), WAIT_MS,
         LOCKED | NOT_TAKEN);
    expect(done <= 2, "update: too many bytes");
    if (CALL(shmb_first(segment, WAIT_MS, &first), WAIT_MS, LOCKED | NOT_TAKEN) >= 0 && first)
        if (CALL(shmb_init_done(segment), 0, OK | CORRUPT) != SHMB_OK)
            CALL(shmb_unlock(segment), 0, OK);
    if (CALL(shmb_lock(segment, WAIT_MS), WAIT_MS, LOCKED | NOT_TAKEN) < 0)
        return;
    CALL(shmb_write(segment, turn % ATTACKED_SIZE, copy, 100, NULL), 0, OK | CORRUPT);
    CALL(shmb_read(segment, 0, copy, ATTACKED_SIZE, &done), 0, OK);
    expect(done == ATTACKED_SIZE, "read: wrong count");
    if (CALL(shmb_write_begin(segment), 0, OK | CORRUPT) == SHMB_OK && turn % 2 == 0)
        CALL(shmb_write_end(segment), 0, OK | CORRUPT);
    CALL(shmb_mark_consistent(segment), 0, OK | CORRUPT);
    CALL(shmb_unlock(segment), 0, OK);
}

static void read_attacked(shmb_segment *segment, unsigned turn)
{
    static uint8_t copy[ATTACKED_SIZE + 1];
    uint64_t done;

    ask_segment(segment, ATTACKED_SIZE);
    take_snapshot(segment, copy, ATTACKED_SIZE, SNAPSHOT);
    CALL(shmb_read(segment, turn % ATTACKED_SIZE, copy, 1, &done), 0, OK);
    CALL(shmb_lock(segment, WAIT_MS), WAIT_MS, DENIED | CORRUPT);
    CALL(shmb_update(segment, 0, "x", 1, WAIT_MS, &done), WAIT_MS, DENIED);
    CALL(shmb_mark_consistent(segment), 0, DENIED);
}

/* ---- in the other one: no trace of it ---- */

static void write_apart(shmb_segment *segment, unsigned turn)
{
    static uint8_t record[APART_SIZE], copy[APART_SIZE + 1];
    int32_t first;

    ask_segment(segment, APART_SIZE);
    if (CALL(shmb_first(segment, WAIT_MS, &first), WAIT_MS, OK) == SHMB_OK && first)
        CALL(shmb_init_done(segment), 0, OK);
    record_fill(record, APART_SIZE, 'P', turn);
    CALL(shmb_update(segment, 0, record, APART_SIZE, WAIT_MS, NULL), WAIT_MS, OK);
    take_snapshot(segment, copy, APART_SIZE, OK);
    expect(memcmp(record, copy, APART_SIZE) == 0, "snapshot: not what was written");
    CALL(shmb_lock(segment, WAIT_MS), WAIT_MS, OK);
    CALL(shmb_read(segment, 0, copy, APART_SIZE, NULL), 0, OK);
    expect(memcmp(record, copy, APART_SIZE) == 0, "read: not what was written");
    CALL(shmb_mark_consistent(segment), 0, OK);
    CALL(shmb_unlock(segment), 0, OK);
}

static void read_apart(shmb_segment *segment, unsigned turn)
{
    static uint8_t copy[APART_SIZE + 1];

    (void)turn;
    ask_segment(segment, APART_SIZE);
    if (take_snapshot(segment, copy, APART_SIZE, OK | MAY(SHMB_BUSY)) == SHMB_OK)
        expect(record_letter(copy, APART_SIZE) == 'P', "snapshot: torn");
    CALL(shmb_lock(segment, WAIT_MS), WAIT_MS, DENIED);
}

/* ---- the process ---- */

static const struct role {
    const char *who, *name;
    uint32_t rights, size;
    void (*use)(shmb_segment *segment, unsigned turn);
} roles[] = {
    {"writer", ATTACKED, SHMB_WRITE, ATTACKED_SIZE, write_attacked},
    {"reader", ATTACKED, SHMB_READ, ATTACKED_SIZE, read_attacked},
    {"owner", APART, SHMB_WRITE, APART_SIZE, write_apart},
    {"guest", APART, SHMB_READ, APART_SIZE, read_apart},
};

static DWORD WINAPI watch_input(void *unused)
{
    (void)unused;
    client_wait_for_end();
    InterlockedExchange(&input_ended, 1);
    return 0;
}

/* Through a segment that is opened anew, and through one that stays open. */
static void use_both(const struct role *role, shmb_segment *old, unsigned turn)
{
    shmb_segment *segment;

    ask_directory(role->name, role->size);
    CALL(shmb_open(role->name, role->rights, 0, &segment), 0, OK);
    role->use(segment, turn);
    CALL(shmb_close(segment), 0, OK);
    role->use(old, turn);
}

static int be_neighbour(const struct role *role)
{
    HANDLE thread = CreateThread(NULL, 0, watch_input, NULL, 0, NULL);
    shmb_segment *old;
    unsigned turn = 0;

    expect(thread != NULL, "no thread");
    CALL(shmb_open(role->name, role->rights, 0, &old), 0, OK);
    while (!input_ended) {
        ULONGLONG begun = GetTickCount64();
        int i;

        for (i = 0; i < BATCH; i++)
            use_both(role, old, turn++);
        client_say("fine %lu %lu", (unsigned long)begun, (unsigned long)told);
    }
    CALL(shmb_close(old), 0, OK);
    return 0;
}

int hostile_neighbour(int argc, char **argv)
{
    size_t i;

    (void)argc;
    for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(roles[i].who, argv[0]) == 0)
            return be_neighbour(&roles[i]);
    return 2;
}
