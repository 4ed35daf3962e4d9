/*
 * The steps of double snapshots, with threads as programs: a reader beside a publisher that never
 * rests, a publisher that dies at each step, and a version that is not a version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "shared_copy.h"
#include "snapshot_pair.h"

#define WORDS  512u
#define SIZE   (WORDS * sizeof(uint64_t))
#define WANTED 20000u

/* The section of a segment of SIZE bytes, with a line behind it that nobody may touch. */
static struct shared {
    struct shmb_pair pair;
    uint64_t halves[2][WORDS];
    uint8_t behind[64];
} shared;
static volatile uint32_t over;

static int begin(void **state)
{
    (void)state;
    memset(&shared, 0, sizeof(shared));
    memset(shared.behind, 0xEE, sizeof(shared.behind));
    shmb_store32(&over, 0);
    return 0;
}

static void publish(uint64_t value)
{
    uint64_t words[WORDS];
    size_t i;

    for (i = 0; i < WORDS; i++)
        words[i] = value;
    pair_publish(&shared.pair, SIZE, words, SIZE);
}

/* One try of a reader: the value, which all words have. False: try again. */
static bool read_once(uint64_t *value)
{
    uint64_t words[WORDS], version;
    const uint8_t *from = pair_published(&shared.pair, SIZE, &version);
    size_t i;

    assert_non_null(from);
    shared_copy(words, from, SIZE);
    if (!pair_is_current(&shared.pair, version))
        return false;
    for (i = 1; i < WORDS; i++)
        if (words[i] != words[0])
            fail_msg("torn: word %u", (unsigned)i);
    *value = words[0];
    return true;
}

static void nothing_is_published_at_first(void **state)
{
    uint64_t version = 1, value = 0;

    (void)state;
    assert_null(pair_published(&shared.pair, SIZE, &version));
    assert_int_equal(version, 0);
    publish(5);
    assert_true(read_once(&value));
    assert_int_equal(value, 5);
    pair_withdraw(&shared.pair);
    assert_null(pair_published(&shared.pair, SIZE, &version));
}

/* What was read before the half is written again counts; what was read after it does not. */
static void a_copy_counts_until_the_next_one_is_published(void **state)
{
    uint64_t version;
    const uint64_t *from;

    (void)state;
    publish(1);
    publish(2);
    from = (const uint64_t *)(const void *)pair_published(&shared.pair, SIZE, &version);
    assert_int_equal(from[0], 2);
    assert_true(pair_is_current(&shared.pair, version));
    publish(3);
    assert_int_equal(from[WORDS - 1], 2); /* the other half was written */
    assert_false(pair_is_current(&shared.pair, version));
    publish(4);
    assert_int_equal(from[0], 4);
}

/* A reader copies a half, while the broker publishes a first copy again: no version comes twice. */
static void what_was_withdrawn_does_not_count(void **state)
{
    uint64_t version, value = 0;
    int published, withdrawn;

    (void)state;
    for (published = 1; published <= 3; published++)
        for (withdrawn = 1; withdrawn <= 2; withdrawn++) {
            int i;

            memset(&shared.pair, 0, sizeof(shared.pair));
            for (i = 0; i < published; i++)
                publish(7);
            assert_non_null(pair_published(&shared.pair, SIZE, &version));
            for (i = 0; i < withdrawn; i++)
                pair_withdraw(&shared.pair);
            assert_false(pair_is_current(&shared.pair, version));
            for (i = 0; i < 4; i++) {
                publish(8);
                assert_false(pair_is_current(&shared.pair, version));
            }
            assert_true(read_once(&value));
            assert_int_equal(value, 8);
        }
}

static void the_version_wraps_without_a_gap(void **state)
{
    uint64_t value = 0, version;

    (void)state;
    shared.pair.version = UINT64_MAX - 1;
    publish(1);
    assert_true(read_once(&value));
    assert_int_equal(value, 1);
    publish(2);
    assert_true(read_once(&value));
    assert_int_equal(value, 2);
    assert_non_null(pair_published(&shared.pair, SIZE, &version));
    assert_int_equal(version, 2);
}

/* Any version is one of two halves: nothing else is read or written. */
static void a_forged_version_stays_within_the_halves(void **state)
{
    static const uint64_t forged[] = {
        1, 2, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, UINT64_MAX, UINT64_MAX - 1};
    uint64_t version;
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
        const uint8_t *from;

        shared.pair.version = forged[i];
        from = pair_published(&shared.pair, SIZE, &version);
        assert_true(from == (const uint8_t *)shared.halves[0] ||
                    from == (const uint8_t *)shared.halves[1]);
        publish(i);
    }
    for (k = 0; k < sizeof(shared.behind); k++)
        assert_int_equal(shared.behind[k], 0xEE);
}

/* ---- deaths: the thread that reaches a point ends there -------------------------------- */

static const char *dies_at;

void shmb_crash_point(const char *name)
{
    if (dies_at != NULL && strcmp(name, dies_at) == 0)
        pthread_exit(NULL);
}

static void *publish_nine(void *unused)
{
    publish(9);
    return unused;
}

static void a_publisher_that_dies_leaves_the_last_copy(void **state)
{
    static const struct {
        const char *point;
        uint64_t left;
    } deaths[] = {{"pair: before the copy", 7},
                  {"pair: in the copy", 7},
                  {"pair: copied, not published", 7},
                  {"pair: published", 9}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
        uint64_t value = 0;
        pthread_t publisher;

        publish(6);
        publish(7);
        dies_at = deaths[i].point;
        assert_int_equal(pthread_create(&publisher, NULL, publish_nine, NULL), 0);
        pthread_join(publisher, NULL);
        dies_at = NULL;
        assert_true(read_once(&value));
        assert_int_equal(value, deaths[i].left);
        /* The next owner publishes over what the dead one has left. */
        publish(10);
        assert_true(read_once(&value));
        assert_int_equal(value, 10);
    }
}

/* ---- threads ---------------------------------------------------------------------------- */

static void *publish_all_the_time(void *unused)
{
    uint64_t value = 1;

    while (shmb_load32(&over) == 0)
        publish(value++);
    return unused;
}

static void a_reader_never_starves(void **state)
{
    unsigned good = 0, retries = 0;
    uint64_t value, last = 0, changes = 0;
    pthread_t publisher;

    (void)state;
    publish(1);
    assert_int_equal(pthread_create(&publisher, NULL, publish_all_the_time, NULL), 0);
    while (good < WANTED || changes < 10) {
        if (!read_once(&value)) {
            retries++;
            continue;
        }
        assert_true(value >= last); /* values never go back */
        changes += value != last;
        last = value;
        good++;
    }
    shmb_store32(&over, 1);
    pthread_join(publisher, NULL);
    print_message("%u copies, %u retries\n", good, retries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_published_at_first, begin),
        cmocka_unit_test_setup(a_copy_counts_until_the_next_one_is_published, begin),
        cmocka_unit_test_setup(what_was_withdrawn_does_not_count, begin),
        cmocka_unit_test_setup(the_version_wraps_without_a_gap, begin),
        cmocka_unit_test_setup(a_forged_version_stays_within_the_halves, begin),
        cmocka_unit_test_setup(a_publisher_that_dies_leaves_the_last_copy, begin),
        cmocka_unit_test_setup(a_reader_never_starves, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
