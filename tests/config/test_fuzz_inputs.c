/*
 * Every input that is kept, and mutants of each, through every fuzz target: the corpus, and the
 * configurations of the tests. A demand of a target that a good input fails, or an input that is
 * a finding, ends this program with the line of the demand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_table.h"
#include "status_report.h"

#define INPUT_MAX  1048576
#define MUTANTS    100    /* of each input */
#define MADE       60u    /* more of them, of inputs that are sound */
#define MUTANT_MAX 65536u /* longer inputs have no mutants: they would take minutes */

typedef int target_run(const uint8_t *data, size_t size);

/* LLVMFuzzerTestOneInput of each target, which has this name here. */
target_run fuzz_config, fuzz_copy, fuzz_directory, fuzz_report, fuzz_request;

static uint8_t content[INPUT_MAX], mutant[MUTANT_MAX + 2 * 256];

static const char *const inputs[] = {
#include "fuzz_inputs.h"
};

static size_t read_input(size_t number)
{
    char path[512];
    FILE *file;
    size_t length;

    (void)snprintf(path, sizeof(path), "%s/%s", SHMB_SOURCE_DIR, inputs[number]);
    file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    length = fread(content, 1, sizeof(content), file);
    (void)fclose(file);
    assert_true(length < sizeof(content));
    return length;
}

/* The first byte of an input tells the target to repair the rest; fuzz_directory takes it % 3. */
#define REPAIR 0x80u
enum { TABLE = 0x82, OTHERS = 0x80 };

/* A table as the broker publishes it. */
static size_t make_table(uint8_t *out)
{
    static const struct directory_row rows[] = {
        {.name = "Prices",
         .kind = SHMB_SECTION,
         .state = SHMB_ENTRY_HELD,
         .generation = 5,
         .size = 64,
         .lock_name = "Prices.lock",
         .control = 1},
        {.name = "Prices.lock",
         .kind = SHMB_MUTEX,
         .state = SHMB_ENTRY_HELD,
         .generation = 5,
         .flags = SHMB_ENTRY_COMPANION},
        {.name = "App.1",
         .kind = SHMB_EVENT,
         .state = SHMB_ENTRY_HELD,
         .generation = 6,
         .flags = SHMB_ENTRY_REQUESTED,
         .rule = "MyApp",
         .account = "S-1-5-18"},
        {.name = "a", .kind = SHMB_SEMAPHORE, .state = SHMB_ENTRY_CONFLICT, .maximum = 3}};
    struct shmb_root_slot slot = {0};
    uint32_t size = 0;
    uint8_t *table = directory_table_build(rows, 4, &slot, &size);

    assert_non_null(table);
    memcpy(out, table, size);
    free(table);
    return size;
}

/*
 * A sound input: a table; a report, which is also a control section and a copy; or zeros, which
 * are a root. The targets repair headers, so that mutants come through the first checks.
 */
static size_t make_input(int kind)
{
    static const char lines[] = "version\tShmBroker\t1.0\t\nsection\tGlobal\\A\tconflict\tit is\n";
    size_t length = 4096;

    memset(content, 0, 8192);
    content[0] = (uint8_t)kind;
    if (kind == TABLE) {
        length = make_table(content + 1);
    } else if (kind == OTHERS) {
        length = sizeof(struct shmb_report) + sizeof(lines) - 1;
        memcpy(content + 1 + sizeof(struct shmb_report), lines, sizeof(lines) - 1);
    }
    return length + 1;
}

static uint64_t seed;

/* The same numbers in every run (a linear congruential generator); 0 for `below` 0. */
static size_t number_below(size_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return below == 0 ? 0 : (size_t)(seed >> 33) % below;
}

/* Changes one thing; returns the new length. There is room for 256 bytes more. */
static size_t mutate(size_t length)
{
    /* What a reader compares with: limits, and what has a meaning in YAML. */
    static const char *const pieces[] = {
        "\xFF\xFF\xFF\xFF", "\0\0\0\0", "\x80", "\n", "- ", ": ", "{", "]", "*a", "&a", "#", "0x"};
    size_t at = number_below(length), count = number_below(255) + 1, piece;

    switch (number_below(6)) {
    case 0: /* a bit */
        if (length > 0)
            mutant[at] ^= (uint8_t)(1u << number_below(8));
        return length;
    case 1: /* a byte */
        if (length > 0)
            mutant[at] = (uint8_t)number_below(256);
        return length;
    case 2: /* cut off */
        return at;
    case 3: /* some less */
        count = count < length - at ? count : length - at;
        memmove(mutant + at, mutant + at + count, length - at - count);
        return length - count;
    case 4: /* some twice */
        count = count < length - at ? count : length - at;
        memmove(mutant + at + count, mutant + at, length - at);
        return length + count;
    default: /* a piece in between */
        piece = number_below(sizeof(pieces) / sizeof(pieces[0]));
        count = piece < 2 ? 4 : strlen(pieces[piece]);
        memmove(mutant + at + count, mutant + at, length - at);
        memcpy(mutant + at, pieces[piece], count);
        return length + count;
    }
}

/* Two changes at most, so that the beginnings of most stay as they are. */
static void run_mutants(target_run *run, size_t length)
{
    int i;

    for (i = 0; i < MUTANTS && length <= MUTANT_MAX; i++) {
        size_t now = length;

        memcpy(mutant, content, length);
        now = mutate(now);
        if (i % 2 != 0)
            now = mutate(now);
        assert_int_equal(run(mutant, now), 0);
    }
}

static void run_all(target_run *run)
{
    size_t i;

    seed = 1;
    for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        size_t length = read_input(i);

        assert_int_equal(run(content, length), 0);
        run_mutants(run, length);
    }
    for (i = 0; i < MADE; i++) {
        size_t length = make_input((int)(REPAIR + i % 3));

        assert_int_equal(run(content, length), 0);
        run_mutants(run, length);
    }
}

static void configurations(void **state)
{
    (void)state;
    run_all(fuzz_config);
}

static void copies(void **state)
{
    (void)state;
    run_all(fuzz_copy);
}

static void directories(void **state)
{
    (void)state;
    run_all(fuzz_directory);
}

static void reports(void **state)
{
    (void)state;
    run_all(fuzz_report);
}

static void requests(void **state)
{
    (void)state;
    run_all(fuzz_request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations), cmocka_unit_test(copies),   cmocka_unit_test(directories),
        cmocka_unit_test(reports),        cmocka_unit_test(requests),
    };

    return cmocka_run_group_tests_name("test_fuzz_inputs", tests, NULL, NULL);
}
