/* What `check` prints for a good file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "describe.h"
#include "fake_system.h"
#include "sample.h"

struct wanted {
    const char *const *lines;
    size_t count, seen;
};

static void check_line(void *context, const char *line)
{
    struct wanted *wanted = context;

    assert_true(wanted->seen < wanted->count);
    assert_string_equal(line, wanted->lines[wanted->seen++]);
}

static void check(struct sample *sample, const char *const *lines, size_t count)
{
    struct wanted wanted = {.lines = lines, .count = count};
    struct fake *fake = fake_new();
    struct trustees *known = trustees_new(fake_system(fake));
    struct cfg_messages messages;
    struct inventory *inventory;

    fake_account(fake, "CORP\\Traders", "S-1-5-21-1-2-3-1001");
    fake_account(fake, "Guests", "S-1-5-32-546");
    cfg_messages_init(&messages);
    assert_int_equal(inventory_build(&sample->cfg, known, &messages, &inventory), SYS_OK);
    assert_true(describe_inventory(inventory, check_line, &wanted));
    assert_int_equal(wanted.seen, count);
    inventory_free(inventory);
    trustees_free(known);
    cfg_messages_free(&messages);
    fake_free(fake);
    sample_free(sample);
}

static void one_line_for_each_object(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "mutex Global\\Prices.lock, lock of Prices: CORP\\Traders wait and release",
        "section Global\\Prices, 64 bytes, with initial content: Users read; CORP\\Traders read and write",
        "section Global\\Plain, 4096 bytes: Users read; CORP\\Traders read and write",
        "mutex Global\\Single: Users see it but may not wait; CORP\\Traders wait and release",
        "event Global\\Go, manual reset: Users wait; CORP\\Traders wait and signal",
        "semaphore Global\\Licences, 5 of 5: Users read its state but may not wait; CORP\\Traders wait and release",
    };
    /* clang-format on */
    struct sample sample;

    (void)state;
    sample_rich(&sample);
    check(&sample, lines, 6);
}

static void special_cases(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "mutex Global\\L1, lock of S1, readers may wait: deny Guests; Users wait and release; Interactive full control",
        "section Global\\S1, 1099511627776 bytes: deny Guests; Users read; Interactive full control",
        "mutex Global\\L2, lock of S2: nobody but administrators",
        "event Global\\C0, signals changes of S2: S-1-5-4 wait",
        "event Global\\C1, signals changes of S2: S-1-5-4 wait",
        "event Global\\C2, signals changes of S2: S-1-5-4 wait",
        "event Global\\C3, signals changes of S2: S-1-5-4 wait",
        "section Global\\S2, 1 byte: S-1-5-4 read",
        "event Global\\L3, fast lock of S3: S-1-5-4 wait and signal",
        "section Global\\S3, 2 bytes, fast lock for 7 threads: S-1-5-4 read and write",
        "section Global\\S4.snapshots, 192 bytes, snapshots of S4: deny Guests; Users read; Interactive read and write",
        "section Global\\S4, 10 bytes: deny Guests; Users read; Interactive full control",
        "event Global\\E, automatic reset, signalled when it is created: Users wait and signal",
        "semaphore Global\\N, 0 of 2147483647: Users wait and release",
    };
    /* clang-format on */
    char first[] = "read Users, full Interactive, deny Guests", second[] = "read S-1-5-4",
         third[] = "write Users", fourth[] = "write S-1-5-4";
    const struct cfg_notify notify = {.events = {"C0", "C1", "C2", "C3"}};
    const struct cfg_snapshots snapshots = {.name = "S4.snapshots"};
    const struct cfg_access *access, *full;
    struct cfg_lock *lock;
    struct sample sample;

    (void)state;
    sample_init(&sample, 6);
    access = sample_access(&sample, first);
    sample_section(&sample, "S1", UINT64_C(1) << 40, "L1", access)
        ->u.segment.lock.readers_may_wait = true;
    full = access;
    access = sample_access(&sample, second);
    sample_section(&sample, "S2", 1, "L2", access)->u.segment.notify = &notify;
    access = sample_access(&sample, fourth);
    lock = &sample_section(&sample, "S3", 2, "L3", access)->u.segment.lock;
    lock->kind = CFG_LOCK_FAST;
    lock->max_lockers = 7;
    sample_section(&sample, "S4", 10, NULL, full)->u.segment.snapshots = &snapshots;
    access = sample_access(&sample, third);
    sample_event(&sample, "E", false, access)->u.event.set = true;
    sample_semaphore(&sample, "N", 0, INT32_MAX, access);
    check(&sample, lines, sizeof lines / sizeof lines[0]);
}

static void queues(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "event Global\\Q.lock, of queue Q: CORP\\Traders wait and signal",
        "event Global\\Q.items, of queue Q: CORP\\Traders wait and signal",
        "event Global\\Q.room, of queue Q: CORP\\Traders wait and signal",
        "queue Global\\Q, 8 slots of 100 bytes: Users read; CORP\\Traders read and write",
    };
    static const char *const special[] = {
        "queue Global\\Q, 1 slot of 1 byte, one producer, one consumer, overflow: drop oldest: Users read; CORP\\Traders read and write",
    };
    /* clang-format on */
    char text[] = "read Users, write CORP\\Traders", again[] = "read Users, write CORP\\Traders";
    struct cfg_queue *queue;
    const char *all[4];
    struct sample sample;

    (void)state;
    sample_init(&sample, 1);
    sample_queue(&sample, "Q", sample_access(&sample, text));
    check(&sample, lines, 4);
    sample_init(&sample, 1);
    queue = &sample_queue(&sample, "Q", sample_access(&sample, again))->u.queue;
    queue->slots = queue->slot_size = 1;
    queue->one_producer = queue->one_consumer = true;
    queue->overflow = CFG_OVERFLOW_DROP_OLDEST;
    memcpy(all, lines, sizeof(all));
    all[3] = special[0];
    check(&sample, all, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_for_each_object),
        cmocka_unit_test(special_cases),
        cmocka_unit_test(queues),
    };

    return cmocka_run_group_tests_name("test_describe", tests, NULL, NULL);
}
