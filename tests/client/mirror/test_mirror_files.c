/*
 * The files of shmbmirror that are kept: those that must load without a word, and those that carry
 * at their end, below "# expected:", what must be said of them. tests/checks/schema.py holds
 * client/mirror/schema.json against the same ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mirror_config.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const good_names[] = {
#include "mirror_good.h"
};

static const char *const bad_names[] = {
#include "mirror_bad.h"
};

static char content[65536];

/* Loads a file under its bare name into `content`, and joins what is said. */
static struct mirror_config *load_file(const char *folder, const char *name, struct text *lines)
{
    struct cfg_messages messages;
    struct mirror_config *config;
    char path[512], line[1024];
    FILE *file;
    size_t i;

    snprintf(path, sizeof(path), "%s/tests/data/mirror/%s/%s", SHMB_SOURCE_DIR, folder, name);
    file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
    fclose(file);
    cfg_messages_init(&messages);
    mirror_config_load(name, content, strlen(content), true, &messages, &config);
    text_reset(lines);
    text_add(lines, "%s", "");
    for (i = 0; i < messages.count; i++) {
        (void)cfg_message_format(&messages.items[i], line, sizeof(line));
        text_add(lines, "%s\n", line);
    }
    cfg_messages_free(&messages);
    return config;
}

static void good_files(void **state)
{
    struct text lines = {0};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(good_names); i++) {
        struct mirror_config *config = load_file("good", good_names[i], &lines);

        assert_string_equal(lines.at, "");
        assert_non_null(config);
        mirror_config_free(config);
    }
    text_free(&lines);
}

static void bad_files(void **state)
{
    struct text lines = {0}, wanted = {0};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad_names); i++) {
        const char *at;

        assert_null(load_file("bad", bad_names[i], &lines));
        at = strstr(content, "# expected:\n");
        assert_non_null(at);
        text_reset(&wanted);
        for (at = strchr(at, '\n') + 1; *at == '#'; at = strchr(at, '\n') + 1)
            text_add(&wanted, "%.*s\n", (int)strcspn(at, "\n") - 2, at + 2);
        assert_string_equal(lines.at, wanted.at);
    }
    text_free(&lines);
    text_free(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(bad_files),
    };

    return cmocka_run_group_tests_name("test_mirror_files", tests, NULL, NULL);
}
