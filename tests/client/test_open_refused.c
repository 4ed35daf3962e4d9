/* Opening: what is not the broker's is gone round or refused, and so is a spoiled directory. */
#include "opening.h"

#include <stdio.h>

#include "squatter.h"

static void a_strangers_section_is_not_ours(void **state)
{
    shmb_options options = {.size = sizeof(options), .rights = SHMB_READ};
    shmb_segment *segment;

    (void)state;
    stage_row("ShmbTest.Squat", SHMB_SECTION)->size = 16;
    stage_object(SHMB_SECTION, "ShmbTest.Squat", 16, STAGE_STRANGER, STAGE_SECTION_WRITE);
    stage_row("ShmbTest.Conflict", SHMB_SECTION)->size = 16;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Squat", SHMB_READ), SHMB_NOT_OURS);
    options.owner = "S-1-5-32-545";
    assert_int_equal(shmb_open_with("ShmbTest.Squat", &options, &segment), SHMB_NOT_OURS);
    options.owner = stage_user();
    assert_int_equal(shmb_open_with("ShmbTest.Squat", &options, &segment), SHMB_OK);
    shmb_close(segment);
}

static void conflict_and_failure_are_states(void **state)
{
    struct directory_row *row;

    (void)state;
    row = stage_row("ShmbTest.Conflict", SHMB_SECTION);
    row->size = 16;
    row->state = SHMB_ENTRY_CONFLICT;
    row = stage_row("ShmbTest.Failed", SHMB_SECTION);
    row->size = 16;
    row->state = SHMB_ENTRY_FAILED;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Conflict", SHMB_READ), SHMB_NOT_OURS);
    assert_int_equal(try_open("ShmbTest.Failed", SHMB_READ), SHMB_NOT_FOUND);
    assert_int_equal(described("ShmbTest.Conflict").state, SHMB_STATE_CONFLICT);
    assert_int_equal(described("ShmbTest.Failed").state, SHMB_STATE_FAILED);
}

static void a_strangers_directory_is_gone_round(void **state)
{
    shmb_info info = {.size = sizeof(info)};
    shmb_segment *segment;
    shmb_list *list;
    uint64_t size;
    char byte;
    HANDLE squat;

    (void)state;
    stage_root_close();
    squat = stage_object(SHMB_SECTION, SHMB_ROOT_NAME, SHMB_ROOT_SIZE, STAGE_STRANGER,
                         STAGE_SECTION_WRITE);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_NOT_OURS);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NOT_OURS);
    segment = opened("ShmbTest.One", SHMB_WRITE);
    assert_int_equal(shmb_size(segment, &size), SHMB_OK);
    assert_int_equal(size, 4096);
    info = info_of(segment);
    assert_int_equal(info.flags, SHMB_FLAG_ROUNDED | SHMB_FLAG_HAS_LOCK);
    assert_string_equal(info.lock, "ShmbTest.One.lock");
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_BAD_ARGUMENT);
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    shmb_close(segment);
    stage_close(squat);
    /* A mutex needs no privilege at all. */
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NOT_OURS);
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_OK);
}

#define STAND_IN(digit) SHMB_ROOT_NAME "." digit "123456789abcdef0123456789abcdef"

/* All that the directory gives: the exact size, the lock, snapshots, the list. */
static void check_all_is_there(void)
{
    shmb_segment *segment = opened("ShmbTest.One", SHMB_WRITE);
    shmb_list *list;
    uint64_t size;
    char byte;

    assert_int_equal(shmb_size(segment, &size), SHMB_OK);
    assert_int_equal(size, 300);
    assert_int_equal(info_of(segment).flags, SHMB_FLAG_HAS_LOCK);
    assert_int_equal(shmb_lock(segment, 0), SHMB_OK);
    assert_int_equal(shmb_unlock(segment), SHMB_OK);
    assert_int_equal(shmb_update(segment, 0, "x", 1, 0, NULL), SHMB_OK);
    assert_int_equal(shmb_snapshot(segment, 0, &byte, 1, NULL), SHMB_OK);
    assert_int_equal(byte, 'x');
    assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
    shmb_close(segment);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_OK);
    shmb_list_close(list);
}

/* Whatever it is, and whether it may be opened or not. */
static void a_stand_in_serves_where_the_name_is_taken(void **state)
{
    static const struct {
        const char *kind, *sddl;
    } squats[] = {
        {"mutex", "O:S-1-5-21-1-2-3-4D:P(A;;GA;;;WD)"},
        {"event", "O:S-1-5-21-1-2-3-4D:P"},
        {"semaphore", "O:S-1-5-21-1-2-3-4D:P(A;;GA;;;WD)"},
        {"section", "O:S-1-5-21-1-2-3-4D:P(A;;GA;;;WD)"},
        {"section", "O:S-1-5-21-1-2-3-4D:P"},
    };
    size_t i;

    (void)state;
    squatter_begin();
    stage_root_at(STAND_IN("0"));
    check_all_is_there(); /* the holder of the name is gone again */
    for (i = 0; i < sizeof(squats) / sizeof(squats[0]); i++) {
        HANDLE squat = squatter_make(squats[i].kind, "Global\\" SHMB_ROOT_NAME, squats[i].sddl,
                                     SHMB_ROOT_SIZE, SQUATTER_BYTES);

        assert_non_null(squat);
        check_all_is_there();
        CloseHandle(squat);
    }
}

/* A stranger's name has the form, and its root would win; or it only looks like one. */
static void a_strangers_stand_in_is_skipped(void **state)
{
    static const char *const forms[] = {STAND_IN("1"), STAND_IN("e")};
    struct shmb_root *root;
    HANDLE section;
    size_t i;

    (void)state;
    stage_root_at(STAND_IN("7"));
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    stage_object(SHMB_EVENT, STAND_IN("0"), 0, STAGE_OURS, STAGE_EVENT_SET);
    stage_object(SHMB_SECTION, STAND_IN("f") "0", SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_WRITE);
    stage_object(SHMB_SECTION, STAND_IN("X"), SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_WRITE);
    for (i = 0; i < 2; i++) {
        section = stage_object(SHMB_SECTION, forms[i], SHMB_ROOT_SIZE, STAGE_STRANGER,
                               STAGE_SECTION_WRITE);
        root = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, SHMB_ROOT_SIZE);
        assert_non_null(root);
        *root = *stage_root();
        root->slot[0].revision = root->slot[1].revision = UINT64_MAX;
        UnmapViewOfFile(root);
    }
    check_all_is_there();
}

/* What a user without a privilege can do to the list: mutexes of that form, and a very long name.
 */
static void many_names_hide_no_stand_in(void **state)
{
    enum { MANY = 2000, LONG = 20000 };
    static HANDLE made[MANY + 1];
    static wchar_t name[LONG + 1];
    size_t i;

    (void)state;
    for (i = 0; i < MANY; i++) {
        char text[80];

        (void)snprintf(text, sizeof(text), "Global\\" SHMB_ROOT_NAME ".%032x", (unsigned)i);
        made[i] = CreateMutexW(NULL, FALSE, support_wide(text));
        assert_non_null(made[i]);
    }
    for (i = 0; i < LONG; i++)
        name[i] = L'x';
    memcpy(name, L"Global\\", 7 * sizeof(*name));
    made[MANY] = CreateMutexW(NULL, FALSE, name); /* or the system refuses it */
    stage_root_at(STAND_IN("7"));
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    check_all_is_there();
    for (i = 0; i <= MANY; i++)
        if (made[i] != NULL)
            CloseHandle(made[i]);
}

/* It is there as long as a former keeper holds it; one that names no table yet does not count. */
static void the_newest_stand_in_counts(void **state)
{
    static const char *const forms[] = {STAND_IN("0"), STAND_IN("e")};
    struct shmb_root *root;
    HANDLE section;
    size_t i;

    (void)state;
    stage_publish();
    stage_root_at(STAND_IN("7"));
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    stage_object(SHMB_SECTION, STAND_IN("1"), SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
    stage_object(SHMB_SECTION, STAND_IN("f"), SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
    for (i = 0; i < 2; i++) {
        section =
            stage_object(SHMB_SECTION, forms[i], SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
        root = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, SHMB_ROOT_SIZE);
        assert_non_null(root);
        *root = *stage_root();
        root->publication--; /* the table before, which is gone */
        UnmapViewOfFile(root);
    }
    check_all_is_there();
}

/* A root of ours at this name: as the one on the stage, but `published` publications before. */
static void add_old_root(const char *bare, uint32_t published)
{
    HANDLE section =
        stage_object(SHMB_SECTION, bare, SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
    struct shmb_root *root = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, SHMB_ROOT_SIZE);

    assert_non_null(root);
    *root = *stage_root();
    root->publication -= published;
    UnmapViewOfFile(root);
}

/* A program has it open, and the broker that made it was killed. The next one takes no chances. */
static void a_root_that_an_ended_broker_left_hides_no_stand_in(void **state)
{
    (void)state;
    stage_publish(); /* the table before is gone */
    stage_root_at(STAND_IN("7"));
    add_old_root(SHMB_ROOT_NAME, 1);
    check_all_is_there();
}

/* It was killed before it published anything. */
static void an_empty_root_hides_no_stand_in(void **state)
{
    (void)state;
    stage_root_at(STAND_IN("7"));
    add_old_root(SHMB_ROOT_NAME, stage_root()->publication);
    check_all_is_there();
}

/* Its clock was wrong, say: the revision alone is no proof that a stand-in is in use. */
static void a_stand_in_without_its_table_hides_no_other(void **state)
{
    static const char *const forms[] = {STAND_IN("0"), STAND_IN("e")};
    struct shmb_root *root;
    HANDLE section;
    size_t i;

    (void)state;
    stage_root_at(STAND_IN("7"));
    stage_object(SHMB_MUTEX, SHMB_ROOT_NAME, 0, STAGE_STRANGER, STAGE_MUTEX_USE);
    for (i = 0; i < 2; i++) {
        section =
            stage_object(SHMB_SECTION, forms[i], SHMB_ROOT_SIZE, STAGE_OURS, STAGE_SECTION_READ);
        root = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, SHMB_ROOT_SIZE);
        assert_non_null(root);
        *root = *stage_root();
        root->slot[root->publication & 1].revision += 1000;
        memset(root->slot[root->publication & 1].suffix, 0xEE, SHMB_SUFFIX_BYTES);
        UnmapViewOfFile(root);
    }
    check_all_is_there();
}

/* Its name is known to whoever may read the root, and free when the broker has died. */
static void a_strangers_table_is_gone_round(void **state)
{
    const struct shmb_root_slot *slot = &stage_root()->slot[stage_root()->publication & 1];
    shmb_info info = {.size = sizeof(info)};
    char name[SHMB_TABLE_NAME_BYTES];
    HANDLE squat;

    (void)state;
    shmb_table_name(slot->suffix, name);
    stage_table_close();
    squat = stage_object(SHMB_SECTION, name, slot->table_size, STAGE_STRANGER, STAGE_SECTION_READ);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_NOT_OURS);
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_OK);
    stage_close(squat);
    stage_object(SHMB_EVENT, name, 0, STAGE_STRANGER, 0x120003);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_NOT_OURS);
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_OK);
}

static void a_strangers_control_section_is_not_ours(void **state)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    struct directory_row *row = stage_segment("ShmbTest.Two", 16, 0);

    (void)state;
    shmb_control_name(7, name);
    stage_object(SHMB_SECTION, name, 4096, STAGE_STRANGER, STAGE_SECTION_WRITE);
    row->control = 7;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Two", SHMB_READ), SHMB_NOT_OURS);
    row->control = 8;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Two", SHMB_READ), SHMB_NOT_FOUND);
    shmb_control_name(8, name);
    stage_object(SHMB_EVENT, name, 0, STAGE_STRANGER, 0x120003);
    assert_int_equal(try_open("ShmbTest.Two", SHMB_READ), SHMB_NOT_OURS);
}

static void other_versions_and_rubbish_are_told(void **state)
{
    shmb_info info = {.size = sizeof(info)};

    (void)state;
    stage_root()->abi_version = 2;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_VERSION_MISMATCH);
    assert_int_equal(shmb_describe("ShmbTest.One", &info), SHMB_VERSION_MISMATCH);
    stage_root()->abi_version = SHMB_ABI_VERSION;
    stage_root()->magic++;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_CORRUPT);
    stage_root()->magic--;
    stage_table()->entry_count++;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_CORRUPT);
    stage_table()->entry_count--;
    stage_table()->abi_version = 2;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_VERSION_MISMATCH);
    stage_table()->abi_version = SHMB_ABI_VERSION;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_OK);
}

static void a_directory_without_table_is_none(void **state)
{
    shmb_list *list;

    (void)state;
    stage_table_close();
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NOT_FOUND);
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_OK);
    stage_broker_dies();
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NO_BROKER);
}

static void before_the_first_publication_nothing_is_there(void **state)
{
    (void)state;
    stage_root()->publication = 0;
    assert_int_equal(try_open("ShmbTest.One", SHMB_READ), SHMB_NOT_FOUND);
}

static void a_section_shorter_than_its_entry_is_refused(void **state)
{
    struct directory_row *row = stage_segment("ShmbTest.Short", 16, 0);
    shmb_options options = {.size = sizeof(options), .rights = SHMB_READ, .offset = 1 << 20};
    shmb_segment *segment;

    (void)state;
    row->size = 1 << 21;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Short", SHMB_READ), SHMB_CORRUPT);
    assert_int_equal(shmb_open_with("ShmbTest.Short", &options, &segment), SHMB_CORRUPT);
    row->size = 16;
    row->control_block = 1000;
    stage_publish();
    assert_int_equal(try_open("ShmbTest.Short", SHMB_READ), SHMB_CORRUPT);
}

/* The broker runs without the mutex that shows it, because another program made an object first. */
static void a_strangers_instance_hides_no_broker(void **state)
{
    static const enum shmb_kind kinds[] = {SHMB_MUTEX, SHMB_EVENT};
    shmb_info info = {.size = sizeof(info)};
    shmb_segment *segment;
    size_t i;

    (void)state;
    stage_broker_dies();
    for (i = 0; i < 2; i++) {
        HANDLE squat =
            stage_object(kinds[i], SHMB_INSTANCE_NAME, 0, STAGE_STRANGER, STAGE_EVENT_SET);

        segment = opened("ShmbTest.One", SHMB_READ);
        assert_int_equal(shmb_state(segment, NULL), SHMB_OK);
        shmb_close(segment);
        assert_int_equal(try_open("ShmbTest.None", SHMB_READ), SHMB_NOT_FOUND);
        assert_int_equal(shmb_describe("ShmbTest.None", &info), SHMB_NOT_FOUND);
        stage_close(squat);
    }
}

/* No broker runs, but a program made its mutex so that nobody may open it. */
static void a_strangers_instance_stands_for_no_segment(void **state)
{
    shmb_segment *segment = opened("ShmbTest.One", SHMB_READ);
    shmb_list *list;
    HANDLE squat;

    (void)state;
    stage_broker_dies();
    squatter_begin();
    squat = squatter_make("mutex", "Global\\" SHMB_INSTANCE_NAME, "O:S-1-5-21-1-2-3-4D:P", 0,
                          SQUATTER_BYTES);
    assert_non_null(squat);
    stage_root_close();
    assert_int_equal(shmb_state(segment, NULL), SHMB_NO_BROKER);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NOT_FOUND); /* the hint is wrong */
    CloseHandle(squat);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_NO_BROKER);
    shmb_close(segment);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(a_strangers_section_is_not_ours),
        STAGED(conflict_and_failure_are_states),
        STAGED(a_strangers_directory_is_gone_round),
        STAGED(a_stand_in_serves_where_the_name_is_taken),
        STAGED(a_strangers_stand_in_is_skipped),
        STAGED(many_names_hide_no_stand_in),
        STAGED(the_newest_stand_in_counts),
        STAGED(a_root_that_an_ended_broker_left_hides_no_stand_in),
        STAGED(an_empty_root_hides_no_stand_in),
        STAGED(a_stand_in_without_its_table_hides_no_other),
        STAGED(a_strangers_table_is_gone_round),
        STAGED(a_strangers_control_section_is_not_ours),
        STAGED(other_versions_and_rubbish_are_told),
        STAGED(a_directory_without_table_is_none),
        STAGED(before_the_first_publication_nothing_is_there),
        STAGED(a_section_shorter_than_its_entry_is_refused),
        STAGED(a_strangers_instance_hides_no_broker),
        STAGED(a_strangers_instance_stands_for_no_segment),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests_name("test_open_refused", tests, NULL, NULL);
}
