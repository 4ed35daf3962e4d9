#include "applying.h"

#include <stdio.h>
#include <string.h>

#include "clients.h"

static const struct launch user = {.standard_user = true};
static char configuration_file[MAX_PATH * 3];

int apply_set_up(void **state)
{
    (void)state;
    snprintf(configuration_file, sizeof(configuration_file), "%s", scm_file(HEAD DATA));
    return 0;
}

int apply_tear_down(void **state)
{
    static const char *const tails[] = {".former", ".former.shmbroker-new", ".shmbroker-new",
                                        ".shmbroker-lock"};
    size_t i;

    for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        DeleteFileW(beside(tails[i]));
    return scm_teardown(state);
}

int apply_set_up_parts(void **state)
{
    apply_set_up(state);
    assert_true(CreateDirectoryW(support_wide(in_folder("parts")), NULL));
    return 0;
}

int apply_tear_down_parts(void **state)
{
    WIN32_FIND_DATAW entry;
    HANDLE search = FindFirstFileW(support_wide(in_folder("parts\\*")), &entry);
    char path[MAX_PATH + 8];

    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        snprintf(path, sizeof(path), "parts\\%s", support_narrow(entry.cFileName));
        SetFileAttributesW(support_wide(in_folder(path)), FILE_ATTRIBUTE_NORMAL);
        DeleteFileW(support_wide(in_folder(path)));
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    RemoveDirectoryW(support_wide(in_folder("parts")));
    return apply_tear_down(state);
}

/* ---- files ---- */

const char *target(void)
{
    return configuration_file;
}

const wchar_t *beside(const char *tail)
{
    static char path[MAX_PATH * 3 + 32];

    snprintf(path, sizeof(path), "%s%s", target(), tail);
    return support_wide(path);
}

const char *in_folder(const char *name)
{
    static char path[2][MAX_PATH * 3 + 64];
    static size_t turn;

    turn ^= 1;
    snprintf(path[turn], sizeof(path[turn]), "%s", target());
    strcpy(strrchr(path[turn], '\\') + 1, name);
    return path[turn];
}

static void write_to(const char *path, DWORD access, DWORD disposition, const void *bytes,
                     size_t size)
{
    HANDLE file =
        CreateFileW(support_wide(path), access, FILE_SHARE_READ, NULL, disposition, 0, NULL);
    DWORD done = 0;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, bytes, (DWORD)size, &done, NULL));
    CloseHandle(file);
}

void write_bytes(const char *name, const void *bytes, size_t size)
{
    write_to(in_folder(name), GENERIC_WRITE, CREATE_ALWAYS, bytes, size);
}

void write_part(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

void append_part(const char *name, const char *text)
{
    write_to(in_folder(name), FILE_APPEND_DATA, OPEN_EXISTING, text, strlen(text));
}

const char *content_of(const wchar_t *path)
{
    static char bytes[2][CONTENT_MAX];
    static size_t turn;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    turn ^= 1;
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    assert_true(ReadFile(file, bytes[turn], CONTENT_MAX - 1, &got, NULL));
    CloseHandle(file);
    bytes[turn][got] = '\0';
    return bytes[turn];
}

static void expect_file(const wchar_t *path, const char *text)
{
    const char *content = content_of(path);

    if (text == NULL ? content != NULL : content == NULL || strcmp(content, text) != 0)
        fail_msg("%s is:\n%s\ninstead of:\n%s", support_narrow(path),
                 content != NULL ? content : "not there", text != NULL ? text : "not there");
}

void expect_content(const char *tail, const char *text)
{
    expect_file(beside(tail), text);
}

void expect_part(const char *name, const char *text)
{
    expect_file(support_wide(in_folder(name)), text);
}

void expect_nothing_left(void)
{
    expect_content(".shmbroker-new", NULL);
    expect_content(".former.shmbroker-new", NULL);
    expect_content(".shmbroker-lock", NULL);
}

/* ---- apply ---- */

const char *to(const char *name, const char *options)
{
    static char text[MAX_PATH * 3 + 128];

    snprintf(text, sizeof(text), "--config \"%s\" %s", in_folder(name), options);
    return text;
}

static struct child *start(const char *path, const char *options)
{
    return child_start(NULL, "\"%s\" apply \"%s\" %s", support_sibling("shmbroker.exe"), path,
                       options);
}

struct child *start_apply(const char *text, const char *options)
{
    static const char *path;

    if (path == NULL)
        path = support_file("");
    write_to(path, GENERIC_WRITE, CREATE_ALWAYS, text, strlen(text));
    return start(path, options);
}

const char *apply_ends(struct child *child, DWORD code, const char *part)
{
    static char said[CONTENT_MAX];
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, part) == NULL)
        fail_msg("code %lu instead of %lu, or no \"%s\" in:\n%s", got, code, part, said);
    return said;
}

const char *apply(const char *text, const char *options, DWORD code, const char *part)
{
    return apply_ends(start_apply(text, options), code, part);
}

const char *apply_file(const char *path, const char *options, DWORD code, const char *part)
{
    return apply_ends(start(path, options), code, part);
}

void said_too(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("no \"%s\" in:\n%s", part, said);
}

void expect_open(const char *name, const char *code)
{
    assert_string_equal(client_line(&user, "open section Global\\%s 2", name), code);
}
