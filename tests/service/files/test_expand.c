/* Configurations of several files: which files they are, `check` of them, and the broker on them.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"

#define DEFAULTS "version: 1\ndefaults: { access: { read: [Users] } }\n"

static char folder[1024]; /* with its separator at the end */
static char main_file[1100];

static const char *path_of(const char *name)
{
    static char path[4][1200];
    static size_t turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof(path[turn]), "%s%s", folder, name);
    return path[turn];
}

static void put(const char *name, const char *text)
{
    HANDLE file = CreateFileW(support_wide(path_of(name)), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done = 0;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(file);
}

static void remove_all(const char *below)
{
    WIN32_FIND_DATAW entry;
    char pattern[1200], path[1200];
    HANDLE search;

    snprintf(pattern, sizeof(pattern), "%s*", below);
    search = FindFirstFileW(support_wide(pattern), &entry);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        if (entry.cFileName[0] == L'.')
            continue;
        snprintf(path, sizeof(path), "%s%s", below, support_narrow(entry.cFileName));
        SetFileAttributesW(support_wide(path), FILE_ATTRIBUTE_NORMAL);
        if ((entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
            strcat(path, "\\");
            remove_all(path);
        } else {
            DeleteFileW(support_wide(path));
        }
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    RemoveDirectoryW(support_wide(below));
}

static int set_up(void **state)
{
    wchar_t temp[MAX_PATH + 1], full[MAX_PATH + 1];

    (void)state;
    assert_true(GetTempPathW(MAX_PATH, temp) != 0);
    assert_true(GetFullPathNameW(temp, MAX_PATH, full, NULL) != 0);
    snprintf(folder, sizeof(folder), "%sshmb includes %lu\\", support_narrow(full),
             GetCurrentProcessId());
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    assert_true(CreateDirectoryW(support_wide(path_of("conf.d")), NULL));
    snprintf(main_file, sizeof(main_file), "%smain.yaml", folder);
    return 0;
}

static int tear_down(void **state)
{
    support_teardown(state);
    remove_all(folder);
    return 0;
}

/* `also` counts as a file that is there; NULL: none. */
static void check_also(const char *pattern, const char *also, size_t wanted_count,
                       const char *const *wanted)
{
    struct sys_failure why;
    char **paths;
    size_t count, i;

    assert_int_equal(expand_pattern(main_file, pattern, false, also, &paths, &count, &why), SYS_OK);
    assert_int_equal(count, wanted_count);
    for (i = 0; i < count; i++) {
        assert_string_equal(paths[i], path_of(wanted[i]));
        free(paths[i]);
    }
    free(paths);
}

static void check_expansion(const char *pattern, size_t wanted_count, const char *const *wanted)
{
    check_also(pattern, NULL, wanted_count, wanted);
}

static void which_files_a_pattern_means(void **state)
{
    static const char *const yaml[] = {"conf.d\\A.yaml", "conf.d\\b.YAML", "conf.d\\\xC3\xA9.yaml"};
    static const char *const one[] = {"conf.d\\b.YAML"};
    static const char *const missing[] = {"conf.d\\not there.yaml"};

    (void)state;
    put("conf.d\\b.YAML", "");
    put("conf.d\\A.yaml", "");
    put("conf.d\\\xC3\xA9.yaml", "");
    put("conf.d\\b.yaml.bak", "");
    put("conf.d\\c.yaml~", ""); /* whose short name ends in .YAM */
    put("conf.d\\hidden.yaml", "");
    assert_true(
        SetFileAttributesW(support_wide(path_of("conf.d\\hidden.yaml")), FILE_ATTRIBUTE_HIDDEN));
    assert_true(CreateDirectoryW(support_wide(path_of("conf.d\\folder.yaml")), NULL));
    put("conf.d\\folder.yaml\\deep.yaml", "");
    check_expansion("conf.d\\*.yaml", 3, yaml);
    check_expansion("conf.d/*.yaml", 3, yaml);
    check_expansion(".\\conf.d\\..\\conf.d\\?.yaml", 3, yaml);
    check_expansion(path_of("conf.d\\b*.yaml"), 1, one);
    check_expansion("conf.d\\b.YAML", 1, one);
    /* Whether a named file exists is found out when it is read. */
    check_expansion("conf.d\\not there.yaml", 1, missing);
    check_expansion("conf.d\\*.yam", 0, NULL);
    check_expansion("no such folder\\*.yaml", 0, NULL);
}

/* What `apply` leaves beside a file is no file of the configuration, unless it is named. */
static void wildcards_skip_what_apply_makes(void **state)
{
    static const char *const one[] = {"conf.d\\app"};
    static const char *const former[] = {"conf.d\\app.former"};

    (void)state;
    put("conf.d\\app", "");
    put("conf.d\\app.former", "");
    put("conf.d\\app.shmbroker-new", "");
    put("conf.d\\app.former.shmbroker-new", "");
    put("conf.d\\app.shmbroker-lock", "");
    check_expansion("conf.d\\*", 1, one);
    check_expansion("conf.d\\app.*", 0, NULL);
    check_expansion("conf.d\\app.former", 1, former);
    check_also("conf.d\\*", path_of("conf.d\\b.former"), 1, one);
}

static void a_file_that_is_to_be_there_is_found(void **state)
{
    static const char *const three[] = {"conf.d\\a.yaml", "conf.d\\b.yaml", "conf.d\\c.yaml"};
    static const char *const new_folder[] = {"new\\b.yaml"};

    (void)state;
    put("conf.d\\a.yaml", "");
    put("conf.d\\c.yaml", "");
    check_also("conf.d\\*.yaml", path_of("conf.d\\b.yaml"), 3, three);
    put("conf.d\\b.yaml", "");
    check_also("conf.d\\*.yaml", path_of("CONF.D\\B.YAML"), 3, three);
    assert_true(SetFileAttributesW(support_wide(path_of("conf.d\\b.yaml")), FILE_ATTRIBUTE_HIDDEN));
    check_also("conf.d\\*.yaml", path_of("conf.d\\b.yaml"), 3, three);
    check_also("conf.d\\*.yml", path_of("conf.d\\b.yaml"), 0, NULL);
    check_also("*.yaml", path_of("conf.d\\b.yaml"), 0, NULL);
    check_also("new\\*.yaml", path_of("new\\b.yaml"), 1, new_folder);
}

static void a_path_starts_from_its_file(void **state)
{
    static const struct {
        const char *path, *wanted; /* NULL: depends on the process */
    } rows[] = {{"a.bin", "C:\\one\\two\\a.bin"},
                {"..\\a.bin", "C:\\one\\a.bin"},
                {"./x/a.bin", "C:\\one\\two\\x\\a.bin"},
                {"\\a.bin", "C:\\a.bin"},
                {"D:\\a.bin", "D:\\a.bin"},
                {"\\\\server\\share\\a.bin", "\\\\server\\share\\a.bin"},
                {"C:a.bin", NULL}};
    struct sys_failure why;
    size_t i;
    char *out;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum sys_status status = expand_path("C:\\one\\two\\main.yaml", rows[i].path, &out, &why);

        assert_int_equal(status, rows[i].wanted != NULL ? SYS_OK : SYS_FAILED);
        if (rows[i].wanted != NULL)
            assert_string_equal(out, rows[i].wanted);
        else
            assert_null(out);
        free(out);
    }
    assert_int_equal(expand_path("\\\\server\\share\\main.yaml", "\\a.bin", &out, &why),
                     SYS_FAILED);
    assert_int_equal(expand_path(NULL, "a.bin", &out, &why), SYS_OK);
    assert_int_equal(out[1], ':');
    free(out);
}

/* Runs `check`; in what is said, DIR stands for the folder, also where it is written as JSON. */
static DWORD check(const char *arguments, char *said, size_t size)
{
    struct child *child = child_start(NULL, "\"%s\" check --allow-unsafe-config %s",
                                      support_sibling("shmbroker.exe"), arguments);
    char escaped[2 * sizeof(folder)], *to = escaped, *at;
    const char *from, *names[2];
    DWORD code;
    size_t i;

    for (from = folder; *from != '\0'; from++) {
        if (*from == '\\')
            *to++ = '\\';
        *to++ = *from;
    }
    *to = '\0';
    names[0] = escaped;
    names[1] = folder;
    code = child_said(child, said, size);
    for (i = 0; i < 2; i++) {
        while ((at = strstr(said, names[i])) != NULL) {
            size_t length = strlen(names[i]);

            memcpy(at, "DIR/", 4);
            memmove(at + 4, at + length, strlen(at + length) + 1);
        }
    }
    return code;
}

static void assert_says(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("\"%s\" is not in what was said:\n%s", part, said);
}

static const char *quoted(const char *options, const char *first, const char *second)
{
    static char text[4096];

    snprintf(text, sizeof(text), "%s \"%s\"", options, first);
    if (second != NULL)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " \"%s\"", second);
    return text;
}

static void check_follows_includes(void **state)
{
    char said[8192];

    (void)state;
    put("main.yaml", DEFAULTS "include: conf.d\\*.yaml\nmutexes: { ShmbTest.Main: }\n");
    put("conf.d\\a.yaml", DEFAULTS "mutexes: { ShmbTest.OfA: }\n");
    assert_int_equal(check(quoted("", main_file, NULL), said, sizeof(said)), 0);
    assert_says(said, "mutex Global\\ShmbTest.Main: ");
    assert_says(said, "mutex Global\\ShmbTest.OfA: ");
    assert_says(said, "DIR/main.yaml: no errors, 0 warnings, 2 objects\n");
    put("conf.d\\b.yaml", DEFAULTS "mutexes: { shmbtest.main: }\n");
    assert_int_equal(check(quoted("", main_file, NULL), said, sizeof(said)), 1);
    assert_says(said, "DIR/conf.d\\b.yaml:3:12: error: mutexes.shmbtest.main: the name "
                      "'shmbtest.main' clashes with mutexes.ShmbTest.Main at DIR/main.yaml:4:12; ");
    assert_says(said, "DIR/main.yaml: 1 error, 0 warnings: not usable\n");
    put("conf.d\\b.yaml", DEFAULTS "mutexes: { ShmbTest.OfB: { access: { read: 'No\\body' } } }\n");
    assert_int_equal(check(quoted("", main_file, NULL), said, sizeof(said)), 1);
    assert_says(said, "DIR/conf.d\\b.yaml:3:44: error: mutexes.ShmbTest.OfB.access: 'No\\body' ");
}

static void check_each_or_merged(void **state)
{
    char said[8192];
    const char *first, *second;

    (void)state;
    put("a.yaml", DEFAULTS "mutexes: { ShmbTest.M: }\n");
    put("b.yaml", DEFAULTS "events: { ShmbTest.m: { reset: manual } }\n");
    first = path_of("a.yaml");
    second = path_of("b.yaml");
    assert_int_equal(check(quoted("", first, second), said, sizeof(said)), 0);
    assert_says(said, "DIR/a.yaml: no errors, 0 warnings, 1 object\n");
    assert_says(said, "DIR/b.yaml: no errors, 0 warnings, 1 object\n");
    assert_int_equal(check(quoted("--merged", first, second), said, sizeof(said)), 1);
    assert_says(said, "DIR/b.yaml:3:11: error: events.ShmbTest.m: the name 'ShmbTest.m' clashes "
                      "with mutexes.ShmbTest.M at DIR/a.yaml:3:12; ");
}

static void check_as_json(void **state)
{
    char said[8192];

    (void)state;
    put("good.yaml", "version: 1\nsegments:\n  ShmbTest.S:\n    size: 4 KiB\n"
                     "    access: { write: [Interactive], deny: Guests }\n");
    put("bad.yaml", DEFAULTS "mutexes: { M: { sise: \"1\" } }\n");
    assert_int_equal(
        check(quoted("--json", path_of("good.yaml"), path_of("bad.yaml")), said, sizeof(said)), 1);
    assert_string_equal(said, "{\n"
                              "  \"schema\": 1,\n"
                              "  \"verb\": \"check\",\n"
                              "  \"configurations\": [\n"
                              "    {\n"
                              "      \"configuration\": \"DIR/good.yaml\",\n"
                              "      \"usable\": true,\n"
                              "      \"errors\": 0,\n"
                              "      \"warnings\": 0,\n"
                              "      \"held\": null,\n"
                              "      \"files\": [\n"
                              "        \"DIR/good.yaml\"\n"
                              "      ],\n"
                              "      \"messages\": [],\n"
                              "      \"objects\": [\n"
                              "        {\n"
                              "          \"name\": \"ShmbTest.S.lock\",\n"
                              "          \"full_name\": \"Global\\\\ShmbTest.S.lock\",\n"
                              "          \"kind\": \"mutex\",\n"
                              "          \"bytes\": null,\n"
                              "          \"initial_content\": null,\n"
                              "          \"keep\": null,\n"
                              "          \"save_every_ms\": null,\n"
                              "          \"snapshots\": null,\n"
                              "          \"max_lockers\": null,\n"
                              "          \"lock_of\": \"ShmbTest.S\",\n"
                              "          \"readers_may_wait\": false,\n"
                              "          \"changes_of\": null,\n"
                              "          \"snapshots_of\": null,\n"
                              "          \"queue_of\": null,\n"
                              "          \"queue\": null,\n"
                              "          \"manual_reset\": null,\n"
                              "          \"set\": null,\n"
                              "          \"initial\": null,\n"
                              "          \"maximum\": null,\n"
                              "          \"sessions\": null,\n"
                              "          \"audit\": false,\n"
                              "          \"access\": [\n"
                              "            {\n"
                              "              \"account\": \"Interactive\",\n"
                              "              \"level\": \"write\",\n"
                              "              \"may\": \"wait and release\"\n"
                              "            },\n"
                              "            {\n"
                              "              \"account\": \"Guests\",\n"
                              "              \"level\": \"deny\",\n"
                              "              \"may\": null\n"
                              "            }\n"
                              "          ],\n"
                              "          \"integrity\": null\n"
                              "        },\n"
                              "        {\n"
                              "          \"name\": \"ShmbTest.S\",\n"
                              "          \"full_name\": \"Global\\\\ShmbTest.S\",\n"
                              "          \"kind\": \"section\",\n"
                              "          \"bytes\": 4096,\n"
                              "          \"initial_content\": false,\n"
                              "          \"keep\": false,\n"
                              "          \"save_every_ms\": null,\n"
                              "          \"snapshots\": \"sequence\",\n"
                              "          \"max_lockers\": null,\n"
                              "          \"lock_of\": null,\n"
                              "          \"readers_may_wait\": null,\n"
                              "          \"changes_of\": null,\n"
                              "          \"snapshots_of\": null,\n"
                              "          \"queue_of\": null,\n"
                              "          \"queue\": null,\n"
                              "          \"manual_reset\": null,\n"
                              "          \"set\": null,\n"
                              "          \"initial\": null,\n"
                              "          \"maximum\": null,\n"
                              "          \"sessions\": null,\n"
                              "          \"audit\": false,\n"
                              "          \"access\": [\n"
                              "            {\n"
                              "              \"account\": \"Interactive\",\n"
                              "              \"level\": \"write\",\n"
                              "              \"may\": \"read and write\"\n"
                              "            },\n"
                              "            {\n"
                              "              \"account\": \"Guests\",\n"
                              "              \"level\": \"deny\",\n"
                              "              \"may\": null\n"
                              "            }\n"
                              "          ],\n"
                              "          \"integrity\": null\n"
                              "        }\n"
                              "      ],\n"
                              "      \"rules\": []\n"
                              "    },\n"
                              "    {\n"
                              "      \"configuration\": \"DIR/bad.yaml\",\n"
                              "      \"usable\": false,\n"
                              "      \"errors\": 1,\n"
                              "      \"warnings\": 0,\n"
                              "      \"held\": null,\n"
                              "      \"files\": [\n"
                              "        \"DIR/bad.yaml\"\n"
                              "      ],\n"
                              "      \"messages\": [\n"
                              "        {\n"
                              "          \"file\": \"DIR/bad.yaml\",\n"
                              "          \"line\": 3,\n"
                              "          \"column\": 17,\n"
                              "          \"severity\": \"error\",\n"
                              "          \"object\": \"mutexes.M\",\n"
                              "          \"text\": \"unknown key 'sise'; known here: access, "
                              "integrity, sddl, audit and sessions\"\n"
                              "        }\n"
                              "      ],\n"
                              "      \"objects\": [],\n"
                              "      \"rules\": []\n"
                              "    }\n"
                              "  ],\n"
                              "  \"warnings\": []\n"
                              "}\n");
    assert_int_equal(check(quoted("--json", path_of("gone.yaml"), NULL), said, sizeof(said)), 1);
    assert_says(said, "\"file\": \"DIR/gone.yaml\"");
    assert_says(said, "\"text\": \"cannot be read: ");
    assert_says(said, "\"errors\": 1,");
}

static void a_device_is_no_file(void **state)
{
    char said[8192];

    (void)state;
    put("main.yaml", DEFAULTS "segments: { ShmbTest.S: { size: 9, initial: { file: NUL } } }\n");
    assert_int_equal(check(quoted("", main_file, NULL), said, sizeof(said)), 1);
    assert_says(said, "DIR/main.yaml:3:53: error: segments.ShmbTest.S: ");
    assert_says(said, "this is a device");
}

/* The broker serves what included files name, with the content of files. */
static void a_broker_on_several_files(void **state)
{
    struct child *broker;

    (void)state;
    put("main.yaml", "version: 1\ninclude: conf.d\\*.yaml\n");
    put("conf.d\\a.yaml", "version: 1\nsegments:\n  ShmbTest.S:\n    size: 9\n"
                          "    access: { read: [Users] }\n    initial: { file: ..\\five.bin }\n");
    put("conf.d\\b.yaml", DEFAULTS "mutexes: { ShmbTest.M: }\n");
    put("five.bin", "12345");
    broker = child_start(NULL, "\"%s\" run --release --allow-unsafe-config --config \"%s\"",
                         support_sibling("shmbroker.exe"), main_file);
    child_find(broker, "info 100:", SUPPORT_DEADLINE_MS);
    assert_string_equal(client_line(NULL, "open mutex Global\\ShmbTest.M 0x20000"), "0");
    assert_string_equal(client_line(NULL, "dump Global\\ShmbTest.S"), "4096: 3132333435");
    child_kill(broker);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(which_files_a_pattern_means),
        TEST(wildcards_skip_what_apply_makes),
        TEST(a_file_that_is_to_be_there_is_found),
        TEST(a_path_starts_from_its_file),
        TEST(check_follows_includes),
        TEST(check_each_or_merged),
        TEST(check_as_json),
        TEST(a_device_is_no_file),
        TEST(a_broker_on_several_files),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
