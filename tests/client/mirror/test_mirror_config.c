/* What is read of a file. test_mirror_files.c has the mistakes. */
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
        good("version: 1\nsentinel: [rediss://a, 'b:5', '[::1]:6']\nmaster: shm\nuser: u\n"
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
        cmocka_unit_test(addresses),

        cmocka_unit_test(without_tls), cmocka_unit_test(a_password_is_never_shown),
    };

    return cmocka_run_group_tests_name("test_mirror_config", tests, NULL, free_lines);
}
