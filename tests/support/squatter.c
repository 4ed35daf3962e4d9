#include "squatter.h"

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <string.h>

#include "clients.h"

#define MARK 0x55

void squatter_begin(void)
{
    TOKEN_PRIVILEGES one = {1, {{{0, 0}, SE_PRIVILEGE_ENABLED}}};
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    if (LookupPrivilegeValueW(NULL, L"SeRestorePrivilege", &one.Privileges[0].Luid))
        AdjustTokenPrivileges(token, FALSE, &one, 0, NULL, NULL);
    CloseHandle(token);
}

static HANDLE make_section(const char *name, SECURITY_ATTRIBUTES *security, DWORD bytes,
                           enum squatter_pages pages)
{
    DWORD how = PAGE_READWRITE | (pages == SQUATTER_BYTES ? SEC_COMMIT : SEC_RESERVE);
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, security, how, 0, bytes, support_wide(name));
    DWORD code = GetLastError();
    void *view;

    if (section == NULL || code == ERROR_ALREADY_EXISTS || pages != SQUATTER_BYTES)
        return section;
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, bytes);
    if (view != NULL)
        memset(view, MARK, bytes);
    UnmapViewOfFile(view);
    SetLastError(view != NULL ? 0 : ERROR_GEN_FAILURE);
    return section;
}

HANDLE squatter_make(const char *kind, const char *name, const char *sddl, DWORD bytes,
                     enum squatter_pages pages)
{
    SECURITY_ATTRIBUTES security = {sizeof(security), NULL, FALSE};
    HANDLE object;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            support_wide(sddl), SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL)) {
        client_say("bad descriptor %s", sddl);
        return NULL;
    }
    SetLastError(0);
    object = strcmp(kind, "section") == 0 ? make_section(name, &security, bytes, pages)
                                          : client_create(kind, name, &security);
    if (object == NULL || GetLastError() != 0)
        client_say("cannot squat on %s: error %lu", name, GetLastError());
    else if (strcmp(kind, "mutex") == 0 && WaitForSingleObject(object, 0) != WAIT_OBJECT_0)
        client_say("not owned: %s", name);
    LocalFree(security.lpSecurityDescriptor);
    return object;
}

bool squatter_untouched(HANDLE section, DWORD bytes)
{
    const unsigned char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, bytes);
    DWORD i = 0;

    while (view != NULL && i < bytes && view[i] == MARK)
        i++;
    UnmapViewOfFile(view);
    return i == bytes;
}

const char *squatter_sddl(HANDLE object)
{
    static char texts[4][2048];
    static unsigned turn;
    char *out = texts[turn++ % 4];
    PSECURITY_DESCRIPTOR security = NULL;
    wchar_t *text = NULL;
    DWORD code = GetSecurityInfo(object, SE_KERNEL_OBJECT,
                                 OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL, NULL,
                                 NULL, NULL, &security);

    if (code == 0 && !ConvertSecurityDescriptorToStringSecurityDescriptorW(
                         security, SDDL_REVISION_1,
                         OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text, NULL))
        code = GetLastError();
    if (code == 0)
        snprintf(out, sizeof(texts[0]), "%ls", text);
    else
        snprintf(out, sizeof(texts[0]), "error %lu", code);
    LocalFree(text);
    LocalFree(security);
    return out;
}
