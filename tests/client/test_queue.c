/* Queues through the library, with second processes of both bitnesses. */
#include "opening.h"
#include "stage_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

#define NAME    "ShmbTest.Orders"
#define ONE     "ShmbTest.One2One"
#define DROP    "ShmbTest.Drop"
#define REFUSE  "ShmbTest.Refuse"
#define LOOK    "ShmbTest.Look"
#define BARE    "ShmbTest.NoSlots"
#define SEGMENT "ShmbTest.One"
#define COUNT   3000u

static const struct launch user = {.standard_user = true};
static struct directory_row *orders;

static int begin_queues(void **state)
{
    (void)state;
    stage_begin();
    stage_segment(SEGMENT, 300, 0);
    orders = stage_queue(NAME, 4, 64, 0, 0);
    stage_queue(ONE, 16, 64, SHMB_ENTRY_ONE_PRODUCER | SHMB_ENTRY_ONE_CONSUMER, 0);
    stage_queue(DROP, 2, 64, SHMB_ENTRY_DROP_OLDEST, 0);
    stage_queue(REFUSE, 2, 64, SHMB_ENTRY_REFUSE, 0);
    stage_queue(LOOK, 4, 64, 0, STAGE_QUEUE_READ_ONLY);
    stage_queue(BARE, 4, 64, 0, STAGE_QUEUE_NO_SLOTS);
    stage_publish();
    return 0;
}

static shmb_queue *opened_queue(const char *name, uint32_t rights)
{
    shmb_queue *queue;

    assert_int_equal(shmb_queue_open(name, rights, 0, &queue), SHMB_OK);
    assert_non_null(queue);
    return queue;
}

static int32_t try_open_queue(const char *name, uint32_t rights)
{
    shmb_queue *queue = (shmb_queue *)(void *)&queue;
    int32_t result = shmb_queue_open(name, rights, 0, &queue);

    if (result < 0)
        assert_null(queue);
    shmb_queue_close(queue);
    return result;
}

static int32_t put_text(shmb_queue *queue, const char *text)
{
    return shmb_queue_put(queue, text, (uint32_t)strlen(text), 0);
}

/* Gets a message without waiting; "" if there is none. */
static const char *get_text(shmb_queue *queue)
{
    static char text[65];
    uint32_t length;

    if (shmb_queue_get(queue, text, 64, &length, 0) != SHMB_OK)
        length = 0;
    text[length] = '\0';
    return text;
}

static shmb_queue_info level_of(const shmb_queue *queue)
{
    shmb_queue_info info = {.size = sizeof(info)};

    assert_int_equal(shmb_queue_level(queue, &info), SHMB_OK);
    return info;
}

/* What the library says about the failure. */
static void expect_text(int32_t result, const char *expected)
{
    char text[256];

    assert_int_equal(shmb_result_text(result, text, sizeof(text)), SHMB_OK);
    assert_string_equal(text, expected);
}

/* ---- other processes ---- */

struct message {
    uint32_t producer, number;
};

/* produce NAME PRODUCER COUNT: puts that many messages. */
static int produce(int argc, char **argv)
{
    struct message message = {(uint32_t)atoi(argv[1]), 0};
    const uint32_t count = (uint32_t)atoi(argv[2]);
    int32_t result = SHMB_OK;
    shmb_queue *queue;

    (void)argc;
    if (shmb_queue_open(argv[0], SHMB_WRITE, 0, &queue) != SHMB_OK)
        return 1;
    client_say("opened");
    for (; message.number < count && result == SHMB_OK; message.number++)
        result = shmb_queue_put(queue, &message, sizeof(message), SUPPORT_DEADLINE_MS);
    client_say("%ld", (long)result);
    client_wait_for_end();
    shmb_queue_close(queue);
    return 0;
}

/* consume NAME: gets until the message of producer 9; says how many came, in order. */
static int consume(int argc, char **argv)
{
    uint32_t next[8] = {0}, length, count = 0;
    struct message message;
    int32_t result;
    shmb_queue *queue;

    (void)argc;
    if (shmb_queue_open(argv[0], SHMB_WRITE, 0, &queue) != SHMB_OK)
        return 1;
    client_say("opened");
    for (;; count++) {
        result = shmb_queue_get(queue, &message, sizeof(message), &length, SUPPORT_DEADLINE_MS);
        if (result != SHMB_OK || message.producer == 9)
            break;
        if (length != sizeof(message) || message.producer > 7 ||
            message.number < next[message.producer]) {
            client_say("out of order");
            return 1;
        }
        next[message.producer] = message.number + 1;
    }
    client_say("%ld %lu", (long)result, (unsigned long)count);
    shmb_queue_close(queue);
    return 0;
}

/* stay NAME put|get: puts or gets until it is killed. */
static int stay(int argc, char **argv)
{
    char buffer[64] = "stays";
    int32_t result;
    shmb_queue *queue;

    (void)argc;
    if (shmb_queue_open(argv[0], SHMB_WRITE, 0, &queue) != SHMB_OK)
        return 1;
    client_say("opened");
    if (strcmp(argv[1], "put") == 0)
        do {
            result = shmb_queue_put(queue, buffer, 5, SHMB_INFINITE);
        } while (result == SHMB_OK);
    else
        result = shmb_queue_get(queue, buffer, sizeof(buffer), NULL, SHMB_INFINITE);
    client_say("%ld", (long)result);
    return 0;
}

/* end NAME: gets both ends, and keeps them until its input ends. */
static int have_ends(int argc, char **argv)
{
    shmb_queue *queue;

    (void)argc;
    if (shmb_queue_open(argv[0], SHMB_WRITE, 0, &queue) != SHMB_OK || put_text(queue, "its") != 0 ||
        strcmp(get_text(queue), "its") != 0)
        return 1;
    client_say("has both");
    client_wait_for_end();
    return 0;
}

/* scribble NAME OFFSET VALUE: writes 64 bits into the section, with plain Win32. */
static int scribble(int argc, char **argv)
{
    char name[SHMB_NAME_SIZE + 8];
    HANDLE section;
    char *view;
    const uint64_t value = strtoull(argv[2], NULL, 16);

    (void)argc;
    snprintf(name, sizeof(name), "Global\\%s", argv[0]);
    section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, support_wide(name));
    view = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view == NULL)
        return 1;
    memcpy(view + atoi(argv[1]), &value, sizeof(value));
    client_say("done");
    return 0;
}

static void damage(const char *name, unsigned offset, const char *value)
{
    assert_string_equal(client_line(NULL, "scribble %s %u %s", name, offset, value), "done");
}

/* A client of the other bitness where that is built, else of this one. */
static struct child *other(const char *what, const char *name, const char *more)
{
    if (support_counterpart() != NULL)
        return client_start_other(&user, "%s %s %s", what, name, more);
    return client_start(&user, "%s %s %s", what, name, more);
}

/* ---- tests ---- */

static void messages_reach_another_process_in_order(void **state)
{
    static const char *const names[] = {NAME, ONE};
    struct message message, last = {9, 0};
    char expected[32];
    size_t i;

    (void)state;
    snprintf(expected, sizeof(expected), "0 %u", COUNT);
    for (i = 0; i < 2; i++) {
        shmb_queue *queue = opened_queue(names[i], SHMB_WRITE);
        struct child *consumer = other("consume", names[i], "");

        child_expect(consumer, "opened");
        message.producer = 1;
        for (message.number = 0; message.number < COUNT; message.number++)
            assert_int_equal(shmb_queue_put(queue, &message, sizeof(message), SUPPORT_DEADLINE_MS),
                             SHMB_OK);
        assert_int_equal(shmb_queue_put(queue, &last, sizeof(last), SUPPORT_DEADLINE_MS), SHMB_OK);
        child_expect(consumer, expected);
        assert_int_equal(child_end(consumer), 0);
        assert_int_equal(level_of(queue).put, COUNT + 1);
        assert_int_equal(level_of(queue).got, COUNT + 1);
        shmb_queue_close(queue);
    }
}

static void many_producers_and_consumers_lose_nothing(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    struct child *producers[2], *consumers[2];
    const struct message last = {9, 0};
    unsigned long count, total = 0;
    long result;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        consumers[i] =
            i == 0 ? other("consume", NAME, "") : client_start(&user, "consume %s", NAME);
        child_expect(consumers[i], "opened");
    }
    for (i = 0; i < 2; i++)
        producers[i] = i == 0 ? other("produce", NAME, "1 3000")
                              : client_start(&user, "produce %s 2 %u", NAME, COUNT);
    for (i = 0; i < 2; i++) {
        child_expect(producers[i], "opened");
        child_expect(producers[i], "0");
    }
    for (i = 0; i < 2; i++)
        assert_int_equal(shmb_queue_put(queue, &last, sizeof(last), SUPPORT_DEADLINE_MS), SHMB_OK);
    for (i = 0; i < 2; i++) {
        assert_int_equal(sscanf(child_line(consumers[i]), "%ld %lu", &result, &count), 2);
        assert_int_equal(result, SHMB_OK);
        total += count;
        assert_int_equal(child_end(consumers[i]), 0);
        assert_int_equal(child_end(producers[i]), 0);
    }
    assert_int_equal(total, 2 * COUNT);
    shmb_queue_close(queue);
}

/* The dead one has the producers' lock, and sleeps until there is room. */
static void a_producer_that_is_killed_keeps_nobody(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    struct child *child = other("stay", NAME, "put");
    int i;

    (void)state;
    child_expect(child, "opened");
    while (shmb_load32(&stage_queue_header(NAME)->producers_asleep) == 0)
        SwitchToThread();
    assert_int_equal(put_text(queue, "x"), SHMB_TIMEOUT);
    child_kill(child);
    for (i = 0; i < 4; i++)
        assert_string_equal(get_text(queue), "stays");
    assert_string_equal(get_text(queue), "");
    for (i = 0; i < 4; i++)
        assert_int_equal(put_text(queue, "after"), SHMB_OK);
    assert_int_equal(put_text(queue, "full"), SHMB_TIMEOUT);
    expect_text(SHMB_TIMEOUT, "the queue is full");
    shmb_queue_close(queue);
}

static void a_consumer_that_is_killed_takes_nothing_along(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    struct child *child = other("stay", NAME, "get");

    (void)state;
    child_expect(child, "opened");
    while (shmb_load32(&stage_queue_header(NAME)->consumers_asleep) == 0)
        SwitchToThread();
    child_kill(child);
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    assert_string_equal(get_text(queue), "a");
    shmb_queue_close(queue);
}

static void an_end_for_one_is_free_when_its_process_dies(void **state)
{
    shmb_queue *queue = opened_queue(ONE, SHMB_WRITE);
    struct child *child = other("end", ONE, "");
    char buffer[64];

    (void)state;
    child_expect(child, "has both");
    assert_int_equal(put_text(queue, "x"), SHMB_BUSY);
    expect_text(SHMB_BUSY, "another thread has this end of the queue, which is configured for one");
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, 0), SHMB_BUSY);
    assert_int_equal(shmb_queue_clear(queue, NULL), SHMB_BUSY);
    child_kill(child);
    assert_int_equal(put_text(queue, "x"), SHMB_OK);
    assert_string_equal(get_text(queue), "x");
    shmb_queue_close(queue);
    /* And when the handle is closed. */
    child = client_start(&user, "end %s", ONE);
    child_expect(child, "has both");
    assert_int_equal(child_end(child), 0);
}

static void a_full_and_an_empty_queue_time_out(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    char buffer[64];
    uint32_t length = 7;
    ULONGLONG start;
    int i;

    (void)state;
    assert_int_equal(shmb_queue_get(queue, buffer, 64, &length, 0), SHMB_TIMEOUT);
    expect_text(SHMB_TIMEOUT, "no message came");
    assert_int_equal(length, 0);
    start = GetTickCount64();
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, 150), SHMB_TIMEOUT);
    assert_true(GetTickCount64() - start >= 140);
    for (i = 0; i < 4; i++)
        assert_int_equal(put_text(queue, "a"), SHMB_OK);
    start = GetTickCount64();
    assert_int_equal(shmb_queue_put(queue, "b", 1, 150), SHMB_TIMEOUT);
    assert_true(GetTickCount64() - start >= 140);
    assert_int_equal(level_of(queue).messages, 4);
    assert_int_equal(level_of(queue).slots, 4);
    assert_int_equal(level_of(queue).slot_size, 64);
    shmb_queue_close(queue);
}

static void lengths_are_told(void **state)
{
    static const char long_one[65] = "";
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    char buffer[64];
    uint32_t length;

    (void)state;
    assert_int_equal(shmb_queue_put(queue, long_one, 65, 0), SHMB_RANGE);
    expect_text(SHMB_RANGE, "the message is longer than the queue's slot_size");
    assert_int_equal(shmb_queue_put(queue, long_one, 64, 0), SHMB_OK);
    assert_int_equal(shmb_queue_get(queue, buffer, 63, &length, 0), SHMB_RANGE);
    expect_text(SHMB_RANGE, "the message is longer than the buffer");
    assert_int_equal(length, 64);
    assert_int_equal(shmb_queue_peek(queue, buffer, 64, &length), SHMB_OK);
    assert_int_equal(length, 64);
    assert_int_equal(shmb_queue_get(queue, buffer, 64, &length, 0), SHMB_OK);
    assert_int_equal(shmb_queue_put(queue, NULL, 0, 0), SHMB_OK);
    assert_int_equal(shmb_queue_get(queue, NULL, 0, &length, 0), SHMB_OK);
    assert_int_equal(length, 0);
    assert_int_equal(shmb_queue_put(queue, NULL, 1, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_queue_get(queue, NULL, 1, &length, 0), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_queue_put(NULL, "a", 1, 0), SHMB_BAD_ARGUMENT);
    shmb_queue_close(queue);
    shmb_queue_close(NULL);
}

static void overflow_is_as_configured(void **state)
{
    shmb_queue *queue = opened_queue(DROP, SHMB_WRITE);

    (void)state;
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    assert_int_equal(put_text(queue, "b"), SHMB_OK);
    assert_int_equal(put_text(queue, "c"), SHMB_OK);
    assert_int_equal(level_of(queue).dropped, 1);
    assert_string_equal(get_text(queue), "b");
    assert_string_equal(get_text(queue), "c");
    shmb_queue_close(queue);
    queue = opened_queue(REFUSE, SHMB_WRITE);
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    assert_int_equal(put_text(queue, "b"), SHMB_OK);
    assert_int_equal(shmb_queue_put(queue, "c", 1, SHMB_INFINITE), SHMB_TIMEOUT);
    assert_int_equal(level_of(queue).refused, 1);
    assert_int_equal(level_of(queue).flags, SHMB_FLAG_REFUSE);
    assert_string_equal(get_text(queue), "a");
    shmb_queue_close(queue);
}

static void who_may_read_may_look(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE), *reader = opened_queue(NAME, SHMB_READ);
    char buffer[64];
    uint64_t count;
    void *event;

    (void)state;
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    assert_int_equal(shmb_queue_peek(reader, buffer, 64, NULL), SHMB_OK);
    assert_int_equal(level_of(reader).messages, 1);
    assert_int_equal(put_text(reader, "b"), SHMB_ACCESS_DENIED);
    expect_text(SHMB_ACCESS_DENIED, "opened to read; open it with the right to write");
    assert_int_equal(shmb_queue_get(reader, buffer, 64, NULL, 0), SHMB_ACCESS_DENIED);
    assert_int_equal(shmb_queue_clear(reader, &count), SHMB_ACCESS_DENIED);
    assert_int_equal(shmb_queue_event(reader, &event), SHMB_ACCESS_DENIED);
    expect_text(SHMB_ACCESS_DENIED, "opened to read; open it with the right to write");
    shmb_queue_close(reader);
    shmb_queue_close(queue);
    assert_string_equal(client_line(&user, "open %s 1", LOOK), "0");
    assert_string_equal(client_line(&user, "open %s 2", LOOK), "-3");
}

/* open NAME RIGHTS: says what came of it. */
static int open_only(int argc, char **argv)
{
    shmb_queue *queue;

    (void)argc;
    client_say("%ld", (long)shmb_queue_open(argv[0], (uint32_t)atoi(argv[1]), 0, &queue));
    shmb_queue_close(queue);
    return 0;
}

static void what_is_no_queue_is_not_opened(void **state)
{
    shmb_options options = {.size = sizeof(options), .rights = SHMB_WRITE, .offset = 1};
    shmb_queue *queue;

    (void)state;
    assert_int_equal(try_open_queue(SEGMENT, SHMB_READ), SHMB_WRONG_KIND);
    expect_text(SHMB_WRONG_KIND, "it is no queue");
    assert_int_equal(try_open(NAME, SHMB_READ), SHMB_WRONG_KIND);
    expect_text(SHMB_WRONG_KIND, "it is a queue, which only shmb_queue_open and shmb queue open");
    assert_int_equal(try_open_queue("ShmbTest.None", SHMB_READ), SHMB_NOT_FOUND);
    assert_int_equal(try_open_queue("bad\\name", SHMB_READ), SHMB_BAD_NAME);
    assert_int_equal(try_open_queue(NAME, 3), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_queue_open(NAME, SHMB_READ, 0, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_queue_open_with(NAME, &options, &queue), SHMB_BAD_ARGUMENT);
    options.offset = 0;
    options.owner = "no SID";
    assert_int_equal(shmb_queue_open_with(NAME, &options, &queue), SHMB_BAD_ARGUMENT);
    assert_int_equal(described(NAME).kind, SHMB_KIND_QUEUE);
    assert_int_equal(described(NAME).slots, 4);
    assert_int_equal(described(NAME).slot_size, 64);
    assert_int_equal(described(REFUSE).flags, SHMB_FLAG_REFUSE);
    orders->state = SHMB_ENTRY_CONFLICT;
    stage_publish();
    assert_int_equal(try_open_queue(NAME, SHMB_READ), SHMB_NOT_OURS);
    stage_root_close();
    assert_int_equal(try_open_queue(NAME, SHMB_READ), SHMB_NO_BROKER);
}

static void without_slots_only_getting_works(void **state)
{
    shmb_queue *queue = opened_queue(BARE, SHMB_WRITE);
    char buffer[64];

    (void)state;
    assert_int_equal(put_text(queue, "a"), SHMB_NO_SLOT);
    expect_text(SHMB_NO_SLOT, "the broker could not make what this fast lock needs so far, and its "
                              "event log tells why; open it again later");
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, 0), SHMB_TIMEOUT);
    shmb_queue_close(queue);
}

/* Retired: the broker marks the generation, and signals. */
static void sleepers_learn_that_the_queue_is_retired(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    struct child *child = other("stay", NAME, "get");
    HANDLE items = OpenEventW(EVENT_MODIFY_STATE, FALSE, L"Global\\" NAME ".items");

    (void)state;
    assert_non_null(items);
    child_expect(child, "opened");
    while (shmb_load32(&stage_queue_header(NAME)->consumers_asleep) == 0)
        SwitchToThread();
    shmb_store64(&stage_queue_header(NAME)->generation, UINT64_MAX);
    SetEvent(items);
    child_expect(child, "-16");
    assert_int_equal(put_text(queue, "a"), SHMB_STALE);
    expect_text(SHMB_STALE,
                "the queue was retired or recreated, or its access was changed; open it again");
    assert_int_equal(try_open_queue(NAME, SHMB_READ), SHMB_STALE);
    shmb_store64(&stage_queue_header(NAME)->generation, orders->generation);
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    shmb_queue_close(queue);
    CloseHandle(items);
}

static void damage_is_found_and_cleared(void **state)
{
    shmb_queue_info info = {.size = sizeof(info)};
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    char buffer[64];
    uint64_t count;

    (void)state;
    damage(NAME, 192, "fffffffffffffff0"); /* tail */
    assert_int_equal(put_text(queue, "a"), SHMB_CORRUPT);
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, SHMB_INFINITE), SHMB_CORRUPT);
    assert_int_equal(shmb_queue_peek(queue, buffer, 64, NULL), SHMB_CORRUPT);
    assert_int_equal(shmb_queue_level(queue, &info), SHMB_CORRUPT);
    assert_int_equal(info.messages, 0);
    assert_int_equal(info.slots, 4);
    assert_int_equal(shmb_queue_clear(queue, &count), SHMB_OK);
    assert_int_equal(count, 0);
    assert_int_equal(put_text(queue, "a"), SHMB_OK);
    assert_string_equal(get_text(queue), "a");
    /* The length of the newest message, and of the one before it. */
    assert_int_equal(put_text(queue, "b"), SHMB_OK);
    damage(NAME, 204, "ffffffff");
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, 0), SHMB_CORRUPT);
    assert_int_equal(shmb_queue_clear(queue, &count), SHMB_OK);
    assert_int_equal(count, 1);
    assert_int_equal(put_text(queue, "b"), SHMB_OK);
    assert_int_equal(put_text(queue, "c"), SHMB_OK);
    damage(NAME, 1024 + 4 * (0xf2u % 4), "ffffffffffffffff");
    assert_int_equal(shmb_queue_get(queue, buffer, 64, NULL, 0), SHMB_CORRUPT);
    assert_int_equal(shmb_queue_clear(queue, &count), SHMB_OK);
    assert_int_equal(count, 2);
    damage(NAME, 128, "8000000000000001"); /* the lock word */
    assert_int_equal(put_text(queue, "c"), SHMB_CORRUPT);
    damage(NAME, 128, "0");
    damage(NAME, 16, "ffffffffffffffff"); /* sizes: nobody reads them here */
    assert_int_equal(put_text(queue, "d"), SHMB_OK);
    assert_string_equal(get_text(queue), "d");
    shmb_queue_close(queue);
}

static void the_event_is_for_loops_that_wait_for_more(void **state)
{
    shmb_queue *queue = opened_queue(NAME, SHMB_WRITE);
    struct child *child;
    void *event, *again;

    (void)state;
    assert_int_equal(shmb_queue_event(queue, &event), SHMB_OK);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    child = other("produce", NAME, "1 1");
    assert_int_equal(WaitForSingleObject(event, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_int_equal(shmb_queue_event(queue, &again), SHMB_OK);
    assert_ptr_equal(again, event);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0); /* the message is there */
    assert_int_equal(strlen(get_text(queue)) > 0, 1);
    assert_int_equal(child_end(child), 0);
    shmb_queue_close(queue);
}

static const struct verb verbs[] = {{"produce", 3, produce},   {"consume", 1, consume},
                                    {"stay", 2, stay},         {"end", 1, have_ends},
                                    {"scribble", 3, scribble}, {"open", 2, open_only}};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin_queues, stage_queues_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(messages_reach_another_process_in_order),
        STAGED(many_producers_and_consumers_lose_nothing),
        STAGED(a_producer_that_is_killed_keeps_nobody),
        STAGED(a_consumer_that_is_killed_takes_nothing_along),
        STAGED(an_end_for_one_is_free_when_its_process_dies),
        STAGED(a_full_and_an_empty_queue_time_out),
        STAGED(lengths_are_told),
        STAGED(overflow_is_as_configured),
        STAGED(who_may_read_may_look),
        STAGED(what_is_no_queue_is_not_opened),
        STAGED(without_slots_only_getting_works),
        STAGED(sleepers_learn_that_the_queue_is_retired),
        STAGED(damage_is_found_and_cleared),
        STAGED(the_event_is_for_loops_that_wait_for_more),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
