/* What is sent through the broker's pipe: what is whole is read, what is not is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <string.h>

#include "names.h"
#include "request_message.h"
#include "request_text.h"

static uint8_t bytes[SHMB_REQUEST_BYTES], answer_bytes[SHMB_ANSWER_BYTES];
static struct shmb_request_message message;
static struct shmb_request_answer answer;

static void write_name(const char *name)
{
    message = (struct shmb_request_message){
        .what = SHMB_REQUEST_MAKE, .kind = SHMB_SECTION, .size = UINT64_C(0x1122334455667788)};
    strcpy(message.name, name);
    shmb_request_write(&message, bytes);
}

static int begin(void **state)
{
    (void)state;
    write_name("MyApp.1");
    answer = (struct shmb_request_answer){.result = -20,
                                          .reason = SHMB_WHY_EACH_MEMORY,
                                          .flags = SHMB_ANSWER_CONFIGURED,
                                          .win32_code = 5,
                                          .used = 6,
                                          .most = 7,
                                          .size = 8,
                                          .retry_ms = 9,
                                          .rule = "MyApp"};
    shmb_answer_write(&answer, answer_bytes);
    return 0;
}

static void put(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof(value));
}

static void check_refused(void)
{
    static const struct shmb_request_message nothing;

    memset(&message, 0x55, sizeof(message));
    assert_false(shmb_request_read(bytes, sizeof(bytes), &message));
    assert_memory_equal(&message, &nothing, sizeof(nothing));
}

static void check_answer_refused(void)
{
    static const struct shmb_request_answer nothing;

    memset(&answer, 0x55, sizeof(answer));
    assert_false(shmb_answer_read(answer_bytes, sizeof(answer_bytes), &answer));
    assert_memory_equal(&answer, &nothing, sizeof(nothing));
}

/* The layout that programs and brokers of any bitness and version rely on. */
static void the_layout_is_as_drawn(void **state)
{
    static const uint8_t head[] = {'S',  'H',  'M',  'Q',  1,    0,    0,    0,
                                   1,    0,    0,    0,    0,    0,    0,    0,
                                   0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
    static const uint8_t answer_head[] = {'S', 'H', 'M', 'A', 1, 0, 0, 0, 0xEC, 0xFF, 0xFF, 0xFF,
                                          6,   0,   0,   0,   2, 0, 0, 0, 5,    0,    0,    0};

    (void)state;
    assert_memory_equal(bytes, head, sizeof(head));
    assert_int_equal(bytes[36], 7);
    assert_memory_equal(bytes + 64, "MyApp.1\0", 8);
    assert_memory_equal(answer_bytes, answer_head, sizeof(answer_head));
    assert_int_equal(answer_bytes[24], 6);
    assert_int_equal(answer_bytes[32], 7);
    assert_int_equal(answer_bytes[40], 8);
    assert_int_equal(answer_bytes[48], 9);
    assert_int_equal(answer_bytes[52], 5);
    assert_memory_equal(answer_bytes + 64, "MyApp\0", 6);
}

static void what_was_written_is_read(void **state)
{
    struct shmb_request_message read;
    struct shmb_request_answer read_answer;

    (void)state;
    assert_true(shmb_request_read(bytes, sizeof(bytes), &read));
    assert_memory_equal(&read, &message, sizeof(read));
    message = (struct shmb_request_message){
        .what = SHMB_REQUEST_ASK, .kind = SHMB_SEMAPHORE, .initial = 1, .maximum = INT32_MAX};
    memset(message.name, 'n', SHMB_NAME_MAX);
    shmb_request_write(&message, bytes);
    assert_true(shmb_request_read(bytes, sizeof(bytes), &read));
    assert_memory_equal(&read, &message, sizeof(read));
    assert_true(shmb_answer_read(answer_bytes, sizeof(answer_bytes), &read_answer));
    assert_memory_equal(&read_answer, &answer, sizeof(answer));
    memset(answer.rule, 'r', SHMB_RULE_NAME_MAX);
    shmb_answer_write(&answer, answer_bytes);
    assert_true(shmb_answer_read(answer_bytes, sizeof(answer_bytes), &read_answer));
    assert_memory_equal(&read_answer, &answer, sizeof(answer));
}

static void every_other_length_is_refused(void **state)
{
    static uint8_t longer[SHMB_REQUEST_BYTES + 1];
    size_t length;

    (void)state;
    memcpy(longer, bytes, sizeof(bytes));
    for (length = 0; length <= sizeof(longer); length++)
        assert_int_equal(shmb_request_read(longer, length, &message), length == sizeof(bytes));
    memcpy(longer, answer_bytes, sizeof(answer_bytes));
    for (length = 0; length <= SHMB_ANSWER_BYTES + 1; length++)
        assert_int_equal(shmb_answer_read(longer, length, &answer), length == SHMB_ANSWER_BYTES);
}

/* Each field that has more than one value, with those that it may not have. */
static void each_wrong_field_of_a_request(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } wrong[] = {
        {0, SHMB_ANSWER_MAGIC},
        {0, 0},
        {4, 0},
        {4, 2},
        {8, 0}, /* what */
        {8, 4},
        {8, UINT32_MAX},
        {12, SHMB_QUEUE}, /* kind */
        {12, 5},
        {12, UINT32_MAX},
        {12, SHMB_MUTEX}, /* which has no size */
        {24, 1},          /* counts of a segment */
        {28, 1},
        {32, 1}, /* flags of a segment */
        {32, UINT32_MAX},
        {36, 0}, /* the length of the name */
        {36, 6},
        {36, 8},
        {36, SHMB_NAME_BYTES},
        {36, UINT32_MAX},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        write_name("MyApp.1");
        put(bytes + wrong[i].at, wrong[i].value);
        check_refused();
    }
    for (i = 40; i < SHMB_REQUEST_BYTES; i++) { /* reserved, and behind the name */
        if (i >= 64 && i < 71)
            continue;
        write_name("MyApp.1");
        bytes[i] = 1;
        check_refused();
    }
    write_name("MyApp.1");
    memset(bytes + 16, 0, 8); /* a segment without bytes */
    check_refused();
}

static void each_kind_has_its_own(void **state)
{
    static const struct {
        enum shmb_kind kind;
        uint64_t size;
        int32_t initial, maximum;
        uint32_t flags;
        bool good;
    } rows[] = {
        {SHMB_SECTION, 1, 0, 0, 0, true},     {SHMB_SECTION, UINT64_MAX, 0, 0, 0, true},
        {SHMB_MUTEX, 0, 0, 0, 0, true},       {SHMB_MUTEX, 0, 0, 0, 1, false},
        {SHMB_EVENT, 0, 0, 0, 3, true},       {SHMB_EVENT, 0, 0, 0, 4, false},
        {SHMB_EVENT, 1, 0, 0, 0, false},      {SHMB_EVENT, 0, 0, 1, 0, false},
        {SHMB_SEMAPHORE, 0, 0, 1, 0, true},   {SHMB_SEMAPHORE, 0, 0, 0, 0, false},
        {SHMB_SEMAPHORE, 0, 2, 1, 0, false},  {SHMB_SEMAPHORE, 0, -1, 1, 0, false},
        {SHMB_SEMAPHORE, 0, 0, -1, 0, false}, {SHMB_SEMAPHORE, 0, 1, 1, 1, false},
        {SHMB_SEMAPHORE, 1, 1, 1, 0, false},  {SHMB_SEMAPHORE, 0, INT32_MIN, 1, 0, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        message = (struct shmb_request_message){.what = SHMB_REQUEST_MAKE,
                                                .kind = rows[i].kind,
                                                .size = rows[i].size,
                                                .initial = rows[i].initial,
                                                .maximum = rows[i].maximum,
                                                .flags = rows[i].flags,
                                                .name = "MyApp.1"};
        shmb_request_write(&message, bytes);
        assert_int_equal(shmb_request_read(bytes, sizeof(bytes), &message), rows[i].good);
    }
}

static void a_release_is_a_name_and_nothing_else(void **state)
{
    static const size_t fields[] = {12, 16, 20, 24, 28, 32};
    size_t i;

    (void)state;
    for (i = 0; i <= sizeof(fields) / sizeof(fields[0]); i++) {
        message = (struct shmb_request_message){.what = SHMB_REQUEST_RELEASE, .name = "MyApp.1"};
        shmb_request_write(&message, bytes);
        if (i == sizeof(fields) / sizeof(fields[0])) {
            assert_true(shmb_request_read(bytes, sizeof(bytes), &message));
            return;
        }
        bytes[fields[i]] = 1;
        check_refused();
    }
}

static void no_name_but_a_valid_one(void **state)
{
    static const char *const names[] = {
        "Global\\MyApp.1",     "Local\\MyApp.1", "a\\b", "Session",
        "ShmBroker.Directory", "a\nb",           "\x80", "\xED\xA0\x80"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        write_name(names[i]);
        check_refused();
    }
    write_name("MyApp.1");
    bytes[66] = 0; /* within */
    check_refused();
}

static void each_wrong_field_of_an_answer(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
    } wrong[] = {
        {0, SHMB_REQUEST_MAGIC},
        {0, 0},
        {4, 0},
        {4, 2},
        {12, SHMB_WHY_COUNT},
        {12, UINT32_MAX},
        {16, 4},
        {16, UINT32_MAX},
        {52, 4},
        {52, 6},
        {52, 64},
        {52, UINT32_MAX},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        (void)begin(NULL);
        put(answer_bytes + wrong[i].at, wrong[i].value);
        check_answer_refused();
    }
    for (i = 56; i < SHMB_ANSWER_BYTES; i++) {
        if (i >= 64 && i < 69)
            continue;
        (void)begin(NULL);
        answer_bytes[i] = 1;
        check_answer_refused();
    }
    (void)begin(NULL);
    answer_bytes[66] = 0; /* within the rule's name */
    check_answer_refused();
}

/* Every reason has a sentence, and the longest numbers and names fit. */
static void each_reason_has_a_sentence(void **state)
{
    char text[SHMB_REQUEST_TEXT_MAX];
    uint32_t reason;

    (void)state;
    assert_string_equal(shmb_request_text_reason(SHMB_WHY_NONE), "");
    assert_non_null(strstr(shmb_request_text_reason(SHMB_WHY_COUNT), "does not know"));
    for (reason = SHMB_WHY_NONE + 1; reason < SHMB_WHY_COUNT; reason++) {
        answer = (struct shmb_request_answer){.reason = (enum shmb_request_reason)reason,
                                              .used = UINT64_MAX,
                                              .most = UINT64_MAX,
                                              .size = UINT64_MAX,
                                              .retry_ms = UINT32_MAX};
        memset(answer.rule, 'r', SHMB_RULE_NAME_MAX);
        shmb_request_text_answer(&answer, text, sizeof(text));
        assert_in_range(strlen(text), 20, sizeof(text) - 2);
        assert_true(strlen(shmb_request_text_reason(reason)) > 20);
    }
}

static void the_numbers_are_in_the_sentence(void **state)
{
    static const struct {
        struct shmb_request_answer answer;
        const char *text;
    } rows[] = {
        {{.reason = SHMB_WHY_SIZE, .most = 4096, .rule = "A"},
         "rule A allows at most 4096 bytes for one segment"},
        {{.reason = SHMB_WHY_TOTAL_OBJECTS, .used = 9, .most = 10, .rule = "A"},
         "all accounts have 9 of the 10 objects that rule A allows to them together"},
        {{.reason = SHMB_WHY_RATE, .retry_ms = 120},
         "this account asks too often; try again in 120 ms"},
        {{.reason = SHMB_WHY_WHO}, "no rule of the broker's configuration lets this program ask"},
        {{.reason = SHMB_WHY_WHO, .rule = "a\x1B[2J"}, "rule a?[2J does not let this program ask"},
        {{.reason = SHMB_WHY_OTHER, .size = 64},
         "the object exists already, but has only 64 bytes"},
        {{.reason = SHMB_WHY_TAKEN},
         "this name, or one that goes with it, belongs to another object of the broker"},
        {{.reason = SHMB_WHY_TAKEN, .retry_ms = 1000},
         "programs still have an object open that had this name; try again when they have closed "
         "it"},
        {{.reason = SHMB_WHY_OTHER}, "the object exists already, but is of another kind"},
    };
    char text[SHMB_REQUEST_TEXT_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(shmb_request_text_answer(&rows[i].answer, text, sizeof(text)),
                            rows[i].text);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_layout_is_as_drawn),        TEST(what_was_written_is_read),
        TEST(every_other_length_is_refused), TEST(each_wrong_field_of_a_request),
        TEST(each_kind_has_its_own),         TEST(a_release_is_a_name_and_nothing_else),
        TEST(no_name_but_a_valid_one),       TEST(each_wrong_field_of_an_answer),
        TEST(each_reason_has_a_sentence),    TEST(the_numbers_are_in_the_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
