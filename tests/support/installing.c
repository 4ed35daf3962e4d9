#include "installing.h"

#include <sddl.h>
#include <stdio.h>

const char configuration[] =
    "version: 1\n"
    "segments:\n"
    "  ShmbTest.Data: { size: 64, access: { write: [Interactive, Users] } }\n";

static void install_that_says(const char *text, const char *part)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "install --allow-unsafe-config --config \"%s\"",
             scm_file(text));
    broker_says(arguments, 0, part);
}

void install(const char *text)
{
    install_that_says(text, "ShmBroker is installed");
}

void install_again(const char *text)
{
    install_that_says(text, "its registration is renewed");
}

void install_and_start(const char *text)
{
    install(text);
    broker_says("start", 0, "runs");
    program_says(installed_program(), "--version", 0, "shmbroker 1.");
}

const char *installed_program(void)
{
    return support_narrow(scm_program(L"\\shmbroker.exe"));
}

bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

const char *trying_out(void)
{
    return support_wine() ? " --allow-unsafe-config" : "";
}

void install_plainly(const char *part)
{
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "install%s", trying_out());
    broker_says(arguments, 0, part);
}

wchar_t *in_program_data(const wchar_t *path)
{
    static wchar_t full[3][MAX_PATH];
    static size_t turn;

    turn = (turn + 1) % 3;
    assert_true(ExpandEnvironmentStringsW(path, full[turn], MAX_PATH) > 0);
    return full[turn];
}

PSECURITY_DESCRIPTOR descriptor_of(const wchar_t *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;

    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    return descriptor;
}

void protect(const wchar_t *path, const char *sddl)
{
    PSECURITY_DESCRIPTOR descriptor = descriptor_of(support_wide(sddl));
    BOOL ok = SetFileSecurityW(
        path, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, descriptor);

    LocalFree(descriptor);
    assert_true(ok);
}
