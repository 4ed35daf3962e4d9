/* Files of a configuration that others could change: refused, with entry, path and remedy. */
#include "support.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD "version: 1\nmutexes: { ShmbTest.M: { access: { write: [Users] } } }\n"

/* What only administrators may change; what users may add to; a file of the latter kind. */
#define SAFE   "O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
#define ADDED  "O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;CI;0x116;;;BU)"
#define OPEN_F "O:BAG:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1301bf;;;WD)"

static char folder[1024], file[1024];

static void put(const char *path, const char *text)
{
    HANDLE handle = CreateFileW(support_wide(path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done = 0;

    assert_true(handle != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(handle, text, (DWORD)strlen(text), &done, NULL));
    CloseHandle(handle);
}

static void protect(const char *path, const char *sddl)
{
    const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                                      PROTECTED_DACL_SECURITY_INFORMATION;
    PSECURITY_DESCRIPTOR descriptor;
    BOOL ok;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        support_wide(sddl), SDDL_REVISION_1, &descriptor, NULL));
    ok = SetFileSecurityW(support_wide(path), what, descriptor);
    LocalFree(descriptor);
    assert_true(ok);
}

/* In ProgramData: what is above a folder in the temporary one is a user's. */
static int set_up(void **state)
{
    wchar_t data[MAX_PATH];

    (void)state;
    assert_true(ExpandEnvironmentStringsW(L"%ProgramData%", data, MAX_PATH) > 0);
    snprintf(folder, sizeof(folder), "%s\\shmb rules %lu", support_narrow(data),
             GetCurrentProcessId());
    snprintf(file, sizeof(file), "%s\\main.yaml", folder);
    assert_true(CreateDirectoryW(support_wide(folder), NULL));
    put(file, GOOD);
    return 0;
}

static int tear_down(void **state)
{
    char other[1100];

    DeleteFileW(support_wide(file));
    snprintf(other, sizeof(other), "%s\\conf.d\\one.yaml", folder);
    DeleteFileW(support_wide(other));
    snprintf(other, sizeof(other), "%s\\conf.d", folder);
    RemoveDirectoryW(support_wide(other));
    snprintf(other, sizeof(other), "%s\\link", folder);
    RemoveDirectoryW(support_wide(other));
    RemoveDirectoryW(support_wide(folder));
    return support_teardown(state);
}

/* Runs a verb; the code must be `code`, and each part that is given among what it says. */
static void says(const char *arguments, DWORD code, const char *one, const char *two)
{
    struct child *child =
        child_start(NULL, "\"%s\" %s", support_sibling("shmbroker.exe"), arguments);
    char said[8192];
    DWORD got = child_said(child, said, sizeof(said));

    if (got != code || strstr(said, one) == NULL || (two != NULL && strstr(said, two) == NULL))
        fail_msg("shmbroker %s: code %lu instead of %lu, or no \"%s\" or \"%s\", in:\n%s",
                 arguments, got, code, one, two != NULL ? two : "", said);
}

static const char *on(const char *verb)
{
    static char arguments[2048];

    snprintf(arguments, sizeof(arguments), "%s \"%s\"", verb, file);
    return arguments;
}

/* ---- tests ------------------------------------------------------------------ */

/* Wine: everything belongs to a user. Windows: the user is here given the file. */
static void a_users_file_is_refused(void **state)
{
    char sddl[512], line[1100];
    const char *path = support_wine() ? "C:\\" : file;

    (void)state;
    if (!support_wine()) {
        snprintf(sddl, sizeof(sddl), "O:BAG:BAD:P(A;;FA;;;BA)(A;;FA;;;SY)(A;;0x1301bf;;;BU)");
        protect(folder, SAFE);
        protect(file, sddl);
    }
    snprintf(line, sizeof(line), "\"%s\"", path);
    says(on("check"), 3, line, support_wine() ? "belongs to" : "S-1-5-32-545");
    says(on("run --config"), 1, "error 201: ", line);
    says(on("check --json"), 3, support_wine() ? "belongs to" : "/remove:g", NULL);
    says(on("check --allow-unsafe-config"), 0, "no errors", NULL);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    says("check NUL", 3, "is not the path of a file on a volume", NULL);
    says("check --allow-unsafe-config NUL", 1, "this is a device", NULL);
}

/* ---- what Wine lacks: owners and lists of files ---- */

static void files_of_administrators_are_read(void **state)
{
    (void)state;
    if (support_wine())
        skip(); /* a file cannot be given to administrators */
    protect(folder, SAFE);
    protect(file, SAFE);
    says(on("check"), 0, "no errors", NULL);
}

static void a_folder_that_users_may_add_to_is_refused(void **state)
{
    char named[1100];

    (void)state;
    if (support_wine())
        skip(); /* a folder cannot be given to administrators */
    protect(file, SAFE);
    protect(folder, ADDED);
    snprintf(named, sizeof(named), "the folder \"%s\" (0x116)", folder);
    says(on("check"), 3, named, "S-1-5-32-545");
}

static void an_included_file_and_its_folder_are_judged(void **state)
{
    char conf[1100], one[1200], named[1300];

    (void)state;
    if (support_wine())
        skip(); /* a folder cannot be given to administrators */
    snprintf(conf, sizeof(conf), "%s\\conf.d", folder);
    snprintf(one, sizeof(one), "%s\\one.yaml", conf);
    protect(folder, SAFE);
    put(file, "version: 1\ninclude: conf.d\\*.yaml\n");
    assert_true(CreateDirectoryW(support_wide(conf), NULL));
    protect(conf, ADDED);
    /* Even with no file in it: tomorrow's would be a stranger's. */
    snprintf(named, sizeof(named), "the folder \"%s\" (0x116)", conf);
    says(on("check"), 1, named, "main.yaml:2:");
    protect(conf, SAFE);
    put(one, GOOD);
    says(on("check"), 0, "no errors", NULL);
    protect(one, OPEN_F);
    snprintf(named, sizeof(named), "the file \"%s\" (0x", one);
    says(on("check"), 1, named, "S-1-1-0");
}

static void a_link_on_the_way_is_refused(void **state)
{
    char link[1100], through[1200];

    (void)state;
    if (support_wine())
        skip(); /* a folder cannot be given to administrators, nor a link be made */
    protect(folder, SAFE);
    snprintf(link, sizeof(link), "%s\\link", folder);
    assert_true(CreateSymbolicLinkW(support_wide(link), support_wide(folder),
                                    SYMBOLIC_LINK_FLAG_DIRECTORY));
    snprintf(through, sizeof(through), "check \"%s\\main.yaml\"", link);
    says(through, 3, "is a link", link);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_users_file_is_refused),
        TEST(what_is_no_file_is_refused),
        TEST(files_of_administrators_are_read),
        TEST(a_folder_that_users_may_add_to_is_refused),
        TEST(an_included_file_and_its_folder_are_judged),
        TEST(a_link_on_the_way_is_refused),
    };

    support_client(NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
