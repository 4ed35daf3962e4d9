/* What a server may answer, through the reader of hiredis: right answers, and any others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "requests.h"
#include "script.h"

#define STAMP "0123456789abcdef"
#define HEAD  "$1\r\n7\r\n$16\r\n" STAMP "\r\n$2\r\nm1\r\n$2\r\n18\r\n$1\r\n5\r\n$1\r\n4\r\n"

/* Freed with freeReplyObject. */
static redisReply *read_reply(const char *bytes)
{
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;

    assert_non_null(reader);
    reader->maxelements = ANSWERS_ELEMENTS;
    assert_int_equal(redisReaderFeed(reader, bytes, strlen(bytes)), REDIS_OK);
    (void)redisReaderGetReply(reader, &reply);
    redisReaderFree(reader);
    return reply;
}

static void errors_are_sorted(void **state)
{
    static const struct {
        const char *bytes;
        enum answer kind;
        const char *place;
    } rows[] = {
        {"+OK\r\n", ANSWER_GOOD, ""},
        {"-MOVED 3999 127.0.0.1:6381\r\n", ANSWER_ELSEWHERE, "127.0.0.1:6381"},
        {"-ASK 3999 [::1]:6381\r\n", ANSWER_ASK, "[::1]:6381"},
        {"-MOVED\r\n", ANSWER_FAULT, ""},
        {"-MOVED 3999\r\n", ANSWER_FAULT, ""},
        {"-MOVED 3999 \r\n", ANSWER_FAULT, ""},
        {"-MOVEDX 3999 a:1\r\n", ANSWER_FAULT, ""},
        {"-NOSCRIPT No matching script\r\n", ANSWER_UNKNOWN, ""},
        {"-READONLY You can't write\r\n", ANSWER_LEAVE, ""},
        {"-CLUSTERDOWN The cluster is down\r\n", ANSWER_LEAVE, ""},
        {"-CLUSTERDOWN Hash slot not served\r\n", ANSWER_LATER, ""},
        {"-NOREPLICAS Not enough good replicas to write.\r\n", ANSWER_LATER, ""},
        {"-NOPERM no\r\n", ANSWER_FAULT, ""},
        {"-\r\n", ANSWER_FAULT, ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        redisReply *reply = read_reply(rows[i].bytes);
        struct answer_fault fault;

        assert_non_null(reply);
        assert_int_equal(answer_sort(reply, &fault), rows[i].kind);
        assert_string_equal(fault.place, rows[i].place);
        freeReplyObject(reply);
    }
}

static void a_text_of_an_error_is_shown_safely(void **state)
{
    redisReply *reply = read_reply("-ERR \x1b[2Jboo\r\n");
    struct answer_fault fault;

    (void)state;
    assert_int_equal(answer_sort(reply, &fault), ANSWER_FAULT);
    assert_string_equal(fault.text, "ERR ?[2Jboo");
    freeReplyObject(reply);
}

static void places_are_read(void **state)
{
    static const struct {
        const char *text, *host;
        unsigned port;
    } rows[] = {
        {"a:1", "a", 1},
        {"[::1]:6379", "::1", 6379},
        {"::1:6379", "::1", 6379},
        {":6379", NULL, 0},
        {"a", NULL, 0},
        {"a:", NULL, 0},
        {"a:0", NULL, 0},
        {"a:65536", NULL, 0},
        {"a:1x", NULL, 0},
        {"a:-1", NULL, 0},
        {"[]:1", NULL, 0},
        {"longer.name:1", NULL, 0},
    };
    char host[8];
    uint16_t port;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(answer_place(rows[i].text, host, sizeof(host), &port),
                         rows[i].host != NULL);
        if (rows[i].host != NULL) {
            assert_string_equal(host, rows[i].host);
            assert_int_equal(port, rows[i].port);
        }
    }
}

static bool value_of(const char *bytes, bool with_content, struct revision_head *head,
                     char content[16])
{
    redisReply *reply = read_reply(bytes);
    struct answer_fault fault;
    const char *at = NULL;
    bool good;

    assert_non_null(reply);
    assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
    good = answer_value(reply->element, reply->elements, head, with_content ? &at : NULL, &fault);
    content[0] = '\0';
    if (good && at != NULL)
        snprintf(content, 16, "%.*s", (int)head->size, at);
    freeReplyObject(reply);
    return good;
}

static void a_value_is_read(void **state)
{
    struct revision_head head;
    char content[16];

    (void)state;
    assert_true(value_of("*7\r\n" HEAD "$4\r\nabcd\r\n", true, &head, content));
    assert_int_equal(head.revision.number, 7);
    assert_string_equal(head.revision.stamp, STAMP);
    assert_string_equal(head.origin, "m1");
    assert_int_equal(head.generation, 18);
    assert_int_equal(head.change, 5);
    assert_int_equal(head.size, 4);
    assert_string_equal(content, "abcd");
    assert_true(value_of("*6\r\n" HEAD, false, &head, content));
    /* nothing is there */
    assert_true(
        value_of("*6\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n", false, &head, content));
    assert_int_equal(head.revision.number, 0);
}

static void what_is_no_value_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        bool with_content;
    } rows[] = {
        {"*0\r\n", false},
        {"*5\r\n$1\r\n7\r\n$1\r\n7\r\n$1\r\n7\r\n$1\r\n7\r\n$1\r\n7\r\n", false},
        {"*6\r\n" HEAD, true}, /* no content */
        {"*7\r\n" HEAD "$3\r\nabc\r\n", true},
        {"*7\r\n" HEAD "$5\r\nabcde\r\n", true},
        {"*7\r\n" HEAD "$-1\r\n", true},
        {"*7\r\n" HEAD ":4\r\n", true},
        {"*7\r\n" HEAD "*1\r\n$4\r\nabcd\r\n", true},
        /* a number that is none, zero, too great, or of another type */
        {"*6\r\n$2\r\n7x\r\n$16\r\n" STAMP "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
         false},
        {"*6\r\n$1\r\n0\r\n$16\r\n" STAMP "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
         false},
        {"*6\r\n$16\r\n9007199254740992\r\n$16\r\n" STAMP
         "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
         false},
        {"*6\r\n:7\r\n$16\r\n" STAMP "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n", false},
        /* a stamp that is short, or has other characters */
        {"*6\r\n$1\r\n7\r\n$15\r\n0123456789abcde\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
         false},
        {"*6\r\n$1\r\n7\r\n$16\r\n0123456789abcdeF\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
         false},
        /* no origin, no size */
        {"*6\r\n$1\r\n7\r\n$16\r\n" STAMP "\r\n$-1\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n", false},
        {"*6\r\n$1\r\n7\r\n$16\r\n" STAMP "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n0\r\n",
         false},
        {"*6\r\n$1\r\n7\r\n$16\r\n" STAMP "\r\n$1\r\nm\r\n$1\r\n1\r\n$1\r\n1\r\n$-1\r\n", false},
        {"*6\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n", false},
    };
    struct revision_head head;
    char content[16];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(value_of(rows[i].bytes, rows[i].with_content, &head, content));
        assert_int_equal(head.revision.number, 0);
    }
}

static void an_origin_is_shown_safely(void **state)
{
    struct revision_head head;
    char content[16];

    (void)state;
    assert_true(value_of("*6\r\n$1\r\n7\r\n$16\r\n" STAMP
                         "\r\n$3\r\na\tb\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n4\r\n",
                         false, &head, content));
    assert_string_equal(head.origin, "a?b");
}

static bool written(const char *bytes, enum answer_write *result, uint64_t *number,
                    struct revision_head *head, bool *content)
{
    redisReply *reply = read_reply(bytes);
    struct answer_fault fault;
    const char *at;
    bool good;

    assert_non_null(reply);
    good = answer_written(reply, result, number, head, &at, &fault);
    *content = at != NULL;
    freeReplyObject(reply);
    return good;
}

static void answers_of_the_script_are_read(void **state)
{
    static const char *const bad[] = {
        "+OK\r\n",
        ":1\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*2\r\n:1\r\n:8\r\n",
        "*2\r\n:1\r\n$1\r\n0\r\n",
        "*2\r\n:3\r\n$1\r\n8\r\n",
        "*2\r\n$1\r\n1\r\n$1\r\n8\r\n",
        "*2\r\n:0\r\n$1\r\n8\r\n",
        "*8\r\n:0\r\n" HEAD "$3\r\nabc\r\n",
        "*2\r\n*-1\r\n$1\r\n8\r\n",
    };
    struct revision_head head;
    enum answer_write result;
    uint64_t number;
    bool content;
    size_t i;

    (void)state;
    assert_true(written("*2\r\n:1\r\n$1\r\n8\r\n", &result, &number, &head, &content));
    assert_int_equal(result, WRITE_DONE);
    assert_int_equal(number, 8);
    assert_true(written("*7\r\n:0\r\n" HEAD, &result, &number, &head, &content));
    assert_int_equal(result, WRITE_OTHER);
    assert_int_equal(head.revision.number, 7);
    assert_false(content);
    assert_true(written("*8\r\n:0\r\n" HEAD "$4\r\nabcd\r\n", &result, &number, &head, &content));
    assert_true(content);
    assert_true(written("*7\r\n:2\r\n" HEAD, &result, &number, &head, &content));
    assert_int_equal(result, WRITE_SIZE);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(written(bad[i], &result, &number, &head, &content));
}

/* `content` has room for what came along; "-": nothing did. */
static bool message(const char *payload, struct revision_head *head, char content[32])
{
    struct answer_message told;
    redisReply *reply;
    char bytes[256];
    bool good;

    snprintf(bytes, sizeof(bytes), "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$%zu\r\n%s\r\n",
             strlen(payload), payload);
    reply = read_reply(bytes);
    assert_non_null(reply);
    good = answer_message(reply, &told);
    *head = told.head;
    snprintf(content, 32, "%.*s", good && told.content != NULL ? (int)told.head.size : 1,
             good && told.content != NULL ? told.content : "-");
    if (good)
        assert_string_equal(told.channel, "c");
    freeReplyObject(reply);
    return good;
}

static void messages_are_read(void **state)
{
    static const char *const bad[] = {
        "",
        "7",
        "7 " STAMP,
        "7 " STAMP " 1 2",
        "7 " STAMP " 1 2 0 host",
        "0 " STAMP " 1 2 4 host",
        "x " STAMP " 1 2 4 host",
        "7 0123 1 2 4 host",
        "7 " STAMP "0 1 2 4 host",
        " 7 " STAMP " 1 2 4 host",
        "7  " STAMP " 1 2 4 host",
        "7 " STAMP " 1 2 99999999999999999999 host",
        "7 " STAMP " 1 2 4 host\nabc",
        "7 " STAMP " 1 2 4 host\nabcde",
        "7 " STAMP " 1 2 4 host\n",
        "7 " STAMP "\n1 2 4 host",
        "7 " STAMP " 1 2 4 a name of a machine that is longer than any machine's name may ever be.",
    };
    struct answer_message told;
    struct revision_head head;
    redisReply *reply;
    char content[32];
    size_t i;

    (void)state;
    assert_true(message("7 " STAMP " 1 2 4 host of\x1b today", &head, content));
    assert_int_equal(head.revision.number, 7);
    assert_string_equal(head.revision.stamp, STAMP);
    assert_int_equal(head.generation, 1);
    assert_int_equal(head.change, 2);
    assert_int_equal(head.size, 4);
    assert_string_equal(head.origin, "host of? today");
    assert_string_equal(content, "-");
    assert_true(message("7 " STAMP " 1 2 4 host\na\nbc", &head, content));
    assert_string_equal(head.origin, "host");
    assert_string_equal(content, "a\nbc");
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(message(bad[i], &head, content));
    reply = read_reply("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
    assert_false(answer_message(reply, &told));
    freeReplyObject(reply);
    reply = read_reply("*3\r\n$7\r\nmessage\r\n:1\r\n$30\r\n7 " STAMP " 1 2 4 h\r\n");
    assert_false(reply != NULL && answer_message(reply, &told));
    freeReplyObject(reply);
}

/* Lengths that nobody has: refused, and no memory is taken for them. */
static void huge_lengths_are_refused(void **state)
{
    (void)state;
    assert_null(read_reply("*65\r\n"));
    assert_null(read_reply("*4294967295\r\n"));
    assert_null(read_reply("*9223372036854775807\r\n"));
    assert_null(read_reply("$9223372036854775807\r\n"));
    assert_null(read_reply("$99999999999999999999\r\nabc"));
    assert_null(read_reply("$-2\r\n"));
}

/* Cut anywhere, with any byte turned: nothing is read beyond the end (sanitizers would tell). */
static void damaged_answers_are_survived(void **state)
{
    static const char whole[] = "*8\r\n:0\r\n" HEAD "$4\r\nabcd\r\n";
    char bytes[sizeof(whole)];
    struct answer_fault fault;
    struct revision_head head;
    enum answer_write result;
    struct answer_message told;
    uint64_t number;
    const char *at;
    size_t i, turned;

    (void)state;
    for (i = 0; i < sizeof(whole) - 1; i++)
        for (turned = 1; turned < 256; turned++) {
            redisReply *reply;

            memcpy(bytes, whole, sizeof(whole));
            bytes[i] = (char)((unsigned char)bytes[i] ^ turned);
            reply = read_reply(bytes);
            if (reply == NULL)
                continue;
            if (answer_sort(reply, &fault) == ANSWER_GOOD) {
                (void)answer_written(reply, &result, &number, &head, &at, &fault);
                (void)answer_message(reply, &told);
            }
            freeReplyObject(reply);
        }
}

static void a_write_is_worded(void **state)
{
    static const struct revision expected = {5, STAMP};
    struct request_write write = {.key = "shm:{X}",
                                  .script = SCRIPT_NAME,
                                  .expected = &expected,
                                  .greater_than = 9,
                                  .stamp = "fedcba9876543210",
                                  .head = {.origin = "m1", .generation = 3, .change = 4, .size = 2},
                                  .content = "\0a",
                                  .channel = "shm:{X}@2",
                                  .tell = true,
                                  .bring = false};
    static const char *const words[] = {"EVALSHA", SCRIPT_NAME,        "1",  "shm:{X}", "5", STAMP,
                                        "9",       "fedcba9876543210", "m1", "3",       "4", "2",
                                        NULL,      "shm:{X}@2",        "1",  "0"};
    struct request request;
    size_t i;

    (void)state;
    request_write(&request, &write);
    assert_int_equal(request.count, sizeof(words) / sizeof(words[0]));
    for (i = 0; i < request.count; i++)
        if (words[i] != NULL) {
            assert_int_equal(request.lengths[i], strlen(words[i]));
            assert_string_equal(request.words[i], words[i]);
        }
    assert_int_equal(request.lengths[12], 2);
    assert_memory_equal(request.words[12], "\0a", 2);
    write.script = NULL;
    request_write(&request, &write);
    assert_string_equal(request.words[0], "EVAL");
    assert_string_equal(request.words[1], SCRIPT_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_sorted),
        cmocka_unit_test(a_text_of_an_error_is_shown_safely),
        cmocka_unit_test(places_are_read),
        cmocka_unit_test(a_value_is_read),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(an_origin_is_shown_safely),
        cmocka_unit_test(answers_of_the_script_are_read),
        cmocka_unit_test(messages_are_read),
        cmocka_unit_test(huge_lengths_are_refused),
        cmocka_unit_test(damaged_answers_are_survived),
        cmocka_unit_test(a_write_is_worded),
    };

    return cmocka_run_group_tests_name("test_answers", tests, NULL, NULL);
}
