/*
 * As text, two SIDs can be compared, too: Windows writes a SID in one way only. The library
 * compares them as they are: every open by name checks several owners.
 */
#include "owner.h"

#include <sddl.h>

#include <stddef.h>
#include <string.h>

#include "names.h"
#include "wide.h"

#define SID_SYSTEM_TEXT         "S-1-5-18"
#define SID_ADMINISTRATORS_TEXT "S-1-5-32-544"

/* A SID as it lies in memory. */
struct plain_sid {
    BYTE revision, count;
    BYTE authority[6];
    DWORD part[SECURITY_SERVICE_ID_RID_COUNT];
};

/* The service (the numbers of SHMB_SERVICE_SID), SYSTEM, Administrators. */
static const struct plain_sid trusted[] = {
    {SID_REVISION,
     SECURITY_SERVICE_ID_RID_COUNT,
     SECURITY_NT_AUTHORITY,
     {SECURITY_SERVICE_ID_BASE_RID, 4278917904u, 4027446710u, 1448384935u, 3026862272u,
      1677383374u}},
    {SID_REVISION, 1, SECURITY_NT_AUTHORITY, {SECURITY_LOCAL_SYSTEM_RID}},
    {SID_REVISION,
     2,
     SECURITY_NT_AUTHORITY,
     {SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS}},
};

_Static_assert(offsetof(struct plain_sid, part) == offsetof(SID, SubAuthority),
               "a SID has this layout");

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

uint32_t owner_get(HANDLE object, struct owner_descriptor *out)
{
    DWORD needed;
    BOOL defaulted;

    out->sid = NULL;
    /* An owner alone always fits. GetSecurityInfo would allocate memory for each object. */
    if (!GetKernelObjectSecurity(object, OWNER_SECURITY_INFORMATION, &out->descriptor,
                                 sizeof(out->bytes), &needed) ||
        !GetSecurityDescriptorOwner(&out->descriptor, &out->sid, &defaulted))
        return GetLastError();
    return out->sid != NULL ? ERROR_SUCCESS : ERROR_INVALID_OWNER;
}

uint32_t owner_read(HANDLE object, char out[OWNER_SID_MAX])
{
    struct owner_descriptor owner;
    uint32_t code = owner_get(object, &owner);

    out[0] = '\0';
    if (code == ERROR_SUCCESS && !owner_sid_text(owner.sid, out))
        code = GetLastError();
    return code;
}

bool owner_sid_trusted(PSID sid)
{
    size_t i;

    for (i = 0; i < sizeof(trusted) / sizeof(trusted[0]); i++)
        if (EqualSid(sid, (PSID)(uintptr_t)&trusted[i]))
            return true;
    return false;
}

bool owner_trusted(const char *sid)
{
    return strcmp(sid, SHMB_SERVICE_SID) == 0 || strcmp(sid, SID_SYSTEM_TEXT) == 0 ||
           strcmp(sid, SID_ADMINISTRATORS_TEXT) == 0;
}
