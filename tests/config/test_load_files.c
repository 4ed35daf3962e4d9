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

static const char *const good_names[] = {
#include "corpus_good.h"
};

static const char *const bad_names[] = {
#include "corpus_bad.h"
};

static void check_good(const char *folder, const char *name)
{
    char lines[4096];
    struct cfg *configuration = load_file(folder, name, lines, sizeof lines);

    assert_string_equal(lines, "");
    assert_non_null(configuration);
    cfg_free(configuration);
}

static void good_files(void **state)
{
    size_t i;

    (void)state;
    check_good("config", "demo.yaml");
    check_good("config", "shmbroker.yaml");
    for (i = 0; i < COUNT(good_names); i++)
        check_good("tests/data/config/good", good_names[i]);
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
    char lines[4096], wanted[4096];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad_names); i++) {
        assert_null(load_file("tests/data/config/bad", bad_names[i], lines, sizeof lines));
        expected(wanted, sizeof wanted);
        assert_string_equal(lines, wanted);
    }
}

/* The `#` of a line that is an example, or NULL: it stands before what is no space. */
static char *example_mark(char *line)
{
    char *at = line + strspn(line, " ");

    return at[0] == '#' && strchr(" #\r\n", at[1]) == NULL ? at : NULL;
}

/* The start of the next line, or the end of the text. */
static char *next_line(char *line)
{
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

static void check_reference(const char *what)
{
    static struct loaded loaded;

    load(&loaded, content, strlen(content));
    if (loaded.lines[0] != '\0')
        fail_msg("with %s: %s", what, loaded.lines);
    assert_non_null(loaded.configuration);
    unload(&loaded);
}

static void use_example(char *mark)
{
    memmove(mark, mark + 1, strlen(mark));
}

/* Each example of the file that is installed works by itself. */
static void each_example_of_the_reference(void **state)
{
    static char original[FILE_MAX];
    size_t at, length, count = 0;

    (void)state;
    length = read_whole(SHMB_SOURCE_DIR "/config/shmbroker.yaml");
    memcpy(original, content, length + 1);
    for (at = 0; at < length; at = (size_t)(next_line(original + at) - original)) {
        char *mark = example_mark(original + at), line[128];

        if (mark == NULL)
            continue;
        memcpy(content, original, length + 1);
        use_example(content + (mark - original));
        snprintf(line, sizeof line, "%.*s", (int)strcspn(mark, "\n"), mark);
        check_reference(line);
        count++;
    }
    assert_true(count >= 20);
}

/* And all of them together, but for the second of two forms of include. */
static void all_examples_of_the_reference(void **state)
{
    char *line;
    bool included = false;

    (void)state;
    read_whole(SHMB_SOURCE_DIR "/config/shmbroker.yaml");
    for (line = content; *line != '\0'; line = next_line(line)) {
        char *mark = example_mark(line);

        if (mark == NULL)
            continue;
        if (strncmp(mark, "#include:", 9) == 0 && included)
            continue;
        included = included || strncmp(mark, "#include:", 9) == 0;
        use_example(mark);
    }
    assert_true(included);
    check_reference("all examples");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(each_example_of_the_reference),
        cmocka_unit_test(all_examples_of_the_reference),
    };

    return cmocka_run_group_tests_name("test_load_files", tests, NULL, NULL);
}
