/* Double snapshots: beside writers that do not rest, that die, and that are hostile. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "lock_word.h"
#include "opened.h"
#include "snapshot_pair.h"

#define NAME   "ShmbTest.Twice"
#define WORDS  512u
#define SIZE   (WORDS * sizeof(uint64_t))
#define WANTED 2000u

static const struct launch user = {.standard_user = true};
static struct directory_row *row;

static int begin(void **state)
{
    (void)state;
    stage_begin();
    row = stage_segment(NAME, SIZE, STAGE_LOCK | STAGE_DOUBLE);
    stage_publish();
    return 0;
}

/* The first word that a snapshot shows, all of which are equal. */
static uint64_t shown(const shmb_segment *reader)
{
    static uint64_t words[WORDS];
    uint64_t done;
    size_t i;

    assert_int_equal(shmb_snapshot(reader, 0, words, SIZE, &done), SHMB_OK);
    assert_int_equal(done, SIZE);
    for (i = 1; i < WORDS; i++)
        if (words[i] != words[0])
            fail_msg("torn: word %u", (unsigned)i);
    return words[0];
}

static void put(shmb_segment *writer, uint64_t value)
{
    uint64_t words[WORDS];
    size_t i;

    for (i = 0; i < WORDS; i++)
        words[i] = value;
    assert_true(SHMB_SUCCEEDED(shmb_update(writer, 0, words, SIZE, 1000, NULL)));
}

/* The first word in the section itself, as a program without the library sees it. */
static uint64_t plain(void)
{
    const uint64_t *view = MapViewOfFile(stage_section_of(row), FILE_MAP_READ, 0, 0, 0);
    uint64_t value;

    assert_non_null(view);
    value = view[0];
    UnmapViewOfFile(view);
    return value;
}

static void each_write_is_published_when_it_ends(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    shmb_info info = {.size = sizeof(info)};
    uint64_t *words;
    void *data;

    (void)state;
    assert_int_equal(shmb_describe(NAME, &info), SHMB_OK);
    assert_true((info.flags & SHMB_FLAG_DOUBLE) != 0);
    /* Nothing is published yet: the segment itself. */
    assert_int_equal(shown(reader), 0);
    put(writer, 1);
    assert_int_equal(shown(reader), 1);
    assert_int_equal(stage_pair(row)->version, 1);
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(writer), SHMB_OK);
    shmb_data(writer, &data);
    words = data;
    words[0] = 99;
    /* Readers wait for nobody, in this program neither. */
    assert_int_equal(shown(reader), 1);
    assert_int_equal(shown(writer), 1);
    words[0] = 1;
    assert_int_equal(shmb_write(writer, 0, words, 8, NULL), SHMB_OK); /* a part of the write */
    assert_int_equal(stage_pair(row)->version, 1);
    assert_int_equal(shmb_unlock(writer), SHMB_OK); /* ends it */
    assert_int_equal(stage_pair(row)->version, 2);
    put(writer, 3);
    assert_int_equal(shown(reader), 3);
    assert_int_equal(stage_block(row)->sequence & 1, 0);
    shmb_close(writer);
    shmb_close(reader);
}

/* Who finds the number of a change finds the change, too. */
static void the_change_number_comes_after_the_copy(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    uint64_t number;

    (void)state;
    put(writer, 5);
    assert_int_equal(shmb_change_number(writer, &number), SHMB_OK);
    assert_int_equal(number, 1);
    assert_int_equal(shown(writer), 5);
    shmb_close(writer);
}

/* One copy of each kind beside a writer that never rests, of the other bitness where there is one.
 */
static void check_hammer(struct child *child)
{
    shmb_segment *reader = opened(NAME, SHMB_READ);
    uint64_t last = 0, changes = 0;
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    unsigned good = 0;

    child_expect(child, "hammering");
    while ((good < WANTED || changes < 10) && GetTickCount64() < until) {
        uint64_t value = shown(reader); /* never SHMB_BUSY */

        changes += value != last;
        last = value;
        good++;
    }
    assert_true(good >= WANTED);
    assert_true(changes >= 10);
    child_kill(child);
    shmb_close(reader);
}

static void no_snapshot_is_torn_or_starved(void **state)
{
    (void)state;
    check_hammer(client_start(&user, "twice-hammer"));
}

static void nor_beside_a_writer_of_the_other_bitness(void **state)
{
    (void)state;
    if (support_counterpart() == NULL)
        skip();
    check_hammer(client_start_other(&user, "twice-hammer"));
}

/* In the middle of a write, and in the middle of publishing it. */
static void a_writer_that_is_killed_leaves_the_last_value(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    shmb_lock_info info = {.size = sizeof(info)};
    struct child *child;

    (void)state;
    put(writer, 7);
    child = client_start(&user, "twice-half");
    child_expect(child, "half");
    memset(pair_half_of(stage_pair(row), SIZE, stage_pair(row)->version + 1), 0xDD, SIZE / 2);
    assert_int_equal(shown(reader), 7); /* while it lives */
    child_kill(child);
    assert_int_equal(plain(), 1234);
    assert_int_equal(shown(reader), 7);
    assert_int_equal(shmb_lock(writer, 1000), SHMB_ABANDONED);
    assert_int_equal(shown(reader), 7); /* not SHMB_INCONSISTENT */
    assert_int_equal(shmb_lock_state(reader, &info), SHMB_OK);
    assert_true((info.flags & SHMB_LOCK_HALF) != 0);
    assert_int_equal(shmb_restore(writer), SHMB_OK);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    assert_int_equal(plain(), 7);
    assert_int_equal(shown(reader), 7);
    assert_int_equal(stage_block(row)->sequence & 1, 0);
    assert_int_equal(shmb_lock(writer, 1000), SHMB_OK); /* nobody is told any more */
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    put(writer, 8);
    assert_int_equal(shown(reader), 8);
    shmb_close(writer);
    shmb_close(reader);
}

/* The next owner may also keep what the dead one has written: that is published then. */
static void what_is_declared_consistent_is_published(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    struct child *child;
    uint64_t words[WORDS], before, after;

    (void)state;
    put(writer, 7);
    child = client_start(&user, "twice-half");
    child_expect(child, "half");
    child_kill(child);
    assert_int_equal(shmb_change_number(writer, &before), SHMB_OK);
    assert_int_equal(shmb_lock(writer, 1000), SHMB_ABANDONED);
    assert_int_equal(shmb_mark_consistent(writer), SHMB_OK);
    assert_int_equal(shmb_change_number(writer, &after), SHMB_OK);
    assert_true(after > before);
    assert_int_equal(shmb_snapshot(writer, 0, words, SIZE, NULL), SHMB_OK);
    assert_int_equal(words[0], 1234);
    assert_int_equal(words[WORDS - 1], 7);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    shmb_close(writer);
}

static void a_write_can_be_undone(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    uint64_t value = 50;

    (void)state;
    assert_int_equal(shmb_restore(writer), SHMB_NOT_OWNER);
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_restore(writer), SHMB_INCONSISTENT); /* nothing is published */
    assert_int_equal(plain(), 0);
    put(writer, 4);
    assert_int_equal(shmb_write_begin(writer), SHMB_OK);
    assert_int_equal(shmb_write(writer, 0, &value, sizeof(value), NULL), SHMB_OK);
    assert_int_equal(plain(), 50);
    assert_int_equal(shmb_restore(writer), SHMB_OK);
    assert_int_equal(plain(), 4);
    assert_int_equal(shmb_write_end(writer), SHMB_OK);
    assert_int_equal(shown(writer), 4);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    shmb_close(writer);
}

/* After a death as well: readers get one change, with the value restored. */
static void restoring_is_one_write(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    uint64_t before, after;

    (void)state;
    put(writer, 4);
    stage_block(row)->abandoned = SHMB_DIED_OWNING;
    assert_int_equal(shmb_change_number(writer, &before), SHMB_OK);
    assert_int_equal(shmb_lock(writer, 0), SHMB_ABANDONED);
    assert_int_equal(shmb_restore(writer), SHMB_OK);
    assert_int_equal(stage_block(row)->abandoned, 0);
    assert_int_equal(shmb_change_number(writer, &after), SHMB_OK);
    assert_true(after == before + 1);
    assert_int_equal(shown(writer), 4);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    shmb_close(writer);
}

/* Also what was written through the pointer: readers are told that it is there. */
static void first_content_is_published(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    uint64_t *words;
    int32_t first;
    void *data;
    size_t i;

    (void)state;
    stage_pair(row)->version = 2; /* as the broker does: zeros */
    assert_int_equal(shmb_first(writer, 0, &first), SHMB_OK);
    assert_int_equal(first, 1);
    assert_int_equal(shmb_data(writer, &data), SHMB_OK);
    words = data;
    for (i = 0; i < WORDS; i++)
        words[i] = 6;
    assert_int_equal(shown(writer), 0);
    assert_int_equal(shmb_init_done(writer), SHMB_OK);
    assert_int_equal(shown(writer), 6);
    shmb_close(writer);
}

/* The pair is the same for the lock's next owner, who may be in a write. */
static void who_has_lost_the_lock_publishes_nothing(void **state)
{
    struct directory_row *fast =
        stage_segment("ShmbTest.Lost", 64, STAGE_LOCK | STAGE_FAST | STAGE_DOUBLE);
    shmb_segment *writer;
    char byte = 0;

    (void)state;
    stage_publish();
    writer = opened("ShmbTest.Lost", SHMB_WRITE);
    assert_int_equal(shmb_update(writer, 0, "a", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(writer), SHMB_OK);
    assert_int_equal(shmb_write(writer, 0, "b", 1, NULL), SHMB_OK);
    stage_block(fast)->lock_word = SHMB_LOCK_MOVED;
    assert_int_equal(shmb_unlock(writer), SHMB_STALE);
    assert_int_equal(stage_pair(fast)->version, 1);
    assert_int_equal(shmb_snapshot(writer, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'a');
    shmb_close(writer);
}

static void restoring_needs_double_snapshots_and_the_right_to_write(void **state)
{
    shmb_segment *segment;
    char text[256];

    (void)state;
    stage_segment("ShmbTest.Once", 64, STAGE_LOCK);
    stage_publish();
    segment = opened("ShmbTest.Once", SHMB_WRITE);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_restore(segment), SHMB_BAD_ARGUMENT);
    shmb_result_text(SHMB_BAD_ARGUMENT, text, sizeof(text));
    assert_non_null(strstr(text, "snapshots: double"));
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    shmb_close(segment);
    segment = opened(NAME, SHMB_READ);
    assert_int_equal(shmb_restore(segment), SHMB_ACCESS_DENIED);
    shmb_close(segment);
    assert_int_equal(shmb_restore(NULL), SHMB_BAD_ARGUMENT);
}

static shmb_segment *opened_part(uint32_t rights, uint64_t offset, uint64_t length)
{
    shmb_options options = {
        .size = sizeof(options), .rights = rights, .offset = offset, .length = length};
    shmb_segment *segment;

    assert_int_equal(shmb_open_with(NAME, &options, &segment), SHMB_OK);
    return segment;
}

/* A handle to a part publishes the whole segment, and reads its part of it. */
static void parts_are_parts_of_what_is_published(void **state)
{
    shmb_segment *part = opened_part(SHMB_WRITE, 64, 16), *all = opened(NAME, SHMB_WRITE);
    shmb_segment *reader = opened_part(SHMB_READ, 72, 0);
    uint64_t words[WORDS], value = 21, word, done, ticket;
    const void *data;
    size_t i;

    (void)state;
    put(all, 20);
    assert_int_equal(shmb_update(part, 8, &value, sizeof(value), 1000, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(all, 0, words, SIZE, NULL), SHMB_OK);
    for (i = 0; i < WORDS; i++)
        assert_int_equal(words[i], i == 9 ? 21 : 20);
    assert_int_equal(shmb_snapshot(reader, 0, &word, sizeof(word), &done), SHMB_OK);
    assert_int_equal(word, 21);
    assert_int_equal(shmb_snapshot(part, 8, words, 100, &done), SHMB_OK);
    assert_int_equal(done, 8); /* cut at the end of the part */
    assert_int_equal(words[0], 21);
    assert_int_equal(shmb_snapshot(part, 17, words, 1, &done), SHMB_RANGE);
    assert_int_equal(shmb_read_published(reader, 0, &data, &ticket), SHMB_OK);
    assert_int_equal(*(const uint64_t *)data, 21);
    shmb_close(part);
    shmb_close(all);
    shmb_close(reader);
}

static void reading_in_place_shows_what_was_published(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    const void *data, *bytes;
    uint64_t ticket, other;
    void *own;

    (void)state;
    /* Nothing is published: the segment, by its sequence. */
    shmb_data(reader, &own);
    assert_int_equal(shmb_read_published(reader, 0, &data, &ticket), SHMB_OK);
    assert_ptr_equal(data, own);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_OK);
    put(writer, 1);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_BUSY);
    assert_int_equal(shmb_lock(writer, 0), SHMB_OK);
    assert_int_equal(shmb_write_begin(writer), SHMB_OK);
    assert_int_equal(shmb_read_published(reader, 0, &data, &ticket), SHMB_OK);
    assert_int_equal(*(const uint64_t *)data, 1);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_OK); /* a write in progress */
    /* Through shmb_data it is the segment: there, the write counts. */
    assert_int_equal(shmb_read_begin(reader, 0, &other), SHMB_BUSY);
    assert_int_equal(shmb_unlock(writer), SHMB_OK);
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_BUSY);
    assert_int_equal(shmb_read_published(reader, 0, &bytes, &ticket), SHMB_OK);
    assert_ptr_not_equal(data, bytes);
    stage_block(row)->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_read_valid(reader, ticket), SHMB_STALE);
    assert_int_equal(shmb_read_published(reader, 0, &bytes, &ticket), SHMB_STALE);
    assert_null(bytes);
    assert_int_equal(ticket, 0);
    assert_int_equal(shmb_read_published(NULL, 0, &bytes, &ticket), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_published(reader, 0, NULL, &ticket), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_read_published(reader, 0, &bytes, NULL), SHMB_BAD_ARGUMENT);
    shmb_close(writer);
    shmb_close(reader);
}

static void a_stale_handle_gets_no_snapshot(void **state)
{
    shmb_segment *reader = opened(NAME, SHMB_READ), *writer = opened(NAME, SHMB_WRITE);
    uint64_t word = 0, done = 1;

    (void)state;
    put(writer, 1);
    stage_block(row)->generation = SHMB_BLOCK_MOVED;
    assert_int_equal(shmb_snapshot(reader, 0, &word, 8, &done), SHMB_STALE);
    assert_int_equal(done, 0);
    assert_int_equal(shmb_restore(writer), SHMB_NOT_OWNER);
    shmb_close(reader);
    shmb_close(writer);
}

static void a_section_that_is_not_the_broker_s_is_not_used(void **state)
{
    struct directory_row *other;
    shmb_segment *segment;

    (void)state;
    other = stage_segment("ShmbTest.Other", 64, STAGE_LOCK);
    other->flags |= SHMB_ENTRY_DOUBLE;
    stage_publish();
    assert_int_equal(shmb_open("ShmbTest.Other", SHMB_READ, 0, &segment), SHMB_NOT_FOUND);
    stage_object(SHMB_SECTION, "ShmbTest.Other.snapshots", shmb_pair_size(64), STAGE_STRANGER,
                 STAGE_SECTION_WRITE);
    assert_int_equal(shmb_open("ShmbTest.Other", SHMB_READ, 0, &segment), SHMB_NOT_OURS);
    /* Shorter than it must be, or of a segment that is too large. */
    other = stage_segment("ShmbTest.Large", SHMB_PAIR_MOST + 1, 0);
    other->flags |= SHMB_ENTRY_DOUBLE;
    stage_publish();
    assert_int_equal(shmb_open("ShmbTest.Large", SHMB_READ, 0, &segment), SHMB_CORRUPT);
}

/* Another program writes what it likes over version and halves. */
static void hostile_bytes_cost_answers_only(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE), *reader = opened(NAME, SHMB_READ);
    struct child *child = client_start(&user, "twice-scribble");
    static uint8_t bytes[SIZE + 16];
    unsigned i;

    (void)state;
    child_expect(child, "scribbling");
    for (i = 0; i < 3000; i++) {
        uint64_t done = 1, ticket;
        const void *data;
        int32_t result;

        memset(bytes + SIZE, 0xEE, 16);
        result = shmb_snapshot_wait(reader, 0, bytes, sizeof(bytes), 0, &done);
        assert_true(result == SHMB_OK || result == SHMB_BUSY);
        assert_int_equal(done, result == SHMB_OK ? SIZE : 0);
        assert_int_equal(bytes[SIZE], 0xEE);
        result = shmb_read_published(reader, 0, &data, &ticket);
        assert_true(result == SHMB_OK || result == SHMB_BUSY);
        if (result == SHMB_OK)
            memcpy(bytes, data, SIZE); /* within the mapping, wherever it is */
        assert_int_equal(shmb_lock(writer, 1000), SHMB_OK);
        result = shmb_restore(writer);
        assert_true(result == SHMB_OK || result == SHMB_BUSY || result == SHMB_INCONSISTENT);
        assert_int_equal(shmb_write(writer, SIZE - 3, "abc", 3, NULL), SHMB_OK);
        assert_int_equal(shmb_unlock(writer), SHMB_OK);
    }
    child_kill(child);
    put(writer, 6);
    assert_int_equal(shown(reader), 6);
    shmb_close(writer);
    shmb_close(reader);
}

/* What a program without the library writes is in the segment, and in no snapshot before the
 * next write of the library. */
static void a_plain_program_reads_and_writes_the_bare_segment(void **state)
{
    shmb_segment *writer = opened(NAME, SHMB_WRITE);
    uint64_t words[2];
    char line[64];

    (void)state;
    put(writer, 3);
    (void)snprintf(line, sizeof(line), "%s", client_line(&user, "twice-plain 77"));
    assert_string_equal(line, "3");
    assert_int_equal(plain(), 77);
    assert_int_equal(shown(writer), 3);
    assert_int_equal(shmb_update(writer, 8, &words, 0, 1000, NULL), SHMB_OK); /* no write */
    assert_int_equal(shown(writer), 3);
    words[0] = 3;
    assert_int_equal(shmb_update(writer, 8, words, 8, 1000, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(writer, 0, words, 16, NULL), SHMB_OK);
    assert_int_equal(words[0], 77);
    shmb_close(writer);
}

/* ---- the other process ---- */

static int twice_hammer(int argc, char **argv)
{
    shmb_segment *segment;
    static uint64_t words[WORDS];
    uint64_t value = GetCurrentProcessId();
    size_t i;

    (void)argc;
    (void)argv;
    if (shmb_open(NAME, SHMB_WRITE, 0, &segment) != SHMB_OK)
        return 1;
    for (value += 1;; value += 0x100000001u) {
        for (i = 0; i < WORDS; i++)
            words[i] = value;
        if (shmb_update(segment, 0, words, SIZE, SHMB_INFINITE, NULL) != SHMB_OK)
            return 1;
        if (value >> 32 == 0)
            client_say("hammering");
    }
}

/* Is killed in the middle of a write. */
static int twice_half(int argc, char **argv)
{
    shmb_segment *segment;
    void *data;

    (void)argc;
    (void)argv;
    if (shmb_open(NAME, SHMB_WRITE, 0, &segment) != SHMB_OK || shmb_lock(segment, 1000) < 0 ||
        shmb_write_begin(segment) != SHMB_OK)
        return 1;
    shmb_data(segment, &data);
    *(volatile uint64_t *)data = 1234;
    client_say("half");
    Sleep(INFINITE);
    return 0;
}

static int twice_plain(int argc, char **argv)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE, FALSE, support_wide("Global\\" NAME));
    volatile uint64_t *view;

    (void)argc;
    view = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view == NULL)
        return 1;
    client_say("%lu", (unsigned long)view[0]);
    view[0] = strtoul(argv[0], NULL, 10);
    return 0;
}

static int twice_scribble(int argc, char **argv)
{
    HANDLE section =
        OpenFileMappingW(FILE_MAP_WRITE, FALSE, support_wide("Global\\" NAME ".snapshots"));
    volatile struct shmb_pair *pair;
    uint64_t value = 1;

    (void)argc;
    (void)argv;
    pair = section != NULL ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (pair == NULL)
        return 1;
    client_say("scribbling");
    for (;;) {
        value = value * 6364136223846793005u + 1442695040888963407u;
        shmb_store64(&((struct shmb_pair *)(uintptr_t)pair)->version, value % 8 == 0   ? 0
                                                                      : value % 8 == 1 ? UINT64_MAX
                                                                                       : value);
        ((volatile uint8_t *)(pair + 1))[(value >> 20) % (2 * SIZE)] = (uint8_t)value;
    }
}

static const struct verb verbs[] = {
    {"twice-hammer", 0, twice_hammer},
    {"twice-half", 0, twice_half},
    {"twice-plain", 1, twice_plain},
    {"twice-scribble", 0, twice_scribble},
};

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(each_write_is_published_when_it_ends),
        STAGED(the_change_number_comes_after_the_copy),
        STAGED(no_snapshot_is_torn_or_starved),
        STAGED(nor_beside_a_writer_of_the_other_bitness),
        STAGED(a_writer_that_is_killed_leaves_the_last_value),
        STAGED(what_is_declared_consistent_is_published),
        STAGED(a_write_can_be_undone),
        STAGED(restoring_is_one_write),
        STAGED(first_content_is_published),
        STAGED(who_has_lost_the_lock_publishes_nothing),
        STAGED(restoring_needs_double_snapshots_and_the_right_to_write),
        STAGED(parts_are_parts_of_what_is_published),
        STAGED(reading_in_place_shows_what_was_published),
        STAGED(a_stale_handle_gets_no_snapshot),
        STAGED(a_section_that_is_not_the_broker_s_is_not_used),
        STAGED(hostile_bytes_cost_answers_only),
        STAGED(a_plain_program_reads_and_writes_the_bare_segment),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
