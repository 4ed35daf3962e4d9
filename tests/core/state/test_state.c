/* The state file: written, read again, torn, foreign, newer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_system.h"
#include "state.h"
#include "state_damage.h"

static struct fake *fake;
static struct sys_failure why;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static struct state *open_state(const char *boot)
{
    struct state *state = state_new(fake_system(fake), boot);

    assert_non_null(state);
    assert_int_equal(state_load(state, &why), SYS_OK);
    return state;
}

static const struct state_record prices = {.name = "Prices and more",
                                           .kind = SHMB_SECTION,
                                           .size = 65,
                                           .generation = 1000,
                                           .control = 3,
                                           .block = 2,
                                           .lock = "A lock"};
static const struct state_record lock = {.name = "Lock", .kind = SHMB_MUTEX, .generation = 1001};

static size_t count_records(const struct state *state)
{
    size_t at = 0, count = 0;

    while (state_next(state, &at) != NULL)
        count++;
    return count;
}

static void write_two(void)
{
    struct state *state = open_state("b1");

    state_put(state, &prices);
    state_put(state, &lock);
    state_put_sid(state, "CORP\\Some Traders", "S-1-5-21-9");
    state_put_stamp(state, 1001);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    state_free(state);
}

static void what_was_written_is_read(void **unused)
{
    struct state *state;
    const struct state_record *found;

    (void)unused;
    write_two();
    state = open_state("b1");
    found = state_find(state, "PRICES AND MORE");
    assert_non_null(found);
    assert_string_equal(found->name, prices.name);
    assert_int_equal(found->size, 65);
    assert_int_equal(found->generation, 1000);
    assert_int_equal(found->control, 3);
    assert_int_equal(found->block, 2);
    assert_string_equal(found->lock, "A lock");
    assert_null(state_find(state, "Lock")->lock);
    assert_int_equal(state_find(state, "Lock")->kind, SHMB_MUTEX);
    assert_string_equal(state_sid(state, "CORP\\Some Traders"), "S-1-5-21-9");
    assert_null(state_sid(state, "corp\\some traders"));
    assert_int_equal(state_stamp(state), 1001);
    state_free(state);
}

/* An older broker takes it for a section, because it does not know the lines of queues. */
static void a_queue_is_a_section_with_lines_of_its_own(void **unused)
{
    static const struct state_record queue = {.name = "Q of them",
                                              .kind = SHMB_QUEUE,
                                              .size = 2048,
                                              .generation = 1000,
                                              .fast = true,
                                              .slots = 7,
                                              .queue = {8, 100, 0x1400}};
    struct state *state = open_state("b1");
    const struct state_record *found;
    size_t length;
    int turn;

    (void)unused;
    state_put(state, &queue);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    assert_non_null(strstr(fake_state_text(fake, STATE_FILE), " object section 2048 1000 "));
    assert_non_null(
        strstr(fake_state_text(fake, STATE_FILE), " queue 1000 8 100 5120 Q of them\n"));
    /* Read as it was written, and once more after it was retired in a line appended. */
    for (turn = 0; turn < 2; turn++) {
        struct state_record retired = queue;

        state_free(state);
        state = open_state("b1");
        found = state_find(state, "q OF them");
        assert_int_equal(found->kind, SHMB_QUEUE);
        assert_int_equal(found->queue.slots, 8);
        assert_int_equal(found->queue.slot_size, 100);
        assert_int_equal(found->queue.flags, 0x1400);
        assert_true(found->fast);
        assert_int_equal(found->slots, 7);
        assert_int_equal(found->retired, turn == 1);
        retired.retired = true;
        state_put(state, &retired);
        assert_int_equal(state_commit(state, &why), SYS_OK);
    }
    /* What is the same is not written again; another layout is. */
    length = strlen(fake_state_text(fake, STATE_FILE));
    state_put(state, found = state_find(state, "Q of them"));
    assert_int_equal(state_commit(state, &why), SYS_OK);
    assert_int_equal(strlen(fake_state_text(fake, STATE_FILE)), length);
    {
        struct state_record other = queue;

        other.queue.slot_size = 101;
        state_put(state, &other);
        assert_int_equal(state_commit(state, &why), SYS_OK);
    }
    assert_non_null(
        strstr(fake_state_text(fake, STATE_FILE), " queue 1000 8 101 5120 Q of them\n"));
    state_free(state);
}

static void after_a_boot_objects_are_gone_but_accounts_are_not(void **unused)
{
    struct state *state;

    (void)unused;
    write_two();
    state = open_state("b2");
    assert_null(state_find(state, "Lock"));
    assert_non_null(state_sid(state, "CORP\\Some Traders"));
    assert_int_equal(state_stamp(state), 1001); /* generations are never used twice */
    state_free(state);
}

static void a_change_is_appended(void **unused)
{
    struct state *state;
    size_t length;

    (void)unused;
    write_two();
    state = open_state("b1");
    assert_int_equal(state_commit(state, &why), SYS_OK); /* the first one writes it anew */
    length = strlen(fake_state_text(fake, STATE_FILE));
    state_put(state, &lock); /* as it is */
    assert_int_equal(state_commit(state, &why), SYS_OK);
    assert_int_equal(strlen(fake_state_text(fake, STATE_FILE)), length);
    state_drop(state, "LOCK");
    assert_int_equal(state_commit(state, &why), SYS_OK);
    assert_int_equal(fake_calls(fake, FAKE_STATE_APPEND), 1);
    assert_true(strlen(fake_state_text(fake, STATE_FILE)) > length);
    state_free(state);
    state = open_state("b1");
    assert_null(state_find(state, "Lock"));
    assert_non_null(state_find(state, "Prices and more"));
    state_free(state);
}

/* It is as old as the segment: what is remembered of another one says nothing. */
static void a_lock_is_that_of_one_generation(void **unused)
{
    static const struct {
        uint64_t generation;
        const char *lock, *read;
    } rows[] = {{1000, "Other", "Other"},
                {1000, NULL, "Other"},
                {1002, NULL, NULL},
                {1002, "", ""},
                {1003, "Last", "Last"}};
    struct state *state;
    size_t i;

    (void)unused;
    write_two();
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct state_record record = prices;

        state = open_state("b1");
        assert_int_equal(state_commit(state, &why), SYS_OK);
        record.lock = rows[i].lock;
        record.generation = rows[i].generation;
        record.block = (uint32_t)i;
        state_put(state, &record);
        assert_int_equal(state_commit(state, &why), SYS_OK);
        state_free(state);
        state = open_state("b1");
        if (rows[i].read == NULL)
            assert_null(state_find(state, prices.name)->lock);
        else
            assert_string_equal(state_find(state, prices.name)->lock, rows[i].read);
        state_free(state);
    }
}

/* Many records that come and go at once leave no more than few that do so often. */
static void what_is_appended_does_not_pile_up(void **unused)
{
    struct state *state;
    char name[32];
    size_t i, k, length, longest = 0;

    (void)unused;
    write_two();
    state = open_state("b1");
    for (i = 0; i < 200; i++) {
        for (k = 0; k < 200; k++) {
            struct state_record record = lock;

            (void)snprintf(name, sizeof(name), "Transient%zu", k);
            record.name = name;
            record.generation = 2000 + i;
            state_put(state, &record);
        }
        assert_int_equal(state_commit(state, &why), SYS_OK);
        length = strlen(fake_state_text(fake, STATE_FILE));
        longest = length > longest ? length : longest;
    }
    assert_in_range(fake_calls(fake, FAKE_STATE_WRITE), 3, 20);
    assert_in_range(longest, 1, 700 * 1024);
    state_free(state);
}

static void after_a_failure_all_of_it_is_written(void **unused)
{
    struct state *state;

    (void)unused;
    write_two();
    state = open_state("b1");
    assert_int_equal(state_commit(state, &why), SYS_OK);
    fake_fail(fake, FAKE_STATE_APPEND, NULL, SYS_FAILED);
    state_drop(state, "Lock");
    assert_int_equal(state_commit(state, &why), SYS_FAILED);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    state_free(state);
    state = open_state("b1");
    assert_null(state_find(state, "Lock"));
    state_free(state);
}

/* Whatever byte is another one, and wherever it ends: no record that was not written. */
static void torn_or_spoiled(void **unused)
{
    char *whole, *text;
    size_t i, length;

    (void)unused;
    write_two();
    length = strlen(fake_state_text(fake, STATE_FILE));
    whole = malloc(length + 1);
    text = malloc(length + 1);
    assert_true(whole != NULL && text != NULL);
    strcpy(whole, fake_state_text(fake, STATE_FILE));
    for (i = 0; i < length * 2; i++) {
        struct state *state;
        const struct state_record *found;

        strcpy(text, whole);
        if (i < length)
            text[i] = '\0';
        else
            text[i - length] = text[i - length] == '#' ? '!' : '#';
        fake_state_file(fake, STATE_FILE, text);
        state = open_state("b1");
        found = state_find(state, "Prices and more");
        if (found != NULL)
            assert_true(found->size == 65 && found->generation == 1000 &&
                        (found->lock == NULL || strcmp(found->lock, prices.lock) == 0));
        found = state_find(state, "Lock");
        if (found != NULL)
            assert_true(found->kind == SHMB_MUTEX && found->generation == 1001);
        assert_true(count_records(state) <= 2);
        state_free(state);
    }
    free(whole);
    free(text);
}

/* Objects end with the machine; what accounts and copies are, the next boot needs. */
static void what_outlasts_the_boot_is_flushed(void **unused)
{
    struct state_record record = {.name = "Lock", .kind = SHMB_MUTEX, .generation = 1001};
    struct state *state;
    size_t i;

    (void)unused;
    write_two();
    state = open_state("b1");
    assert_int_equal(state_commit(state, NULL), SYS_OK); /* the first one rewrites the file */
    for (i = 0; i < 6; i++) {
        record.generation++;
        state_put(state, &record);
        if (i == 1)
            state_put_sid(state, "CORP\\New", "S-1-5-21-1-2-3-1005");
        if (i == 4)
            state_put_copy(state, "Prices", 7);
        assert_int_equal(state_commit(state, NULL), SYS_OK);
        assert_int_equal(fake_state_flushed(fake), i == 1 || i == 4);
    }
    state_free(state);
}

/* The damage is told, with what was in the file, before the file is written anew. */
static void a_damaged_file_is_put_aside(void **unused)
{
    static const struct {
        const char *boot, *tail; /* behind what was written */
        size_t lost;             /* 0: not damaged */
    } rows[] = {{"b1", "", 0},
                {"b1", "nonsense\n", 9},
                {"b1", "nonsense\nmore\n", 14},
                {"b1", "an incomplete li", 16},
                {"b2", "an incomplete li", 0},
                {"b2", "nonsense\n", 9}};
    char text[2048], whole[1024], wanted[64];
    size_t i, lines = 1;
    struct state *state;

    (void)unused;
    write_two();
    strcpy(whole, fake_state_text(fake, STATE_FILE));
    for (i = 0; whole[i] != '\0'; i++)
        lines += whole[i] == '\n';
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct fake_event *event;

        (void)snprintf(text, sizeof(text), "%s%s", whole, rows[i].tail);
        fake_state_file(fake, STATE_FILE, text);
        fake_forget_events(fake);
        state = open_state(rows[i].boot);
        state_damage_tell(fake_system(fake), state);
        assert_int_equal(fake_event_count(fake, EVENT_STATE_DAMAGED), rows[i].lost > 0);
        if (rows[i].lost > 0) {
            event = fake_last_event(fake, EVENT_STATE_DAMAGED);
            (void)snprintf(wanted, sizeof(wanted), "from line %zu on, %zu bytes", lines,
                           rows[i].lost);
            assert_string_equal(event->inserts[0], wanted);
            assert_string_equal(event->inserts[1], STATE_DAMAGED_FILE);
            assert_string_equal(fake_state_text(fake, STATE_DAMAGED_FILE), text);
        }
        if (strcmp(rows[i].boot, "b1") == 0)
            assert_non_null(state_find(state, "Lock"));
        state_free(state);
    }
    fake_fail(fake, FAKE_STATE_WRITE, STATE_DAMAGED_FILE, SYS_DENIED);
    state = open_state("b1");
    state_damage_tell(fake_system(fake), state);
    assert_int_equal(
        strncmp(fake_last_event(fake, EVENT_STATE_DAMAGED)->inserts[1], "nowhere: ", 9), 0);
    state_free(state);
}

/* A full disk, or a machine that goes down, may leave a file without what each one begins with. */
static void an_empty_file_is_damaged(void **unused)
{
    static const struct {
        const char *text, *what;
    } rows[] = {{"", "from line 1 on, where it ends"},
                {"shmbroker-state 1\n", "from line 2 on, where it ends"},
                {"shmbroker-sta", "from line 1 on, 13 bytes"}};
    size_t i;

    (void)unused;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct state *state;

        fake_state_file(fake, STATE_FILE, rows[i].text);
        fake_forget_events(fake);
        state = open_state("b1");
        state_damage_tell(fake_system(fake), state);
        assert_int_equal(fake_event_count(fake, EVENT_STATE_DAMAGED), 1);
        assert_string_equal(fake_last_event(fake, EVENT_STATE_DAMAGED)->inserts[0], rows[i].what);
        assert_string_equal(fake_state_text(fake, STATE_DAMAGED_FILE), rows[i].text);
        state_free(state);
    }
}

/* Neither is a file without its head: what version wrote it is not known. */
static void a_file_without_its_head_is_damaged(void **unused)
{
    char whole[1024];
    struct state *state;
    struct state_damage damage;

    (void)unused;
    write_two();
    strcpy(whole, fake_state_text(fake, STATE_FILE));
    fake_state_file(fake, STATE_FILE, strchr(whole, '\n') + 1);
    state = open_state("b1");
    assert_true(state_is_damaged(state, &damage));
    assert_int_equal(damage.line, 1);
    assert_null(state_find(state, "Lock"));
    state_free(state);
}

/* What cannot be read now is not written over: what it says would be lost. */
static void is_read_before_it_is_written(enum sys_status unreadable)
{
    static const struct state_record more = {
        .name = "More", .kind = SHMB_MUTEX, .generation = 2000};
    struct sys_keeper keeper = {.process = 4711, .started = 99};
    struct state *state;
    char whole[1024];

    write_two();
    state = open_state("b1");
    state_put_keeper(state, &keeper);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    state_free(state);
    strcpy(whole, fake_state_text(fake, STATE_FILE));
    state = state_new(fake_system(fake), "b1");
    assert_non_null(state);
    fake_fail(fake, FAKE_STATE_READ, NULL, unreadable);
    assert_int_equal(state_load(state, &why), unreadable);
    state_put(state, &more);
    assert_int_equal(state_commit(state, &why), unreadable);
    assert_string_equal(fake_state_text(fake, STATE_FILE), whole);
    fake_mend(fake);
    assert_int_equal(state_commit(state, &why), unreadable); /* the caller has to read it */
    assert_string_equal(fake_state_text(fake, STATE_FILE), whole);
    assert_int_equal(state_load_held(state, &why), SYS_OK);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    assert_true(state_is_loaded(state));
    state_free(state);
    state = open_state("b1");
    assert_non_null(state_find(state, "Lock"));
    assert_non_null(state_find(state, "Prices and more"));
    assert_non_null(state_find(state, "More"));
    assert_true(state_keeper_at(state, 0, &keeper));
    assert_int_equal(keeper.process, 4711);
    state_free(state);
}

static void a_held_file_is_read_before_it_is_written(void **unused)
{
    (void)unused;
    is_read_before_it_is_written(SYS_LATER);
}

static void a_file_is_read_before_it_is_written_when_there_is_memory_again(void **unused)
{
    (void)unused;
    is_read_before_it_is_written(SYS_NO_MEMORY);
}

static void a_file_is_read_again_after_a_failed_read(void **unused)
{
    (void)unused;
    is_read_before_it_is_written(SYS_FAILED);
}

/* A disk that cannot read it any more must not keep the broker from remembering. */
static void a_file_that_cannot_be_read_twice_is_written_over(void **unused)
{
    static const struct state_record more = {
        .name = "More", .kind = SHMB_MUTEX, .generation = 2000};
    struct state *state;

    (void)unused;
    write_two();
    state = state_new(fake_system(fake), "b1");
    assert_non_null(state);
    fake_fail(fake, FAKE_STATE_READ, NULL, SYS_FAILED);
    assert_int_equal(state_load(state, &why), SYS_FAILED);
    state_put(state, &more);
    assert_int_equal(state_load_held(state, &why), SYS_OK);
    assert_int_equal(state_commit(state, &why), SYS_OK);
    fake_mend(fake);
    state_free(state);
    state = open_state("b1");
    assert_null(state_find(state, "Lock"));
    assert_non_null(state_find(state, "More"));
    state_free(state);
}

static void newer_and_foreign(void **unused)
{
    struct state *state = state_new(fake_system(fake), "b1");

    (void)unused;
    fake_state_file(fake, STATE_FILE, "shmbroker-state 2\n");
    assert_int_equal(state_load(state, &why), SYS_NEWER);
    fake_state_file(fake, STATE_FILE, "something else\n");
    assert_int_equal(state_load(state, &why), SYS_OK);
    assert_int_equal(count_records(state), 0);
    fake_fail(fake, FAKE_STATE_READ, NULL, SYS_TAKEN);
    assert_int_equal(state_load(state, &why), SYS_FAILED);
    state_free(state);
}

static void many(void **unused)
{
    enum { MANY = 3000 };
    struct state *state = open_state("b1");
    char name[16];
    size_t i;

    (void)unused;
    for (i = 0; i < MANY; i++) {
        struct state_record record = {.name = name, .kind = SHMB_EVENT, .generation = i + 1};

        (void)snprintf(name, sizeof(name), "E%u", (unsigned)i);
        state_put(state, &record);
    }
    assert_int_equal(state_commit(state, &why), SYS_OK);
    state_free(state);
    state = open_state("b1");
    for (i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), "e%u", (unsigned)i);
        assert_int_equal(state_find(state, name)->generation, i + 1);
    }
    state_free(state);
}

/* Many are known at a time, in a table with few free places; each is found until it is dropped. */
static void names_come_and_go(void **unused)
{
    enum { NAMES = 500, TURNS = 10000 };
    static uint64_t known[NAMES]; /* generations; 0: dropped */
    struct state *state = open_state("b1");
    const struct state_record *found;
    uint32_t random = 1;
    char name[16];
    size_t i, turn;

    (void)unused;
    for (turn = 1; turn <= TURNS; turn++) {
        struct state_record record = {.name = name, .kind = SHMB_EVENT, .generation = turn};

        random = random * 1664525u + 1013904223u;
        i = (random >> 8) % NAMES;
        (void)snprintf(name, sizeof(name), "E%zu", i);
        if (known[i] != 0)
            state_drop(state, name);
        else
            state_put(state, &record);
        known[i] = known[i] != 0 ? 0 : turn;
        if (turn % 100 == 0)
            assert_int_equal(state_commit(state, &why), SYS_OK);
        for (i = 0; i < NAMES && turn % 500 == 0; i++) {
            (void)snprintf(name, sizeof(name), "E%zu", i);
            found = state_find(state, name);
            assert_int_equal(found != NULL ? found->generation : 0, known[i]);
        }
    }
    state_free(state);
    state = open_state("b1");
    for (i = 0; i < NAMES; i++) {
        (void)snprintf(name, sizeof(name), "e%zu", i);
        found = state_find(state, name);
        assert_int_equal(found != NULL ? found->generation : 0, known[i]);
    }
    state_free(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(a_queue_is_a_section_with_lines_of_its_own),
        TEST(after_a_boot_objects_are_gone_but_accounts_are_not),
        TEST(a_change_is_appended),
        TEST(a_lock_is_that_of_one_generation),
        TEST(what_is_appended_does_not_pile_up),
        TEST(after_a_failure_all_of_it_is_written),
        TEST(torn_or_spoiled),
        TEST(what_outlasts_the_boot_is_flushed),
        TEST(a_damaged_file_is_put_aside),
        TEST(an_empty_file_is_damaged),
        TEST(a_held_file_is_read_before_it_is_written),
        TEST(a_file_is_read_before_it_is_written_when_there_is_memory_again),
        TEST(a_file_is_read_again_after_a_failed_read),
        TEST(a_file_that_cannot_be_read_twice_is_written_over),
        TEST(a_file_without_its_head_is_damaged),
        TEST(newer_and_foreign),
        TEST(many),
        TEST(names_come_and_go),
    };

    return cmocka_run_group_tests_name("test_state", tests, NULL, NULL);
}
