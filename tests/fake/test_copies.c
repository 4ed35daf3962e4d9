/* Segments that outlive a reboot: what is saved when, and what the next machine finds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "copy.h"
#include "fake_system.h"
#include "lifecycle.h"
#include "status_report.h"

#define FILE_NAME "C:\\ProgramData\\ShmBroker\\shmbroker.yaml"
#define HEAD      "version: 1\ndefaults: { access: { read: Users } }\nsegments:\n"
#define SIZE      64u

static const char at_stop[] = HEAD "  A: { size: 64, keep: reboot, initial: { text: first } }\n";
static const char by_time[] =
    HEAD "  A: { size: 64, keep: reboot, save_every: 10 s, initial: { text: first } }\n";
static const char two[] = HEAD "  A: { size: 64, keep: reboot }\n"
                               "  B: { size: 64, keep: reboot }\n";
static const char gone[] = HEAD "  B: { size: 64 }\n";
static const char by_time_and_b[] =
    HEAD "  A: { size: 64, keep: reboot, save_every: 10 s, initial: { text: first } }\n"
         "  B: { size: 8 }\n";
static const char larger[] =
    HEAD "  A: { size: 128, keep: reboot, save_every: 10 s, initial: { text: first } }\n";
static const char as_event[] =
    "version: 1\ndefaults: { access: { read: Users } }\nevents:\n  A: { reset: manual }\n";

static struct fake *fake;
static void (*at_wait)(size_t number);
static const char *texts[8]; /* what is written into A at the n-th wait */
static char found[SIZE + 1]; /* in A at the first wait */
static char report_text[SHMB_REPORT_TEXT_MAX + 1];

/* A client that has it open sees it as it is; nobody else has looked: zeros. */
static const char *content_of(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    assert_non_null(object);
    return object->content != NULL ? (const char *)object->content : "";
}

/* As a client would. */
static void put(const char *name, const char *text)
{
    const struct system *system = fake_system(fake);
    struct sys_facts facts;
    struct sys_failure why;
    struct sys_object *section;
    void *view;

    assert_int_equal(system->inspect(system->self, name, &facts, &section, &why), SYS_OK);
    assert_int_equal(system->map(system->self, section, (size_t)strlen(text) + 1, &view, &why),
                     SYS_OK);
    strcpy(view, text);
    system->unmap(system->self, view);
    system->close(system->self, section);
    free(facts.sddl);
}

static void look(const struct fake_object *object)
{
    size_t length = object->content_length < SIZE ? object->content_length : SIZE;

    if (object->content != NULL)
        memcpy(found, object->content, length);
}

static void on_wait(struct fake *which, size_t number)
{
    (void)which;
    if (number == 1 && fake_find(fake, "A") != NULL)
        look(fake_find(fake, "A"));
    if (number <= sizeof(texts) / sizeof(texts[0]) && texts[number - 1] != NULL &&
        fake_find(fake, "A") != NULL)
        put("A", texts[number - 1]);
    if (at_wait != NULL)
        at_wait(number);
}

/* A machine with a disk; NULL: a new one. */
static void boot(struct fake_disk *disk, const char *configuration)
{
    if (fake != NULL)
        fake_free(fake);
    fake = fake_new();
    fake_owner(fake, "S-1-5-80-1-2-3-4-5");
    if (disk != NULL)
        fake_use_disk(fake, disk);
    fake_file(fake, FILE_NAME, configuration);
    fake_on_wait(fake, on_wait);
    memset(found, 0, sizeof(found));
    memset(texts, 0, sizeof(texts));
    at_wait = NULL;
}

/* Lives through `waits` waits, with what has been set after `boot`. */
static void live(size_t waits)
{
    fake_stop_at(fake, FAKE_WAIT, waits);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
}

/* What a machine with this disk begins with. */
static const char *found_on(struct fake_disk *disk)
{
    boot(disk, at_stop);
    live(1);
    return found;
}

/* A disk that has these two copies of A. */
static struct fake_disk *disk_with(const char *older, const char *newest)
{
    boot(NULL, by_time);
    texts[0] = older;
    texts[1] = newest;
    live(3);
    assert_int_equal(fake_disk(fake)->count, 2);
    return fake_take_disk(fake);
}

static int tear_down(void **state)
{
    (void)state;
    if (fake != NULL)
        fake_free(fake);
    fake = NULL;
    return 0;
}

/* A line of the report that begins so. */
static bool told(const char *line)
{
    const struct fake_object *section = fake_find(fake, SHMB_REPORT_NAME);
    struct shmb_report header;

    assert_non_null(section);
    assert_int_equal(
        shmb_report_read(section->content, section->content_length, &header, report_text),
        SHMB_READ_OK);
    return strstr(report_text, line) != NULL;
}

static bool is_complete(void)
{
    const struct shmb_report *report =
        (const struct shmb_report *)(const void *)fake_find(fake, SHMB_REPORT_NAME)->content;

    return report->result == SHMB_REPORT_COMPLETE;
}

/* ---- the ordinary way -------------------------------------------------------- */

static void what_was_there_at_the_stop_is_there_at_the_next_start(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    texts[0] = "second";
    live(1);
    assert_string_equal(found, "first");
    assert_int_equal(fake_event_count(fake, EVENT_COPY_RESTORED), 0);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_NONE), 0);
    assert_string_equal(found_on(fake_take_disk(fake)), "second");
    assert_int_equal(fake_events_about(fake, EVENT_COPY_RESTORED, "A"), 1);
    assert_string_equal(fake_last_event(fake, EVENT_COPY_RESTORED)->inserts[2],
                        "2022-06-18 04:26:40 UTC");
}

static void check_times(size_t number)
{
    /* The first save is at once: it shows early what keeps it from working. */
    if (number == 1)
        assert_int_equal(fake_wait_ms(fake, 1), 0);
    if (number == 2) {
        assert_int_equal(fake_wait_ms(fake, 2), 10000);
        assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 1);
    }
    if (number == 3) {
        assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 2);
        assert_true(told("copy\tGlobal\\A\tsaved\t2022-06-18 04:26:40 UTC\n"));
        assert_true(is_complete());
    }
}

static void it_is_saved_every_so_often_where_it_has_changed(void **state)
{
    (void)state;
    boot(NULL, by_time);
    at_wait = check_times;
    texts[1] = "second";
    live(6);
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 2);
}

static void restored_content_is_not_written_again(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    boot(disk, by_time);
    live(3);
    assert_string_equal(found, "two");
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 0);
    assert_true(fake_calls(fake, FAKE_PEEK) > 0);
}

static void only_what_is_kept_is_touched(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    live(1);
    assert_true(fake_saves(fake));
    boot(NULL, gone);
    live(1);
    assert_false(fake_saves(fake));
    assert_int_equal(fake_calls(fake, FAKE_COPY_READ) + fake_calls(fake, FAKE_PEEK), 0);
}

static void keep_open(size_t number)
{
    if (number == 1)
        fake_client_open(fake, "A");
}

static void what_clients_kept_alive_is_not_overwritten(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    texts[0] = "second";
    at_wait = keep_open;
    live(1);
    put("A", "third");
    at_wait = NULL;
    live(2);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_RESTORED), 0);
    assert_string_equal(content_of("A"), "third");
    fake_client_close(fake, "A");
    assert_string_equal(found_on(fake_take_disk(fake)), "third");
}

static void a_changed_size_carries_over_what_fits(void **state)
{
    static const char small[] = HEAD "  A: { size: 4, keep: reboot, initial: { text: new } }\n";
    static const char large[] = HEAD "  A: { size: 9, keep: reboot, initial: { fill: 0x2e } }\n";
    struct fake_disk *disk = disk_with("one", "twotwo");

    (void)state;
    boot(disk, small);
    live(1);
    assert_int_equal(strncmp(found, "twot", 4), 0);
    assert_int_equal(fake_events_about(fake, EVENT_COPY_RESIZED, "A"), 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_RESIZED)->inserts[2],
                           "which has 64 bytes; the segment has 4, and the first 4"));
    boot(fake_take_disk(fake), large);
    live(1);
    assert_memory_equal(found, "twot\0\0\0\0\0", 9);
    assert_int_equal(fake_events_about(fake, EVENT_COPY_RESIZED, "A"), 1);
}

/* ---- power loss -------------------------------------------------------------- */

#define FLUSHED                                                                                    \
    3u /* steps of a save until the new copy is on the disk: create, write, write, flush */

static struct fake_disk *twin(const struct fake_disk *disk)
{
    struct fake_disk *made = fake_disk_new();
    size_t i;

    for (i = 0; i < disk->count; i++)
        fake_disk_put(made, disk->files[i].name, disk->files[i].bytes, disk->files[i].length);
    return made;
}

/*
 * Saves "three" on such a disk, and lets the power fail after each step; `before`
 * is what a machine finds that never came so far. Takes the disk.
 */
static void lose_power_everywhere(struct fake_disk *disk, const char *before)
{
    size_t step, steps = FLUSHED + 1;
    int loss;

    for (step = 0; step < steps; step++) {
        for (loss = 0; loss < FAKE_LOSS_COUNT; loss++) {
            bool there = step >= FLUSHED || (step == FLUSHED - 1 && loss == FAKE_LOSS_NONE);

            boot(twin(disk), by_time);
            texts[0] = "three";
            fake_disk(fake)->lose_at = step;
            fake_disk(fake)->loss = (enum fake_loss)loss;
            live(2);
            steps = fake_disk(fake)->steps;
            assert_string_equal(found_on(fake_disk_take_image(fake_disk(fake))),
                                there ? "three" : before);
        }
    }
    assert_true(steps >= FLUSHED + 2);
    fake_disk_free(disk);
}

static void power_loss_leaves_a_whole_copy(void **state)
{
    (void)state;
    lose_power_everywhere(disk_with("one", "two"), "two");
}

static void power_loss_in_the_first_save_leaves_none(void **state)
{
    (void)state;
    lose_power_everywhere(fake_disk_new(), "first");
    assert_int_equal(fake_event_count(fake, EVENT_COPY_NONE), 0);
}

/*
 * One loss after the other, and calls that fail on the way: what a start served
 * and what was saved is never gone behind, unless damage is told. Contents are
 * numbers that grow with the number of losses.
 */
#define LOSSES      3
#define REACHED_MAX 500u

struct reached {
    struct fake_disk *disk;
    int least; /* that must be found on it */
};

static struct reached reached[LOSSES + 1][REACHED_MAX];
static size_t reached_count[LOSSES + 1];

static bool same_disk(const struct fake_disk *a, const struct fake_disk *b)
{
    size_t i;

    if (a->count != b->count)
        return false;
    for (i = 0; i < a->count; i++) {
        const struct fake_file *x = &a->files[i], *y = fake_disk_find(b, x->name);

        if (y == NULL || x->length != y->length || memcmp(x->bytes, y->bytes, x->length) != 0)
            return false;
    }
    return true;
}

/* Takes the disk. */
static void reach(int losses, struct fake_disk *disk, int least)
{
    struct reached *known = reached[losses];
    size_t i;

    for (i = 0; i < reached_count[losses]; i++) {
        if (known[i].least == least && same_disk(known[i].disk, disk)) {
            fake_disk_free(disk);
            return;
        }
    }
    assert_true(i < REACHED_MAX);
    known[i] = (struct reached){disk, least};
    reached_count[losses]++;
}

/* Lives on such a disk, with a loss after `step`; `failing` cannot be renamed. Returns the steps.
 */
static size_t lose_once(int losses, const struct reached *from, const char *failing, size_t step,
                        enum fake_loss loss)
{
    char text[16], name[COPY_FILE_MAX];
    size_t steps;
    int least;

    (void)snprintf(text, sizeof(text), "%d", losses + 3);
    boot(twin(from->disk), by_time);
    texts[0] = text;
    if (failing != NULL) {
        copy_file_name("A", failing, name);
        fake_fail(fake, FAKE_COPY_RENAME, name, SYS_FAILED);
    }
    fake_disk(fake)->lose_at = step;
    fake_disk(fake)->loss = loss;
    live(2);
    steps = fake_disk(fake)->steps;
    least = atoi(found);
    if (least < from->least && fake_event_count(fake, EVENT_COPY_OLDER) == 0)
        fail_msg("after %d losses %d was served, and had been %d", losses, least, from->least);
    if (step + 1 == steps && fake_event_count(fake, EVENT_COPY_FAILED) == 0)
        least = losses + 3;
    if (step < steps && losses < LOSSES)
        reach(losses + 1, fake_disk_take_image(fake_disk(fake)), least);
    return steps;
}

static void lose_everywhere(int losses, const struct reached *from)
{
    static const char *const failing[] = {NULL, ".new", ".copy"};
    size_t n, step, steps;
    int loss;

    for (n = 0; n < sizeof(failing) / sizeof(failing[0]); n++)
        for (step = 0, steps = 1; step < steps; step++)
            for (loss = 0; loss < FAKE_LOSS_COUNT; loss++)
                steps = lose_once(losses, from, failing[n], step, (enum fake_loss)loss);
}

static void power_losses_one_after_the_other_never_go_back(void **state)
{
    size_t i;
    int losses;

    (void)state;
    reach(0, disk_with("1", "2"), 2);
    for (losses = 0; losses <= LOSSES; losses++) {
        for (i = 0; i < reached_count[losses]; i++) {
            if (losses < LOSSES)
                lose_everywhere(losses, &reached[losses][i]);
            else
                (void)lose_once(losses, &reached[losses][i], NULL, SIZE_MAX - 1, FAKE_LOSS_GONE);
            fake_disk_free(reached[losses][i].disk);
        }
    }
    assert_true(reached_count[LOSSES] > 10);
}

/* Killed between writing and the disk; the next broker shows what the cache still had. */
static void what_a_killed_broker_had_not_flushed_is_settled_before_it_is_served(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    struct fake_file *file;
    char name[COPY_FILE_MAX];

    (void)state;
    boot(twin(disk), by_time);
    texts[0] = "three";
    live(2);
    copy_file_name("A", ".new", name);
    file = fake_disk_by_tail(fake_disk(fake), ".copy");
    fake_disk_put(disk, name, file->bytes, file->length);
    fake_disk_find(disk, name)->flushed = 0;
    boot(disk, at_stop);
    fake_disk(fake)->lose_at = fake_disk(fake)->steps + 2; /* all that is done before it serves */
    live(1);
    assert_string_equal(found, "three");
    assert_string_equal(found_on(fake_disk_take_image(fake_disk(fake))), "three");
}

static void mend_at_six(size_t number)
{
    if (number == 6)
        fake_mend(fake);
}

/* No file can be given another name; then all can. */
static void what_could_not_be_placed_is_saved_all_the_same(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    boot(disk, by_time);
    texts[0] = "three";
    texts[3] = "four";
    at_wait = mend_at_six;
    fake_fail(fake, FAKE_COPY_RENAME, NULL, SYS_FAILED);
    live(8);
    assert_null(fake_disk_by_tail(fake_disk(fake), ".new"));
    assert_int_equal(fake_events_about(fake, EVENT_COPY_SAVED, "A"), 1);
    assert_string_equal(found_on(fake_take_disk(fake)), "four");
}

/* A broker that takes a segment over has not looked at its files. */
static void the_save_after_a_take_over_keeps_a_copy_that_has_no_place(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    copy_file_name("A", ".new", name);
    boot(disk, by_time);
    texts[0] = "three";
    at_wait = keep_open;
    fake_fail(fake, FAKE_COPY_RENAME, name, SYS_FAILED);
    live(2);
    assert_non_null(fake_disk_find(fake_disk(fake), name));
    fake_mend(fake);
    put("A", "four");
    at_wait = NULL;
    memset(texts, 0, sizeof(texts));
    fake_disk(fake)->lose_at = fake_disk(fake)->steps; /* the first one from now on */
    live(4);
    assert_string_equal(content_of("A"), "four");
    disk = fake_disk_take_image(fake_disk(fake));
    fake_client_close(fake, "A");
    assert_string_equal(found_on(disk), "three");
}

static void the_last_save_is_in_the_report_that_the_keeper_holds(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    fake_release(fake, false);
    live(1);
    assert_true(told("copy\tGlobal\\A\tsaved\t2022-06-18 04:26:40 UTC\n"));
}

static void damage(struct fake_disk *disk, const char *tail)
{
    struct fake_file *file = fake_disk_by_tail(disk, tail);

    assert_non_null(file);
    file->bytes[file->length - SIZE] ^= 1;
}

static void power_loss_after_damage_leaves_a_whole_copy(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    damage(disk, ".copy");
    lose_power_everywhere(disk, "one");
}

/* Whatever call fails, the next machine finds a whole copy, and the newest that could be had. */
static void a_failure_anywhere_costs_no_copy(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    size_t n, count = 1;

    (void)state;
    for (n = 1; n <= count; n++) {
        bool older;

        boot(twin(disk), by_time);
        texts[1] = texts[3] = "three";
        fake_fail_nth(fake, n, SYS_FAILED);
        fake_stop_at(fake, FAKE_WAIT, 5);
        (void)lifecycle_run(fake_system(fake), FILE_NAME);
        count = fake_can_fail_calls(fake);
        older = fake_event_count(fake, EVENT_COPY_OLDER) > 0;
        (void)found_on(fake_take_disk(fake));
        if (strcmp(found, "three") != 0 && strcmp(found, "two") != 0 &&
            !(older && strcmp(found, "one") == 0))
            fail_msg("call %zu: '%s'", n, found);
    }
    fake_disk_free(disk);
}

/* ---- damage ------------------------------------------------------------------ */

static void a_damaged_copy_gives_way_to_the_one_before(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    damage(disk, ".copy");
    boot(disk, by_time);
    texts[1] = "three";
    live(3);
    assert_string_equal(found, "one");
    assert_int_equal(fake_events_about(fake, EVENT_COPY_OLDER, "A"), 1);
    assert_non_null(
        strstr(fake_last_event(fake, EVENT_COPY_OLDER)->inserts[2], ".copy: it is damaged"));
    /* It is laid aside, and there are two whole ones again. */
    disk = fake_take_disk(fake);
    assert_non_null(fake_disk_by_tail(disk, ".refused"));
    damage(disk, ".copy");
    assert_string_equal(found_on(disk), "one");
}

static void without_a_whole_copy_it_says_so(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    damage(disk, ".copy");
    damage(disk, ".old");
    assert_string_equal(found_on(disk), "first");
    assert_int_equal(fake_events_about(fake, EVENT_COPY_NONE, "A"), 1);
    assert_non_null(
        strstr(fake_last_event(fake, EVENT_COPY_NONE)->inserts[2], ".old: it is damaged"));
    assert_int_equal(fake_event_count(fake, EVENT_COPY_RESTORED), 0);
}

static void swap_files(struct fake_disk *disk, const char *a, const char *b)
{
    struct fake_file *x = fake_disk_find(disk, a), *y = fake_disk_find(disk, b), held;

    assert_true(x != NULL && y != NULL);
    held = *x;
    x->bytes = y->bytes;
    x->length = y->length;
    y->bytes = held.bytes;
    y->length = held.length;
}

static void copies_that_were_swapped_are_refused(void **state)
{
    struct fake_disk *disk;

    (void)state;
    boot(NULL, two);
    texts[0] = "of a";
    live(1);
    disk = fake_take_disk(fake);
    assert_int_equal(disk->count, 2);
    swap_files(disk, disk->files[0].name, disk->files[1].name);
    boot(disk, two);
    live(1);
    assert_string_equal(found, "");
    assert_int_equal(fake_event_count(fake, EVENT_COPY_NONE), 2);
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_NONE)->inserts[2],
                           "it is the copy of another segment"));
}

static void other_files_and_newer_formats_are_refused(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    fake_disk_by_tail(disk, ".copy")->bytes[8] = 2;
    memset(fake_disk_by_tail(disk, ".old")->bytes, 'x', 40);
    assert_string_equal(found_on(disk), "first");
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_NONE)->inserts[2],
                           ".copy: a newer ShmBroker wrote it"));
    /* Nobody's newer copy is lost for it. */
    assert_int_equal(fake_disk_by_tail(fake_disk(fake), ".refused")->bytes[8], 2);
}

/* ---- what cannot be read ------------------------------------------------------ */

static void name_of(const char *tail, char out[COPY_FILE_MAX])
{
    copy_file_name("A", tail, out);
}

static size_t count_of(const struct fake_disk *disk, const char *tail)
{
    size_t i, count = 0;

    for (i = 0; i < disk->count; i++)
        count += strstr(disk->files[i].name, tail) != NULL;
    return count;
}

static bool a_day_later;

/* Somebody has the file of this tail; what is there after `waits` waits is left. */
static void live_without(struct fake_disk *disk, const char *tail, enum sys_status status,
                         const char *text, size_t waits)
{
    char name[COPY_FILE_MAX];

    name_of(tail, name);
    boot(disk, by_time);
    if (a_day_later)
        fake_clock(fake, FAKE_STARTED + UINT64_C(864000000000));
    texts[1] = text;
    fake_fail(fake, FAKE_COPY_READ, name, status);
    live(waits);
}

static bool unread_has(const struct fake_disk *disk, const char *text)
{
    const struct fake_file *file = fake_disk_by_tail(disk, ".unread");

    return file != NULL && strcmp((const char *)file->bytes + file->length - SIZE, text) == 0;
}

static void a_copy_that_cannot_be_read_is_found_by_the_next_start(void **state)
{
    (void)state;
    live_without(disk_with("one", "two"), ".copy", SYS_FAILED, NULL, 3);
    assert_string_equal(found, "one");
    assert_int_equal(fake_events_about(fake, EVENT_COPY_OLDER, "A"), 1);
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 0);
    assert_string_equal(found_on(fake_take_disk(fake)), "two");
    assert_int_equal(fake_event_count(fake, EVENT_COPY_OLDER), 0);
}

static void look_at_trouble(size_t number)
{
    if (number == 2) {
        assert_true(told("copy\tGlobal\\A\tfailed\ta copy could not be read"));
        assert_false(is_complete());
    }
    if (number == 4) {
        assert_true(told("copy\tGlobal\\A\tsaved\t"));
        assert_true(is_complete());
    }
}

static void a_copy_that_cannot_be_read_is_laid_aside_and_stays(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    boot(disk, by_time);
    fake_fail(fake, FAKE_COPY_READ, name, SYS_DENIED);
    texts[1] = "three";
    texts[3] = "four";
    texts[5] = "five";
    at_wait = look_at_trouble;
    live(7);
    assert_true(unread_has(fake_disk(fake), "two"));
    assert_string_equal(found_on(fake_take_disk(fake)), "five");
    assert_true(unread_has(fake_disk(fake), "two"));
}

static void two_unread_copies_both_stay(void **state)
{
    (void)state;
    live_without(disk_with("one", "two"), ".copy", SYS_DENIED, "three", 3);
    a_day_later = true;
    live_without(fake_take_disk(fake), ".copy", SYS_DENIED, "four", 3);
    a_day_later = false;
    assert_int_equal(count_of(fake_disk(fake), ".unread"), 2);
}

static void two_refused_copies_both_stay(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    fake_disk_by_tail(disk, ".copy")->bytes[8] = 2; /* as a newer broker writes them */
    boot(disk, by_time);
    texts[1] = "three";
    live(3);
    disk = fake_take_disk(fake);
    damage(disk, ".copy");
    boot(disk, by_time);
    fake_clock(fake, FAKE_STARTED + UINT64_C(864000000000));
    texts[1] = "four";
    live(3);
    assert_string_equal(found, "one");
    assert_int_equal(count_of(fake_disk(fake), ".refused"), 2);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    assert_string_equal(found_on(fake_take_disk(fake)), "four");
}

static void without_a_copy_that_can_be_read_all_stay(void **state)
{
    struct fake_disk *disk = disk_with("one", "two"), *again;

    (void)state;
    boot(twin(disk), by_time);
    fake_fail(fake, FAKE_COPY_READ, NULL, SYS_FAILED);
    live(3);
    assert_string_equal(found, "first");
    assert_int_equal(fake_events_about(fake, EVENT_COPY_NONE, "A"), 1);
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 0);
    assert_string_equal(found_on(fake_take_disk(fake)), "two");
    boot(disk, by_time);
    fake_fail(fake, FAKE_COPY_READ, NULL, SYS_FAILED);
    texts[1] = "other";
    live(3);
    again = fake_take_disk(fake);
    assert_int_equal(again->count, 3);
    assert_string_equal(found_on(again), "other");
}

/* The one that was being written may be whole. */
static void an_unfinished_copy_that_cannot_be_read_is_not_overwritten(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    struct fake_file *file = fake_disk_by_tail(disk, ".copy");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".new", name);
    fake_disk_put(disk, name, file->bytes, file->length);
    live_without(disk, ".new", SYS_FAILED, "three", 3);
    assert_string_equal(found, "two");
    assert_true(unread_has(fake_disk(fake), "two"));
    assert_string_equal(found_on(fake_take_disk(fake)), "three");
}

static size_t held_for; /* pauses */

static void let_go(struct fake *which, enum fake_call call)
{
    if (call == FAKE_PAUSE && held_for > 0 && --held_for == 0)
        fake_mend(which);
}

static void a_copy_that_somebody_holds_is_waited_for(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    for (held_for = 90; held_for <= 110; held_for += 20) {
        size_t pauses = held_for;

        boot(twin(disk), at_stop);
        fake_fail(fake, FAKE_COPY_READ, name, SYS_LATER);
        fake_on_busy(fake, let_go);
        live(1);
        assert_string_equal(found, pauses == 90 ? "two" : "one");
        assert_int_equal(fake_calls(fake, FAKE_PAUSE), pauses == 90 ? 90 : 100);
        held_for = pauses;
    }
    fake_disk_free(disk);
}

static void hold_name_at_one(size_t number)
{
    char name[COPY_FILE_MAX];

    name_of(".copy", name);
    if (number == 1)
        fake_fail(fake, FAKE_COPY_RENAME, name, SYS_FAILED);
}

/*
 * The unread copy cannot be given another name, either, when the next one is
 * written; and then the machine goes down.
 */
static void an_unread_copy_is_known_after_a_power_loss(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    char name[COPY_FILE_MAX];

    (void)state;
    name_of(".copy", name);
    boot(disk, by_time);
    fake_fail(fake, FAKE_COPY_READ, name, SYS_FAILED);
    texts[0] = "three";
    at_wait = hold_name_at_one;
    live(2);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 1);
    assert_null(fake_disk_by_tail(fake_disk(fake), ".unread"));
    assert_string_equal(found_on(fake_take_disk(fake)), "three");
    assert_true(unread_has(fake_disk(fake), "two"));
}

static void reload_with(const char *configuration)
{
    fake_file(fake, FILE_NAME, configuration);
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void hold_newest(void)
{
    char name[COPY_FILE_MAX];

    name_of(".copy", name);
    fake_fail(fake, FAKE_COPY_READ, name, SYS_DENIED);
}

/* A reload had only the older copy to make it from, and now the newest one can be read. */
static void see_the_older_one(void)
{
    assert_string_equal(content_of("A"), "one");
    assert_true(told("copy\tGlobal\\A\tfailed\ta copy could not be read"));
    fake_mend(fake);
}

static void end_a_conflict_in_a_reload(size_t number)
{
    if (number == 1) {
        fake_vacate(fake, "A");
        hold_newest();
        reload_with(by_time_and_b);
    }
    if (number == 2)
        see_the_older_one();
}

static void make_a_segment_of_an_event(size_t number)
{
    if (number == 1)
        reload_with(by_time);
    if (number == 2) {
        assert_true(fake_find(fake, "A")->spec.kind == SHMB_EVENT);
        hold_newest();
        fake_anew(fake, "A");
        reload_with(by_time_and_b);
    }
    if (number == 3)
        see_the_older_one();
}

/* What is saved after that does not take its place, whichever way the reload came to it. */
static void an_unread_copy_that_a_reload_met_stays(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");
    int event;

    (void)state;
    for (event = 0; event < 2; event++) {
        boot(twin(disk), event ? as_event : by_time);
        if (!event)
            fake_occupy(fake, "A", SHMB_SECTION, "S-1-5-21-9");
        at_wait = event ? make_a_segment_of_an_event : end_a_conflict_in_a_reload;
        texts[3] = "three";
        texts[5] = "four";
        live(7);
        assert_true(unread_has(fake_disk(fake), "two"));
        assert_string_equal(found_on(fake_take_disk(fake)), "four");
    }
    fake_disk_free(disk);
}

static void change_what_is_held(size_t number)
{
    if (number == 2) {
        fake_mend(fake);
        reload_with(larger); /* deferred */
    }
    if (number == 3)
        reload_with(by_time_and_b);
    if (number == 4) {
        fake_anew(fake, "A");
        reload_with(larger);
    }
    if (number == 5)
        assert_int_equal(fake_find(fake, "A")->spec.size, 128);
}

static void an_unread_copy_is_known_after_reloads(void **state)
{
    (void)state;
    boot(disk_with("one", "two"), by_time);
    hold_newest();
    at_wait = change_what_is_held;
    texts[5] = "three";
    live(8);
    assert_string_equal(found, "one");
    assert_true(unread_has(fake_disk(fake), "two"));
    assert_string_equal(found_on(fake_take_disk(fake)), "three");
}

/* ---- what keeps it from being saved ------------------------------------------ */

static void mend_at_four(size_t number)
{
    if (number == 2) {
        assert_int_equal(fake_events_about(fake, EVENT_COPY_FAILED, "A"), 1);
        assert_int_equal(fake_wait_ms(fake, 2), 1000);
        assert_true(told("copy\tGlobal\\A\tfailed\tWriteFile: made to fail (error 1455); last "
                         "saved: never\n"));
        assert_false(is_complete());
        assert_string_equal(content_of("A"), "first");
    }
    if (number == 4) {
        assert_int_equal(fake_wait_ms(fake, 4), 4000);
        fake_mend(fake);
    }
    if (number == 5) {
        assert_int_equal(fake_events_about(fake, EVENT_COPY_SAVED, "A"), 1);
        assert_true(told("copy\tGlobal\\A\tsaved\t"));
        assert_true(is_complete());
    }
}

static void a_failure_is_told_once_and_tried_again(void **state)
{
    (void)state;
    boot(NULL, by_time);
    at_wait = mend_at_four;
    fake_fail(fake, FAKE_COPY_WRITE, NULL, SYS_FAILED);
    live(5);
    assert_int_equal(fake_events_about(fake, EVENT_COPY_FAILED, "A"), 1);
    assert_string_equal(found_on(fake_take_disk(fake)), "first");
}

/* ---- writers at work --------------------------------------------------------- */

static struct shmb_block *block_of_a(void)
{
    const struct fake_object *section = fake_find(fake, SHMB_CONTROL_PREFIX "1");

    assert_non_null(section);
    return (struct shmb_block *)(void *)(section->content + sizeof(struct shmb_control));
}

static size_t busy_left;

/* A library writer changes both ends while they are read. */
static void write_while_read(struct fake *which, enum fake_call call)
{
    char *content = (char *)fake_find(which, "A")->content;

    if (call != FAKE_PEEK || busy_left == 0)
        return;
    busy_left--;
    block_of_a()->sequence++;
    content[0]++;
    content[SIZE - 1]++;
    block_of_a()->sequence++;
}

static void a_copy_is_taken_between_two_writes(void **state)
{
    const struct fake_file *file;

    (void)state;
    boot(NULL, by_time);
    fake_on_busy(fake, write_while_read);
    busy_left = 5;
    live(2);
    file = fake_disk_by_tail(fake_disk(fake), ".copy");
    assert_int_equal(file->bytes[file->length - SIZE], 'f' + 5);
    assert_int_equal(file->bytes[file->length - 1], 5);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
}

static void begin_to_write(size_t number)
{
    if (number == 1)
        block_of_a()->sequence = 1;
}

static void end_the_write(struct fake *which, enum fake_call call)
{
    (void)which;
    if (call == FAKE_PAUSE && busy_left > 0 && --busy_left == 0)
        block_of_a()->sequence = 2;
}

static void a_write_under_way_is_waited_for(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    at_wait = begin_to_write;
    fake_on_busy(fake, end_the_write);
    busy_left = 100;
    live(1);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    assert_non_null(fake_disk_by_tail(fake_disk(fake), ".copy"));
}

static void a_write_that_never_ends_leaves_the_copy_before(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    boot(disk, by_time);
    at_wait = begin_to_write;
    texts[0] = "half";
    live(3);
    assert_int_equal(fake_events_about(fake, EVENT_COPY_FAILED, "A"), 1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_FAILED)->inserts[2],
                           "programs write all the time"));
    assert_string_equal(found_on(fake_take_disk(fake)), "two");
}

static void die_while_writing(size_t number)
{
    if (number == 1)
        block_of_a()->abandoned = SHMB_DIED_OWNING | SHMB_DIED_WRITING;
}

static void what_a_dead_writer_left_is_not_saved(void **state)
{
    struct fake_disk *disk = disk_with("one", "two");

    (void)state;
    boot(disk, at_stop);
    at_wait = die_while_writing;
    texts[0] = "half";
    live(1);
    assert_non_null(strstr(fake_last_event(fake, EVENT_COPY_FAILED)->inserts[2], "shmb repair"));
    assert_string_equal(found_on(fake_take_disk(fake)), "two");
}

/* ---- initialised ------------------------------------------------------------- */

static const char plain[] = HEAD "  A: { size: 64, keep: reboot }\n";
static uint32_t initialised;

static void declare(size_t number)
{
    if (number == 1)
        block_of_a()->initialised = 1;
}

static void ask(size_t number)
{
    if (number == 1)
        initialised = block_of_a()->initialised;
}

static void the_declaration_comes_back_with_the_content(void **state)
{
    (void)state;
    boot(NULL, plain);
    live(1);
    boot(fake_take_disk(fake), plain);
    at_wait = ask;
    live(1);
    assert_int_equal(initialised, 0);
    boot(fake_take_disk(fake), plain);
    at_wait = declare;
    live(1);
    boot(fake_take_disk(fake), plain);
    at_wait = ask;
    live(1);
    assert_int_equal(initialised, 1);
}

/* ---- stop, reload, size ------------------------------------------------------ */

static void large_segments_show_progress(void **state)
{
    size_t before;

    (void)state;
    boot(NULL, HEAD "  A: { size: 40 MiB, keep: reboot }\n");
    live(1);
    before = fake_calls(fake, FAKE_PROGRESS);
    assert_true(before > 3 * 40);
    /* No wait for the disk is for more than 16 MiB. */
    assert_int_equal(fake_calls(fake, FAKE_COPY_FLUSH), 3);
    assert_non_null(fake_disk_by_tail(fake_disk(fake), ".copy"));
}

static void stop_at_peek(size_t number)
{
    if (number == 1)
        fake_stop_at(fake, FAKE_PEEK, 2);
}

static void a_stop_ends_a_save_and_begins_the_last_one(void **state)
{
    (void)state;
    boot(NULL, HEAD "  A: { size: 5 MiB, keep: reboot, save_every: 1 s }\n");
    at_wait = stop_at_peek;
    fake_stop_at(fake, FAKE_WAIT, SIZE_MAX);
    assert_int_equal(lifecycle_run(fake_system(fake), FILE_NAME), SHMB_EXIT_DONE);
    assert_int_equal(fake_calls(fake, FAKE_PEEK), 2 + 5);
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 1);
    assert_int_equal(fake_event_count(fake, EVENT_COPY_FAILED), 0);
    assert_non_null(fake_disk_by_tail(fake_disk(fake), ".copy"));
}

static void take_away_and_give_back(size_t number)
{
    if (number == 1) {
        fake_file(fake, FILE_NAME, gone);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 2) {
        assert_null(fake_find(fake, "A"));
        assert_false(fake_saves(fake));
        assert_non_null(fake_disk_by_tail(fake_disk(fake), ".copy"));
        fake_file(fake, FILE_NAME, at_stop);
        fake_wake(fake, SYS_WAKE_RELOAD);
    }
    if (number == 3) {
        assert_string_equal(content_of("A"), "second");
        assert_true(fake_saves(fake));
    }
}

static void a_segment_that_leaves_is_saved_and_comes_back(void **state)
{
    (void)state;
    boot(NULL, at_stop);
    texts[0] = "second";
    at_wait = take_away_and_give_back;
    live(3);
}

static void reload_at_two(size_t number)
{
    if (number == 2)
        fake_wake(fake, SYS_WAKE_RELOAD);
}

static void a_reload_keeps_what_is_known_of_copies(void **state)
{
    (void)state;
    boot(NULL, by_time);
    at_wait = reload_at_two;
    live(5);
    assert_int_equal(fake_calls(fake, FAKE_COPY_CREATE), 1);
    assert_true(fake_wait_ms(fake, 3) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_was_there_at_the_stop_is_there_at_the_next_start, tear_down),
        cmocka_unit_test_teardown(it_is_saved_every_so_often_where_it_has_changed, tear_down),
        cmocka_unit_test_teardown(restored_content_is_not_written_again, tear_down),
        cmocka_unit_test_teardown(only_what_is_kept_is_touched, tear_down),
        cmocka_unit_test_teardown(what_clients_kept_alive_is_not_overwritten, tear_down),
        cmocka_unit_test_teardown(a_changed_size_carries_over_what_fits, tear_down),
        cmocka_unit_test_teardown(power_loss_leaves_a_whole_copy, tear_down),
        cmocka_unit_test_teardown(power_loss_in_the_first_save_leaves_none, tear_down),
        cmocka_unit_test_teardown(power_loss_after_damage_leaves_a_whole_copy, tear_down),
        cmocka_unit_test_teardown(power_losses_one_after_the_other_never_go_back, tear_down),
        cmocka_unit_test_teardown(
            what_a_killed_broker_had_not_flushed_is_settled_before_it_is_served, tear_down),
        cmocka_unit_test_teardown(what_could_not_be_placed_is_saved_all_the_same, tear_down),
        cmocka_unit_test_teardown(the_save_after_a_take_over_keeps_a_copy_that_has_no_place,
                                  tear_down),
        cmocka_unit_test_teardown(the_last_save_is_in_the_report_that_the_keeper_holds, tear_down),
        cmocka_unit_test_teardown(a_failure_anywhere_costs_no_copy, tear_down),
        cmocka_unit_test_teardown(a_damaged_copy_gives_way_to_the_one_before, tear_down),
        cmocka_unit_test_teardown(without_a_whole_copy_it_says_so, tear_down),
        cmocka_unit_test_teardown(copies_that_were_swapped_are_refused, tear_down),
        cmocka_unit_test_teardown(other_files_and_newer_formats_are_refused, tear_down),
        cmocka_unit_test_teardown(a_copy_that_cannot_be_read_is_found_by_the_next_start, tear_down),
        cmocka_unit_test_teardown(a_copy_that_cannot_be_read_is_laid_aside_and_stays, tear_down),
        cmocka_unit_test_teardown(two_unread_copies_both_stay, tear_down),
        cmocka_unit_test_teardown(two_refused_copies_both_stay, tear_down),
        cmocka_unit_test_teardown(without_a_copy_that_can_be_read_all_stay, tear_down),
        cmocka_unit_test_teardown(an_unfinished_copy_that_cannot_be_read_is_not_overwritten,
                                  tear_down),
        cmocka_unit_test_teardown(a_copy_that_somebody_holds_is_waited_for, tear_down),
        cmocka_unit_test_teardown(an_unread_copy_is_known_after_a_power_loss, tear_down),
        cmocka_unit_test_teardown(an_unread_copy_that_a_reload_met_stays, tear_down),
        cmocka_unit_test_teardown(an_unread_copy_is_known_after_reloads, tear_down),
        cmocka_unit_test_teardown(a_failure_is_told_once_and_tried_again, tear_down),
        cmocka_unit_test_teardown(a_copy_is_taken_between_two_writes, tear_down),
        cmocka_unit_test_teardown(a_write_under_way_is_waited_for, tear_down),
        cmocka_unit_test_teardown(a_write_that_never_ends_leaves_the_copy_before, tear_down),
        cmocka_unit_test_teardown(what_a_dead_writer_left_is_not_saved, tear_down),
        cmocka_unit_test_teardown(the_declaration_comes_back_with_the_content, tear_down),
        cmocka_unit_test_teardown(large_segments_show_progress, tear_down),
        cmocka_unit_test_teardown(a_stop_ends_a_save_and_begins_the_last_one, tear_down),
        cmocka_unit_test_teardown(a_segment_that_leaves_is_saved_and_comes_back, tear_down),
        cmocka_unit_test_teardown(a_reload_keeps_what_is_known_of_copies, tear_down),
    };

    return cmocka_run_group_tests_name("core_copies", tests, NULL, NULL);
}
