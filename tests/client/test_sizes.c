/* Programs that were built with an older or a newer shmb.h than the library. */
#include "opening.h"

#include <stddef.h>
#include <string.h>

#define MORE   64u /* bytes that a newer header has and the library has not */
#define POISON 0xA5

union any_options {
    shmb_options options;
    uint8_t bytes[sizeof(shmb_options) + MORE];
};

union any_info {
    shmb_info info;
    uint8_t bytes[sizeof(shmb_info) + 2 * MORE];
};

/* A place of `size` bytes, behind which every access is a violation. */
static void *last_bytes(size_t size)
{
    static uint8_t *page;
    DWORD before;

    if (page == NULL) {
        page = VirtualAlloc(NULL, 2 * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        assert_non_null(page);
        assert_true(VirtualProtect(page + 4096, 4096, PAGE_NOACCESS, &before));
    }
    memset(page, POISON, 4096);
    return page + 4096 - size;
}

static int32_t open_size(const shmb_options *options, uint64_t *size)
{
    shmb_segment *segment;
    int32_t result = shmb_open_with("ShmbTest.One", options, &segment);

    *size = 0;
    shmb_size(segment, size);
    shmb_close(segment);
    return result;
}

/* Asks every call that fills a description. `info->size` is set. */
static void all_describe(shmb_info *info, int32_t expected)
{
    const uint32_t size = info->size;
    shmb_segment *segment;
    shmb_list *list;

    assert_int_equal(shmb_describe("ShmbTest.One", info), expected);
    assert_int_equal(info->size, size);
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_OK);
    assert_int_equal(shmb_list_next(list, info), expected);
    assert_int_equal(info->size, size);
    shmb_list_close(list);
    assert_int_equal(shmb_open("ShmbTest.One", SHMB_READ, 0, &segment), SHMB_OK);
    assert_int_equal(shmb_state(segment, info), expected);
    assert_int_equal(info->size, size);
    shmb_close(segment);
}

static void options_of_an_older_program(void **state)
{
    const size_t wanted = offsetof(shmb_options, owner);
    shmb_options whole = {.rights = SHMB_READ, .offset = 100, .length = 50};
    shmb_options *options = last_bytes(SHMB_OPTIONS_SIZE_MIN);
    uint64_t size;

    (void)state;
    whole.size = SHMB_OPTIONS_SIZE_MIN;
    memcpy(options, &whole, SHMB_OPTIONS_SIZE_MIN);
    assert_int_equal(open_size(options, &size), SHMB_OK);
    assert_int_equal(size, 300); /* it has no offset and no length */
    options = last_bytes(wanted);
    whole.size = (uint32_t)wanted;
    memcpy(options, &whole, wanted);
    assert_int_equal(open_size(options, &size), SHMB_OK);
    assert_int_equal(size, 50);
}

static void options_of_a_newer_program(void **state)
{
    union any_options newer = {.options = {.rights = SHMB_READ, .offset = 100, .length = 50}};
    uint64_t size;

    (void)state;
    newer.options.size = sizeof(newer.options);
    newer.options.reserved_pointer = &newer;
    assert_int_equal(open_size(&newer.options, &size), SHMB_BAD_ARGUMENT);
    newer.options.reserved_pointer = NULL;
    assert_int_equal(open_size(&newer.options, &size), SHMB_OK);
    newer.options.size = sizeof(newer);
    assert_int_equal(open_size(&newer.options, &size), SHMB_OK);
    assert_int_equal(size, 50);
    newer.bytes[sizeof(newer) - 1] = 1; /* asks for what this library cannot do */
    assert_int_equal(open_size(&newer.options, &size), SHMB_BAD_ARGUMENT);
    newer.options.size = sizeof(newer.options);
    assert_int_equal(open_size(&newer.options, &size), SHMB_OK);
}

static void descriptions_for_an_older_program(void **state)
{
    const uint32_t with_half_a_name = SHMB_INFO_SIZE_MIN + 8;
    shmb_info *info = last_bytes(SHMB_INFO_SIZE_MIN);

    (void)state;
    info->size = SHMB_INFO_SIZE_MIN;
    all_describe(info, SHMB_OK);
    assert_int_equal(info->bytes, 300);
    assert_int_equal(info->reserved[2], 0);
    info = last_bytes(with_half_a_name);
    info->size = with_half_a_name;
    all_describe(info, SHMB_OK);
    assert_int_equal(info->bytes, 300);
    assert_int_equal(info->name[0], 0); /* not half of it */
}

static void descriptions_for_a_newer_program(void **state)
{
    union any_info newer;
    size_t i;

    (void)state;
    memset(&newer, POISON, sizeof(newer));
    newer.info.size = sizeof(newer.info) + MORE;
    all_describe(&newer.info, SHMB_OK);
    assert_string_equal(newer.info.name, "ShmbTest.One");
    assert_string_equal(newer.info.lock, "ShmbTest.One.lock");
    for (i = sizeof(newer.info); i < sizeof(newer.info) + MORE; i++)
        assert_int_equal(newer.bytes[i], 0);
    assert_int_equal(newer.bytes[i], POISON); /* not the caller's structure any more */
}

/* A row of an object that a program has asked for. */
static void stage_requested(const char *account)
{
    struct directory_row *row = stage_segment("ShmbTest.Asked", 64, STAGE_LOCK);

    row->flags |= SHMB_ENTRY_REQUESTED;
    row->rule = "MyApp";
    row->account = account;
    stage_publish();
}

static void who_asked_is_told_to_a_program_that_knows_of_it(void **state)
{
    union any_info newer;
    shmb_info info;

    (void)state;
    stage_requested("S-1-5-21-1-2-3-1001");
    info = described("ShmbTest.Asked");
    assert_true((info.flags & SHMB_FLAG_REQUESTED) != 0);
    assert_string_equal(info.rule, "MyApp");
    assert_string_equal(info.account, "S-1-5-21-1-2-3-1001");
    info = described("ShmbTest.One");
    assert_int_equal(info.flags & SHMB_FLAG_REQUESTED, 0);
    assert_string_equal(info.rule, "");
    assert_string_equal(info.account, "");
    memset(&newer, POISON, sizeof(newer));
    newer.info.size = sizeof(newer.info) + MORE;
    assert_int_equal(shmb_describe("ShmbTest.Asked", &newer.info), SHMB_OK);
    assert_string_equal(newer.info.account, "S-1-5-21-1-2-3-1001");
    assert_int_equal(newer.bytes[sizeof(newer.info)], 0);
}

/* A list writes into one structure again and again: what was requested leaves nothing behind. */
static void a_list_tells_who_asked_for_each(void **state)
{
    shmb_info info = {.size = sizeof(info)};
    unsigned requested = 0;
    shmb_list *list;

    (void)state;
    stage_requested("S-1-5-18");
    stage_segment("ShmbTest.After", 64, 0);
    stage_publish();
    assert_int_equal(shmb_list_open(&list, NULL), SHMB_OK);
    while (shmb_list_next(list, &info) == SHMB_OK) {
        const bool asked = strcmp(info.name, "ShmbTest.Asked") == 0;

        requested += asked;
        assert_int_equal((info.flags & SHMB_FLAG_REQUESTED) != 0, asked);
        assert_string_equal(info.rule, asked ? "MyApp" : "");
        assert_string_equal(info.account, asked ? "S-1-5-18" : "");
    }
    shmb_list_close(list);
    assert_int_equal(requested, 1);
}

/* 1.0.0-rc.1 has a structure without the two; one that ends within a text has nothing of it. */
static void who_asked_is_not_told_in_part(void **state)
{
    static const uint32_t sizes[] = {offsetof(shmb_info, rule), offsetof(shmb_info, rule) + 8,
                                     offsetof(shmb_info, account),
                                     offsetof(shmb_info, account) + 16};
    size_t i;

    (void)state;
    stage_requested("S-1-5-21-1-2-3-1001");
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        shmb_info *info = last_bytes(sizes[i]);

        info->size = sizes[i];
        assert_int_equal(shmb_describe("ShmbTest.Asked", info), SHMB_OK);
        assert_true((info->flags & SHMB_FLAG_REQUESTED) != 0);
        assert_string_equal(info->lock, "ShmbTest.Asked.lock");
        if (i > 0)
            assert_string_equal(info->rule, i == 1 ? "" : "MyApp");
        if (i == 3)
            assert_string_equal(info->account, "");
    }
}

static void a_size_that_no_version_has_is_refused(void **state)
{
    static const uint32_t sizes[] = {0,
                                     8,
                                     15,
                                     SHMB_OPTIONS_SIZE_MIN + 4,
                                     sizeof(shmb_info) - 1,
                                     SHMB_STRUCT_SIZE_MAX + 8,
                                     0xCCCCCCC8u};
    union any_options options = {.options = {.rights = SHMB_READ}};
    union any_info newer;
    uint64_t size;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        options.options.size = sizes[i];
        assert_int_equal(open_size(&options.options, &size), SHMB_BAD_ARGUMENT);
        memset(&newer, POISON, sizeof(newer));
        newer.info.size = sizes[i];
        all_describe(&newer.info, SHMB_BAD_ARGUMENT);
        assert_int_equal(newer.bytes[sizeof(newer.info.size)], POISON);
    }
    memset(&newer, 0, sizeof(newer));
    newer.info.size = SHMB_INFO_SIZE_MIN - 8;
    all_describe(&newer.info, SHMB_BAD_ARGUMENT);
}

int main(void)
{
#define STAGED(test) cmocka_unit_test_setup_teardown(test, begin, stage_teardown)
    const struct CMUnitTest tests[] = {
        STAGED(options_of_an_older_program),
        STAGED(options_of_a_newer_program),
        STAGED(descriptions_for_an_older_program),
        STAGED(descriptions_for_a_newer_program),
        STAGED(who_asked_is_told_to_a_program_that_knows_of_it),
        STAGED(a_list_tells_who_asked_for_each),
        STAGED(who_asked_is_not_told_in_part),
        STAGED(a_size_that_no_version_has_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
