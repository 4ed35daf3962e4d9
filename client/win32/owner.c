/*
 * SIDs are compared as text: Windows writes a SID in one way only, and the service SID of
 * names.h is a text, too.
 */
#include "owner.h"

#include <aclapi.h>
#include <sddl.h>

#include <string.h>

#include "names.h"
#include "wide.h"

#define SID_SYSTEM_TEXT         "S-1-5-18"
#define SID_ADMINISTRATORS_TEXT "S-1-5-32-544"

bool owner_sid_text(PSID sid, char out[OWNER_SID_MAX])
{
    wchar_t *text;
    bool fits;

    out[0] = '\0';
    if (!ConvertSidToStringSidW(sid, &text))
        return false;
    /* Any SID of 15 numbers fits; a text that was cut could equal that of another SID. */
    fits = wcslen(text) < OWNER_SID_MAX;
    if (fits)
        wide_to_buffer(text, wcslen(text), out, OWNER_SID_MAX);
    LocalFree(text);
    if (!fits)
        SetLastError(ERROR_INVALID_SID);
    return fits;
}

static DWORD read_owner(HANDLE object, SE_OBJECT_TYPE type, char out[OWNER_SID_MAX])
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    DWORD code;

    out[0] = '\0';
    /* Returns its code and does not set the last error. */
    code = GetSecurityInfo(object, type, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL,
                           &descriptor);
    if (code != ERROR_SUCCESS)
        return code;
    if (owner == NULL)
        code = ERROR_INVALID_OWNER;
    else if (!owner_sid_text(owner, out))
        code = GetLastError();
    LocalFree(descriptor);
    return code;
}

uint32_t owner_read(HANDLE object, char out[OWNER_SID_MAX])
{
    return read_owner(object, SE_KERNEL_OBJECT, out);
}

uint32_t owner_read_file(HANDLE file, char out[OWNER_SID_MAX])
{
    return read_owner(file, SE_FILE_OBJECT, out);
}

bool owner_trusted(const char *sid)
{
    return strcmp(sid, SHMB_SERVICE_SID) == 0 || strcmp(sid, SID_SYSTEM_TEXT) == 0 ||
           strcmp(sid, SID_ADMINISTRATORS_TEXT) == 0;
}
