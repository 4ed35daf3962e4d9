/*
 * The files that are kept: those that must load without a word, and those that
 * carry at their end, below "# expected:", what must be said of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FILE_MAX     65536

static char content[FILE_MAX];

static size_t read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length;

    if (file == NULL)
        fail_msg("cannot open %s", path);
    length = fread(content, 1, sizeof content - 1, file);
    fclose(file);
    content[length] = '\0';
    return length;
}

/* Loads a file under its bare name and joins what is said. */
static struct cfg *load_file(const char *folder, const char *name, char *lines, size_t size)
{
    struct cfg_messages messages;
    struct cfg *configuration;
    char path[512];
    size_t length;

    snprintf(path, sizeof path, "%s/%s/%s", SHMB_SOURCE_DIR, folder, name);
    length = read_whole(path);
    cfg_messages_init(&messages);
    cfg_load(name, content, length, &messages, &configuration);
    join_lines(&messages, lines, size);
    cfg_messages_free(&messages);
    return configuration;
}

static void good_files(void **state)
{
    static const struct {
        const char *folder, *name;
        size_t objects;
    } rows[] = {{"config", "demo.yaml", 5},
                {"tests/data/config/good", "every_kind.yaml", 12},
                {"tests/data/config/good", "notepad.yaml", 1},
                {"tests/data/config/good", "aliases.yaml", 3}};
    char lines[4096];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct cfg *configuration = load_file(rows[i].folder, rows[i].name, lines, sizeof lines);

        assert_string_equal(lines, "");
        assert_non_null(configuration);
        assert_int_equal(configuration->count, rows[i].objects);
        cfg_free(configuration);
    }
}

/* The lines behind "# expected:", without their "# ". */
static void expected(char *out, size_t size)
{
    const char *at = strstr(content, "# expected:\n");
    size_t used = 0;

    assert_non_null(at);
    for (at = strchr(at, '\n') + 1; *at == '#'; at = strchr(at, '\n') + 1) {
        size_t length = strcspn(at, "\n") - 1; /* without "# ", with the line end */

        assert_true(used + length < size);
        memcpy(out + used, at + 2, length);
        used += length;
    }
    out[used] = '\0';
}

static void bad_files(void **state)
{
    static const char *const names[] = {"several.yaml", "tab.yaml", "no_access.yaml",
                                        "later_keys.yaml", "empty.yaml"};
    char lines[4096], wanted[4096];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(names); i++) {
        assert_null(load_file("tests/data/config/bad", names[i], lines, sizeof lines));
        expected(wanted, sizeof wanted);
        assert_string_equal(lines, wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(bad_files),
    };

    return cmocka_run_group_tests_name("config_files", tests, NULL, NULL);
}
