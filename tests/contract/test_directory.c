/* Tables and control sections: what was built is found, what was spoiled is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control_blocks.h"
#include "directory_table.h"
#include "names.h"

#define MANY 10000u

static const struct directory_row rows[] = {
    {.name = "Prices",
     .kind = SHMB_SECTION,
     .state = SHMB_ENTRY_HELD,
     .generation = 0x100000001u,
     .size = 0x200000003u,
     .flags = SHMB_ENTRY_INITIAL,
     .lock_name = "Prices.lock",
     .control = 4,
     .control_block = 9},
    {.name = "Prices.lock",
     .kind = SHMB_MUTEX,
     .state = SHMB_ENTRY_HELD,
     .generation = 2,
     .flags = SHMB_ENTRY_COMPANION},
    {.name = "M\xC3\xA4rz", .kind = SHMB_EVENT, .state = SHMB_ENTRY_CONFLICT},
    {.name = "Count",
     .kind = SHMB_SEMAPHORE,
     .state = SHMB_ENTRY_FAILED,
     .initial = -1,
     .maximum = 5},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static uint8_t *image;
static uint32_t image_size;
static struct shmb_root_slot slot;

static int build(const struct directory_row *list, uint32_t count)
{
    memset(&slot, 0, sizeof(slot));
    slot.revision = 77;
    memset(slot.suffix, 0xA5, sizeof(slot.suffix));
    image = directory_table_build(list, count, &slot, &image_size);
    return image == NULL;
}

static int begin(void **state)
{
    (void)state;
    return build(rows, ROWS);
}

static int end(void **state)
{
    (void)state;
    free(image);
    image = NULL;
    return 0;
}

static enum shmb_read check(struct shmb_table_view *view)
{
    return shmb_table_check(image, image_size, &slot, view);
}

static enum shmb_read find(const struct shmb_table_view *view, const char *name,
                           struct shmb_entry_view *entry)
{
    return shmb_table_find(view, name, strlen(name), entry);
}

static void what_was_built_is_found(void **state)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i;

    (void)state;
    assert_int_equal(slot.table_size, image_size);
    assert_int_equal(slot.entry_count, ROWS);
    assert_int_equal(check(&view), SHMB_READ_OK);
    assert_int_equal(view.revision, 77);
    assert_int_equal(find(&view, "prices", &entry), SHMB_READ_OK);
    assert_int_equal(entry.entry.generation, rows[0].generation);
    assert_int_equal(entry.entry.size, rows[0].size);
    assert_int_equal(entry.entry.control, 4);
    assert_int_equal(entry.entry.control_block, 9);
    assert_memory_equal(entry.lock_name, "Prices.lock", entry.entry.lock_name.length);
    assert_int_equal(find(&view, "M\xC3\x84RZ", &entry), SHMB_READ_OK);
    assert_int_equal(entry.entry.state, SHMB_ENTRY_CONFLICT);
    assert_null(entry.lock_name);
    assert_int_equal(find(&view, "Price", &entry), SHMB_READ_EMPTY);
    assert_null(entry.name);
    assert_int_equal(find(&view, "", &entry), SHMB_READ_EMPTY);
    for (i = 0; i < ROWS; i++) {
        assert_int_equal(shmb_table_entry(&view, i, &entry), SHMB_READ_OK);
        assert_int_equal(entry.entry.kind, rows[i].kind);
        assert_int_equal(entry.entry.initial, rows[i].initial);
        assert_memory_equal(entry.name, rows[i].name, strlen(rows[i].name));
    }
    assert_int_equal(shmb_table_entry(&view, ROWS, &entry), SHMB_READ_CORRUPT);
    assert_int_equal(shmb_table_entry(&view, UINT32_MAX, &entry), SHMB_READ_CORRUPT);
}

static void an_empty_table_has_nothing(void **state)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;

    end(state);
    assert_int_equal(build(NULL, 0), 0);
    assert_int_equal(check(&view), SHMB_READ_OK);
    assert_int_equal(find(&view, "x", &entry), SHMB_READ_EMPTY);
    assert_int_equal(shmb_table_entry(&view, 0, &entry), SHMB_READ_CORRUPT);
}

static void a_single_entry_is_found(void **state)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;

    end(state);
    assert_int_equal(build(rows, 1), 0);
    assert_int_equal(check(&view), SHMB_READ_OK);
    assert_int_equal(find(&view, "PRICES", &entry), SHMB_READ_OK);
    assert_int_equal(entry.entry.next, 0);
    assert_int_equal(find(&view, "Prices.lock", &entry), SHMB_READ_EMPTY);
    assert_int_equal(shmb_table_entry(&view, 1, &entry), SHMB_READ_CORRUPT);
}

static void many_are_found_by_hash(void **state)
{
    static char names[MANY][16];
    static struct directory_row many[MANY];
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i;

    end(state);
    for (i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "Name%u", (unsigned)i);
        many[i].name = names[i];
        many[i].kind = SHMB_MUTEX;
        many[i].state = SHMB_ENTRY_HELD;
        many[i].generation = i;
    }
    assert_int_equal(build(many, MANY), 0);
    assert_int_equal(check(&view), SHMB_READ_OK);
    for (i = 0; i < MANY; i++) {
        assert_int_equal(find(&view, names[i], &entry), SHMB_READ_OK);
        assert_int_equal(entry.entry.generation, i);
    }
    assert_int_equal(find(&view, "Name10000", &entry), SHMB_READ_EMPTY);
}

/* One field of the header at a time, and what the reader must say. */
static void a_spoiled_header_is_refused(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        enum shmb_read verdict;
    } spoils[] = {
        {0, 0, SHMB_READ_CORRUPT},           /* magic */
        {4, 2, SHMB_READ_VERSION},           /* ABI version */
        {8, 95, SHMB_READ_CORRUPT},          /* header size */
        {12, 64, SHMB_READ_CORRUPT},         /* entry size */
        {16, ROWS + 1, SHMB_READ_CORRUPT},   /* entries */
        {16, UINT32_MAX, SHMB_READ_CORRUPT}, /* entries */
        {20, 0, SHMB_READ_CORRUPT},          /* buckets */
        {20, 3, SHMB_READ_CORRUPT},          /* no power of two */
        {20, 0x80000000u, SHMB_READ_CORRUPT},
        {24, UINT32_MAX - 3, SHMB_READ_CORRUPT}, /* offset of buckets */
        {24, 97, SHMB_READ_CORRUPT},             /* not aligned */
        {28, UINT32_MAX, SHMB_READ_CORRUPT},     /* offset of texts */
        {32, UINT32_MAX, SHMB_READ_CORRUPT},     /* size of texts */
        {36, 0, SHMB_READ_CORRUPT},              /* total */
        {36, UINT32_MAX, SHMB_READ_CORRUPT},
        {40, 1, SHMB_READ_CORRUPT}, /* revision */
        {48, 1, SHMB_READ_CORRUPT}, /* suffix */
        {64, 1, SHMB_READ_CORRUPT}, /* reserved */
        {92, 1, SHMB_READ_CORRUPT},
    };
    struct shmb_table_view view;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        uint32_t saved;

        memcpy(&saved, image + spoils[i].offset, sizeof(saved));
        memcpy(image + spoils[i].offset, &spoils[i].value, sizeof(saved));
        assert_int_equal(check(&view), spoils[i].verdict);
        assert_null(view.bytes);
        memcpy(image + spoils[i].offset, &saved, sizeof(saved));
    }
    assert_int_equal(check(&view), SHMB_READ_OK);
    assert_int_equal(shmb_table_check(image, image_size - 1, &slot, &view), SHMB_READ_CORRUPT);
    assert_int_equal(shmb_table_check(image, 95, &slot, &view), SHMB_READ_CORRUPT);
    assert_int_equal(shmb_table_check(image, 0, &slot, &view), SHMB_READ_CORRUPT);
    slot.table_size--;
    assert_int_equal(check(&view), SHMB_READ_CORRUPT);
}

static void a_spoiled_entry_is_refused(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
    } spoils[] = {
        {0, UINT32_MAX}, /* name */
        {4, 0},           {4, UINT32_MAX},  {4, 1000},
        {8, 4},                       /* kind */
        {12, 0},                      /* state */
        {12, 4},          {32, 0x10}, /* flags */
        {36, 3},                      /* lock */
        {40, UINT32_MAX}, {44, UINT32_MAX}, {44, 0},
        {64, ROWS + 1},                                                 /* next */
        {72, 1},          {76, 1},                                      /* slots, their count */
        {92, 1},          {100, 1},         {32, SHMB_ENTRY_REQUESTED}, /* rule, account */
        {104, 1},                                                       /* reserved */
        {124, 1},
    };
    struct shmb_entry_view entry;
    struct shmb_table_view view;
    size_t i;

    (void)state;
    assert_int_equal(check(&view), SHMB_READ_OK);
    for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        uint8_t *at = image + sizeof(struct shmb_table) + spoils[i].offset;
        uint32_t saved;

        memcpy(&saved, at, sizeof(saved));
        memcpy(at, &spoils[i].value, sizeof(saved));
        assert_int_equal(shmb_table_entry(&view, 0, &entry), SHMB_READ_CORRUPT);
        memcpy(at, &saved, sizeof(saved));
    }
    assert_int_equal(shmb_table_entry(&view, 0, &entry), SHMB_READ_OK);
}

#define ACCOUNT "S-1-5-21-1-2-3-1001"

static const struct directory_row asked[] = {
    {.name = "App.1.lock",
     .kind = SHMB_MUTEX,
     .state = SHMB_ENTRY_HELD,
     .generation = 1,
     .flags = SHMB_ENTRY_COMPANION | SHMB_ENTRY_REQUESTED,
     .rule = "MyApp",
     .account = ACCOUNT},
    {.name = "App.1",
     .kind = SHMB_SECTION,
     .state = SHMB_ENTRY_HELD,
     .generation = 1,
     .size = 64,
     .lock_name = "App.1.lock",
     .flags = SHMB_ENTRY_REQUESTED,
     .rule = "MyApp",
     .account = ACCOUNT},
    {.name = "Configured", .kind = SHMB_EVENT, .state = SHMB_ENTRY_HELD, .generation = 1},
    {.name = "Other.1",
     .kind = SHMB_EVENT,
     .state = SHMB_ENTRY_HELD,
     .generation = 1,
     .flags = SHMB_ENTRY_REQUESTED,
     .rule = "Other app",
     .account = ACCOUNT},
};
#define ASKED (sizeof(asked) / sizeof(asked[0]))

static int begin_asked(void **state)
{
    (void)state;
    return build(asked, ASKED);
}

static void expect_text(const char *text, struct shmb_text_ref ref, const char *wanted)
{
    assert_non_null(text);
    assert_int_equal(ref.length, strlen(wanted));
    assert_memory_equal(text, wanted, ref.length);
}

static void who_asked_is_told(void **state)
{
    struct shmb_entry_view entry;
    struct shmb_table_view view;
    uint32_t i;

    (void)state;
    assert_int_equal(check(&view), SHMB_READ_OK);
    for (i = 0; i < ASKED; i++) {
        assert_int_equal(shmb_table_entry(&view, i, &entry), SHMB_READ_OK);
        if (asked[i].rule == NULL) {
            assert_null(entry.rule);
            assert_null(entry.account);
            continue;
        }
        expect_text(entry.rule, entry.entry.rule, asked[i].rule);
        expect_text(entry.account, entry.entry.account, asked[i].account);
    }
    assert_int_equal(find(&view, "Other.1", &entry), SHMB_READ_OK);
    expect_text(entry.rule, entry.entry.rule, "Other app");
}

/* A table of thousands of requested objects has the texts of each rule and account once. */
static void rows_with_the_same_texts_share_them(void **state)
{
    struct shmb_table_view view;
    size_t names =
        strlen("App.1.lock") * 2 + strlen("App.1") + strlen("Configured") + strlen("Other.1");

    (void)state;
    assert_int_equal(check(&view), SHMB_READ_OK);
    assert_int_equal(view.texts_size,
                     names + strlen("MyApp") + strlen("Other app") + strlen(ACCOUNT));
}

/* Both texts go to screens, and into buffers of their greatest length. */
static void a_spoiled_requester_is_refused(void **state)
{
    static const struct {
        size_t offset; /* in the second entry */
        uint32_t value;
    } spoils[] = {
        {32, 0},                                                   /* not marked as requested */
        {88, UINT32_MAX}, {92, 0},  {92, UINT32_MAX},  {92, 1000}, /* rule */
        {96, UINT32_MAX}, {100, 0}, {100, UINT32_MAX}, {100, 1000},
    };
    static const char unfit[] = {'\0', '\n', '\x1b', '\\', '\x7f', '\xff'};
    struct shmb_entry_view entry;
    struct shmb_table_view view;
    uint8_t *text;
    size_t i;

    (void)state;
    assert_int_equal(check(&view), SHMB_READ_OK);
    for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        uint8_t *at =
            image + sizeof(struct shmb_table) + sizeof(struct shmb_entry) + spoils[i].offset;
        uint32_t saved;

        memcpy(&saved, at, sizeof(saved));
        memcpy(at, &spoils[i].value, sizeof(saved));
        assert_int_equal(shmb_table_entry(&view, 1, &entry), SHMB_READ_CORRUPT);
        memcpy(at, &saved, sizeof(saved));
    }
    assert_int_equal(shmb_table_entry(&view, 1, &entry), SHMB_READ_OK);
    for (i = 0; i < 2 * sizeof(unfit); i++) {
        text = image + view.texts_offset +
               (i % 2 == 0 ? entry.entry.rule.offset : entry.entry.account.offset);
        text[2] = (uint8_t)unfit[i / 2];
        assert_int_equal(shmb_table_entry(&view, 1, &entry), SHMB_READ_CORRUPT);
        text[2] = 'x';
        assert_int_equal(shmb_table_entry(&view, 1, &entry), SHMB_READ_OK);
    }
}

/* The texts fit what the library and its callers have room for. */
static void long_texts_of_a_requester_are_refused(void **state)
{
    static char rule[SHMB_RULE_NAME_MAX + 2], account[SHMB_ACCOUNT_MAX + 2];
    struct directory_row row = asked[3];
    struct shmb_entry_view entry;
    struct shmb_table_view view;
    int longer;

    for (longer = 0; longer < 3; longer++) {
        end(state);
        memset(rule, 'r', sizeof(rule));
        memset(account, 'a', sizeof(account));
        rule[SHMB_RULE_NAME_MAX + (longer == 1)] = '\0';
        account[SHMB_ACCOUNT_MAX + (longer == 2)] = '\0';
        row.rule = rule;
        row.account = account;
        assert_int_equal(build(&row, 1), 0);
        assert_int_equal(check(&view), SHMB_READ_OK);
        assert_int_equal(shmb_table_entry(&view, 0, &entry),
                         longer == 0 ? SHMB_READ_OK : SHMB_READ_CORRUPT);
    }
}

static void circles_and_wild_buckets_end(void **state)
{
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i, value;

    (void)state;
    assert_int_equal(check(&view), SHMB_READ_OK);
    for (i = 0; i < view.bucket_count; i++) {
        value = UINT32_MAX;
        memcpy(image + view.buckets_offset + i * 4, &value, 4);
    }
    assert_int_equal(find(&view, "Nobody", &entry), SHMB_READ_CORRUPT);
    for (i = 0; i < view.bucket_count; i++) {
        value = 1;
        memcpy(image + view.buckets_offset + i * 4, &value, 4);
    }
    value = 1; /* the first entry continues with itself */
    memcpy(image + sizeof(struct shmb_table) + 64, &value, 4);
    assert_int_equal(find(&view, "Nobody", &entry), SHMB_READ_CORRUPT);
}

static struct shmb_root root;

static void begin_root(void)
{
    memset(&root, 0, sizeof(root));
    root.magic = SHMB_ROOT_MAGIC;
    root.abi_version = SHMB_ABI_VERSION;
    root.size = SHMB_ROOT_SIZE;
    root.slot[1].table_size = 200;
    root.slot[1].revision = 5;
    root.publication = 3;
}

/* What another program might write there goes to no screen, and ends within it. */
static void the_root_tells_a_version_of_plain_text(void **state)
{
    static const char *const unfit[] = {"1.0 0", "1.0\x1b[2J", "1.\xc3\xa4"};
    char out[SHMB_ROOT_VERSION];
    size_t i;

    (void)state;
    begin_root();
    shmb_root_version(&root, out);
    assert_string_equal(out, "");
    strcpy(root.version, "1.0.0-rc.1");
    shmb_root_version(&root, out);
    assert_string_equal(out, "1.0.0-rc.1");
    assert_int_equal(shmb_root_read(&root, sizeof(root), &slot), SHMB_READ_OK);
    for (i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
        strcpy(root.version, unfit[i]);
        shmb_root_version(&root, out);
        assert_string_equal(out, "");
    }
    memset(root.version, '1', sizeof(root.version));
    shmb_root_version(&root, out);
    assert_int_equal(strlen(out), SHMB_ROOT_VERSION - 1);
}

static void the_root_names_the_slot_that_holds(void **state)
{
    struct shmb_root_slot out;
    static const struct shmb_root blank;

    (void)state;
    begin_root();
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_OK);
    assert_int_equal(out.revision, 5);
    root.publication = 4; /* slot 0 is empty */
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_CORRUPT);
    root.publication = 0;
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_EMPTY);
    assert_int_equal(shmb_root_read(&blank, sizeof(blank), &out), SHMB_READ_EMPTY);
    begin_root();
    root.abi_version = 2;
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_VERSION);
    begin_root();
    root.reserved0[35] = 1;
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_CORRUPT);
    begin_root();
    root.slot[1].reserved[31] = 1;
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_CORRUPT);
    assert_int_equal(out.revision, 0);
    begin_root();
    root.slot[1].table_size = SHMB_TABLE_MAX + 1;
    assert_int_equal(shmb_root_read(&root, sizeof(root), &out), SHMB_READ_CORRUPT);
    begin_root();
    assert_int_equal(shmb_root_read(&root, sizeof(root) - 1, &out), SHMB_READ_CORRUPT);
}

static void names_of_tables_and_controls(void **state)
{
    static const uint8_t suffix[SHMB_SUFFIX_BYTES] = {0x01, 0xAB, [15] = 0xF0};
    char table[SHMB_TABLE_NAME_BYTES], control[SHMB_CONTROL_NAME_BYTES];

    (void)state;
    shmb_table_name(suffix, table);
    assert_string_equal(table, "ShmBroker.Table.01ab00000000000000000000000000f0");
    shmb_control_name(0, control);
    assert_string_equal(control, "ShmBroker.Control.0");
    shmb_control_name(UINT32_MAX, control);
    assert_string_equal(control, "ShmBroker.Control.4294967295");
}

static void blocks_are_found_within_their_section(void **state)
{
    static uint64_t memory[(64 + 3 * 256) / 8];

    (void)state;
    assert_int_equal(shmb_control_size(3), sizeof(memory));
    assert_ptr_equal(shmb_control_block(memory, sizeof(memory), 2), (uint8_t *)memory + 64 + 512);
    assert_null(shmb_control_block(memory, sizeof(memory), 3));
    assert_null(shmb_control_block(memory, sizeof(memory) - 1, 2));
    assert_null(shmb_control_block(memory, 64, 0));
    assert_null(shmb_control_block(memory, 63, 0));
    assert_null(shmb_control_block(memory, 0, 0));
    assert_null(shmb_control_block(memory, sizeof(memory), UINT32_MAX));
}

static void a_header_tells_whether_it_is_damaged(void **state)
{
    static uint64_t memory[(64 + 3 * 256) / 8];
    struct shmb_control *header = (struct shmb_control *)(void *)memory;
    uint8_t *bytes = (uint8_t *)memory;
    size_t at;

    (void)state;
    shmb_control_header(6, 3, header);
    assert_true(shmb_control_is_sound(memory, sizeof(memory), 6, 2));
    assert_true(shmb_control_is_sound(memory, sizeof(*header), 6, 0));
    assert_false(shmb_control_is_sound(memory, sizeof(*header) - 1, 6, 0));
    assert_false(shmb_control_is_sound(memory, sizeof(memory), 6, 3));
    assert_false(shmb_control_is_sound(memory, sizeof(memory), 7, 0));
    for (at = 0; at < sizeof(*header); at++) {
        bytes[at] ^= 0x80;
        assert_false(shmb_control_is_sound(memory, sizeof(memory), 6, 0));
        bytes[at] ^= 0x80;
    }
    assert_true(shmb_control_is_sound(memory, sizeof(memory), 6, 2));
    memset(header, 0, sizeof(*header));
    assert_false(shmb_control_is_sound(memory, sizeof(memory), 6, 0));
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TABLE(what_was_built_is_found),
        WITH_TABLE(an_empty_table_has_nothing),
        WITH_TABLE(a_single_entry_is_found),
        WITH_TABLE(many_are_found_by_hash),
        WITH_TABLE(a_spoiled_header_is_refused),
        WITH_TABLE(a_spoiled_entry_is_refused),
        cmocka_unit_test_setup_teardown(who_asked_is_told, begin_asked, end),
        cmocka_unit_test_setup_teardown(rows_with_the_same_texts_share_them, begin_asked, end),
        cmocka_unit_test_setup_teardown(a_spoiled_requester_is_refused, begin_asked, end),
        cmocka_unit_test_setup_teardown(long_texts_of_a_requester_are_refused, begin_asked, end),
        WITH_TABLE(circles_and_wild_buckets_end),
        cmocka_unit_test(the_root_tells_a_version_of_plain_text),
        cmocka_unit_test(the_root_names_the_slot_that_holds),
        cmocka_unit_test(names_of_tables_and_controls),
        cmocka_unit_test(blocks_are_found_within_their_section),
        cmocka_unit_test(a_header_tells_whether_it_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
