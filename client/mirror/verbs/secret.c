#include "secret.h"

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "whole_file.h"
#include "wide.h"

void secret_free(char *secret)
{
    if (secret == NULL)
        return;
    SecureZeroMemory(secret, strlen(secret));
    free(secret);
}

/* Groups that are everybody, more or less. */
static bool is_everybody(PSID sid)
{
    static const WELL_KNOWN_SID_TYPE kinds[] = {WinWorldSid,        WinAuthenticatedUserSid,
                                                WinBuiltinUsersSid, WinBuiltinGuestsSid,
                                                WinAnonymousSid,    WinInteractiveSid};
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (IsWellKnownSid(sid, kinds[i]))
            return true;
    return false;
}

/* Does the list let everybody read? No list at all does. */
static bool lets_everybody_read(PACL list)
{
    DWORD i;

    if (list == NULL)
        return true;
    for (i = 0; i < list->AceCount; i++) {
        ACCESS_ALLOWED_ACE *entry;

        if (!GetAce(list, i, (void **)&entry) || entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE ||
            (entry->Header.AceFlags & INHERIT_ONLY_ACE) != 0)
            continue;
        if ((entry->Mask & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)) != 0 &&
            is_everybody((PSID)&entry->SidStart))
            return true;
    }
    return false;
}

/* 0, or a Win32 code; `*open`: everybody may read it. */
static DWORD check_access(const char *file, bool *open)
{
    wchar_t *path = wide_from_utf8(file);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list = NULL;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (path != NULL)
        code = GetNamedSecurityInfoW(path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                     &list, NULL, &descriptor);
    *open = code == ERROR_SUCCESS && lets_everybody_read(list);
    LocalFree(descriptor);
    free(path);
    return code;
}

static bool read_file(const char *file, char **out, char *why, size_t size)
{
    char text[160];
    bool open = false;
    size_t length;
    uint32_t code = check_access(file, &open);

    if (open) {
        snprintf(why, size,
                 "%s: everybody may read this password; let only the account of shmbmirror and "
                 "administrators: icacls \"%s\" /inheritance:r /grant *S-1-5-19:R "
                 "*S-1-5-32-544:F",
                 file, file);
        return false;
    }
    if (code == 0)
        code = whole_file_read(file, SECRET_MAX, out, &length);
    if (code == 0) {
        (*out)[strcspn(*out, "\r\n")] = '\0';
        return true;
    }
    error_text(code, text, sizeof(text));
    snprintf(why, size, "%s cannot be read: %s", file, text);
    return false;
}

bool secret_read(const char *file, const wchar_t *variable, char **out, char *why, size_t size)
{
    wchar_t text[SECRET_MAX];
    DWORD units;

    *out = NULL;
    if (file != NULL)
        return read_file(file, out, why, size);
    units = GetEnvironmentVariableW(variable, text, SECRET_MAX);
    if (units > 0 && units < SECRET_MAX)
        *out = wide_to_utf8(text);
    SecureZeroMemory(text, sizeof(text));
    return true;
}
