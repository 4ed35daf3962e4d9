/* Files that are right, and files with mistakes, and every line that is said of each. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "mirror_config.h"
#include "text.h"

#define TOP  "version: 1\nserver: redis://h:6379\n"
#define TAIL "segments: { P: { publish: true } }\n"

static struct text lines;

static enum cfg_result load(const char *text, bool tls, struct mirror_config **out)
{
    struct cfg_messages messages;
    enum cfg_result result;
    char line[1024];
    size_t i;

    cfg_messages_init(&messages);
    result = mirror_config_load("f", text, strlen(text), tls, &messages, out);
    text_reset(&lines);
    text_add(&lines, "%s", "");
    for (i = 0; i < messages.count; i++) {
        (void)cfg_message_format(&messages.items[i], line, sizeof(line));
        text_add(&lines, "%s\n", line);
    }
    cfg_messages_free(&messages);
    return result;
}

static struct mirror_config *good(const char *text)
{
    struct mirror_config *config;

    assert_int_equal(load(text, true, &config), CFG_OK);
    assert_string_equal(lines.at, "");
    return config;
}

static void the_least(void **state)
{
    struct mirror_config *config = good(TOP TAIL);

    (void)state;
    assert_int_equal(config->servers, MIRROR_ONE);
    assert_int_equal(config->place_count, 1);
    assert_string_equal(config->places[0].host, "h");
    assert_int_equal(config->places[0].port, 6379);
    assert_false(config->tls);
    assert_string_equal(config->bucket, "shm");
    assert_null(config->origin);
    assert_int_equal(config->check_ms, MIRROR_CHECK_MS);
    assert_int_equal(config->count, 1);
    assert_string_equal(config->segments[0].name, "P");
    assert_true(config->segments[0].publish && !config->segments[0].follow);
    assert_int_equal(config->segments[0].place.line, 3);
    mirror_config_free(config);
}

static void every_key(void **state)
{
    struct mirror_config *config =
        good("version: 1\nsentinel: [a, 'b:5', '[::1]:6']\nmaster: shm\nuser: u\n"
             "password_file: 'C:\\p'\nsentinel_user: su\nsentinel_password_file: 'C:\\s'\n"
             "tls: { ca: 'C:\\ca', certificate: c, key: k, name: n }\nbucket: farm\norigin: m7\n"
             "check: 5 s\npoll: 10 ms\ntimeout: 3 s\n"
             "metrics: { file: 'C:\\m.prom', every: 5 s }\n"
             "log: { file: 'C:\\m.log', size: 1 MiB, former: 2, format: json }\n"
             "status: 'C:\\m.status'\n"
             "segments:\n  P: { publish: true, follow: true, bandwidth: 1 MiB }\n"
             "  Global\\R: { follow: true, publish: false }\n");

    (void)state;
    assert_int_equal(config->servers, MIRROR_SENTINEL);
    assert_int_equal(config->place_count, 3);
    assert_int_equal(config->places[0].port, 26379);
    assert_int_equal(config->places[1].port, 5);
    assert_string_equal(config->places[2].host, "::1");
    assert_string_equal(config->master, "shm");
    assert_string_equal(config->user, "u");
    assert_string_equal(config->password_file, "C:\\p");
    assert_string_equal(config->sentinel_user, "su");
    assert_string_equal(config->server_name, "n");
    assert_string_equal(config->bucket, "farm");
    assert_string_equal(config->origin, "m7");
    assert_int_equal(config->check_ms, 5000);
    assert_int_equal(config->poll_ms, 10);
    assert_int_equal(config->timeout_ms, 3000);
    assert_string_equal(config->metrics, "C:\\m.prom");
    assert_int_equal(config->metrics_ms, 5000);
    assert_string_equal(config->log, "C:\\m.log");
    assert_int_equal(config->log_size, 1u << 20);
    assert_int_equal(config->log_former, 2);
    assert_true(config->log_json);
    assert_string_equal(config->status, "C:\\m.status");
    assert_int_equal(config->segments[0].bandwidth, 1u << 20);
    assert_string_equal(config->segments[1].name, "R");
    assert_false(config->segments[1].publish);
    mirror_config_free(config);
}

static void addresses(void **state)
{
    struct mirror_config *config = good("version: 1\nserver: rediss://h/3\n" TAIL);

    (void)state;
    assert_true(config->tls);
    assert_int_equal(config->database, 3);
    mirror_config_free(config);
    config = good("version: 1\ncluster: [n1, redis://n2:7000]\n" TAIL);
    assert_int_equal(config->servers, MIRROR_CLUSTER);
    assert_int_equal(config->places[0].port, 6379);
    assert_int_equal(config->places[1].port, 7000);
    mirror_config_free(config);
}

/* clang-format off */
static const struct {
    const char *text, *lines;
} bad[] = {
    {"version: 1\n",
     "f:1:1: error: the file names no server; add server: redis://host:6379, or sentinel and master, or cluster\n"
     "f:1:1: error: the file names no segment; add segments, such as segments: { Prices: { publish: true } }\n"},
    {"server: h\n" TAIL,
     "f:1:1: error: the file needs version: 1\n"},
    {"version: 2\nfoo: 1\n",
     "f:1:10: error: version: version 2 is not known to this program; it reads version 1\n"
     "f:2:1: error: unknown key 'foo'; known here: "},
    {"version: 1\nservr: h\nsegmets: 5\n",
     "f:2:1: error: unknown key 'servr'; did you mean 'server'?\n"
     "f:3:1: error: unknown key 'segmets'; did you mean 'segments'?\n"},
    {TOP "password: secret\n" TAIL,
     "f:3:1: error: password: a password must not stand in this file; write it into a file of its own, which only the account of shmbmirror may read, and name that in password_file; or put it into the environment as SHMBMIRROR_PASSWORD\n"},
    {"version: 1\nserver: redis://u:secret@h\n" TAIL,
     "f:2:9: error: server: an address has no user and no password here; use user and password_file\n"},
    {"version: 1\nserver: http://h\n" TAIL,
     "f:2:9: error: server: 'http://h' is no address; write one such as redis://host:6379, or host:6379\n"},
    {"version: 1\nserver: h:99999\n" TAIL,
     "f:2:9: error: server: 'h:99999' is no address; write one such as redis://host:6379, or host:6379\n"},
    {"version: 1\nserver: [h]\n" TAIL,
     "f:2:9: error: server: a list is no address; write one such as redis://host:6379, or host:6379\n"},
    {"version: 1\nserver: h\ncluster: [h]\n" TAIL,
     "f:1:1: error: only one of server, sentinel and cluster may be there\n"},
    {"version: 1\nsentinel: [h]\n" TAIL,
     "f:2:11: error: sentinel: sentinel needs master, the name that the sentinels know\n"},
    {TOP "master: m\n" TAIL,
     "f:3:9: error: master: master is only for sentinel\n"},
    {"version: 1\ncluster: [h/2]\n" TAIL,
     "f:2:11: error: cluster[0]: a number of a database is only for server\n"},
    {"version: 1\ncluster: h\n" TAIL,
     "f:2:10: error: cluster: expected a list of 1 to 32 addresses, such as [host1:6379, host2:6379], found 'h'\n"},
    {TOP "bucket: 'a b'\n" TAIL,
     "f:3:9: error: bucket: 'a b' has a blank or a brace\n"},
    {TOP "origin: ''\n" TAIL,
     "f:3:9: error: origin: expected the name of this machine of 1 to 64 bytes, found ''\n"},
    {TOP "check: 5\ntimeout: 1 ms\n" TAIL,
     "f:3:8: error: check: '5'; write a time with its unit, such as 500 ms, 30 s, 10 min or 1 h\n"
     "f:4:10: error: timeout: '1 ms'; the time is 100 ms to 1 min\n"},
    {TOP "tls: { certificate: c }\n" TAIL,
     "f:3:6: error: tls: certificate and key go together\n"},
    {TOP "segments: [P]\n",
     "f:3:11: error: segments: expected a mapping from the names of segments to what is done with them, such as Prices: { publish: true }, found a list\n"},
    {TOP "segments: { P: {}, Q: { publih: true }, R: { publish: yes } }\n",
     "f:3:13: error: segments.P: nothing is to be done with it; write publish: true, follow: true, or both\n"
     "f:3:25: error: segments.Q: unknown key 'publih'; did you mean 'publish'?\n"
     "f:3:55: error: segments.R.publish: 'yes'; write true or false, without quotes\n"},
    {TOP "segments: { P: { publish: true }, Global\\p: { follow: true } }\n",
     "f:3:35: error: segments.Global\\p: the segment stands in line 3 already\n"},
    {TOP "segments: { P: { publish: true, bandwidth: 10 } }\n",
     "f:3:44: error: segments.P.bandwidth: '10'; the limit is 1 KiB to 1 GiB a second\n"},
};
/* clang-format on */

static void mistakes(void **state)
{
    struct mirror_config *config;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(load(bad[i].text, true, &config), CFG_INVALID);
        assert_null(config);
        /* a list of known keys may follow */
        lines.at[strlen(bad[i].lines) < lines.length ? strlen(bad[i].lines) : lines.length] = '\0';
        assert_string_equal(lines.at, bad[i].lines);
    }
}

static void a_password_is_never_shown(void **state)
{
    static const char *const texts[] = {
        "version: 1\nserver: redis://u:secret@h\n" TAIL,
        "version: 1\nserver: http://u:secret@h\n" TAIL,
        "version: 1\nserver: ':secret@h'\n" TAIL,
        TOP "password: secret\n" TAIL,
    };
    struct mirror_config *config;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(load(texts[i], true, &config), CFG_INVALID);
        assert_null(strstr(lines.at, "secret"));
    }
}

static void without_tls(void **state)
{
    struct mirror_config *config;

    (void)state;
    assert_int_equal(load("version: 1\nserver: rediss://h\n" TAIL, false, &config), CFG_INVALID);
    assert_string_equal(lines.at,
                        "f:2:9: error: server: rediss:// needs TLS, and this program was built "
                        "without it (shmbmirror --version says so); use a build that has it, or "
                        "redis://\n");
}

static int free_lines(void **state)
{
    (void)state;
    text_free(&lines);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least),   cmocka_unit_test(every_key),
        cmocka_unit_test(addresses),   cmocka_unit_test(mistakes),
        cmocka_unit_test(without_tls), cmocka_unit_test(a_password_is_never_shown),
    };

    return cmocka_run_group_tests_name("test_mirror_config", tests, NULL, free_lines);
}
