/* Facts from the object's owner and access list. */
#include <windows.h>

#include <aclapi.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "ask_system.h"
#include "owner.h"
#include "plain.h"

/* RIDs below are those of the system: 512 is Domain Admins. */
#define FIRST_OWN_RID 1000u

uint32_t doctor_owner(void *context, enum shmb_kind kind, const char *name, char owner[DOCTOR_TEXT],
                      bool *trusted)
{
    HANDLE object = plain_open(false, kind, name, READ_CONTROL);
    struct owner_descriptor found;
    uint32_t code;

    (void)context;
    if (object == NULL)
        return GetLastError();
    code = owner_get(object, &found);
    CloseHandle(object);
    if (code == ERROR_INVALID_OWNER) {
        snprintf(owner, DOCTOR_TEXT, "nobody");
        return 0;
    }
    if (code != 0)
        return code;
    *trusted = owner_sid_trusted(found.sid);
    account_text(found.sid, owner, DOCTOR_TEXT);
    return 0;
}

/*
 * Can an administrator make an account a member of it without giving it power over the machine? A
 * group that somebody made, of the domain or of this machine, or Users. Not Interactive, Everyone
 * and the like, which have no members; nor Administrators and other groups of the system.
 */
static bool can_be_joined(PSID sid, SID_NAME_USE use)
{
    const SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};
    UCHAR parts = *GetSidSubAuthorityCount(sid);

    if (memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof(nt)) != 0 || parts < 2)
        return false;
    if (*GetSidSubAuthority(sid, 0) == SECURITY_BUILTIN_DOMAIN_RID)
        return *GetSidSubAuthority(sid, 1) == DOMAIN_ALIAS_RID_USERS;
    return (use == SidTypeGroup || use == SidTypeAlias) &&
           *GetSidSubAuthority(sid, 0) == SECURITY_NT_NON_UNIQUE && parts == 5 &&
           *GetSidSubAuthority(sid, 4) >= FIRST_OWN_RID;
}

static SID_NAME_USE add_account(char *list, PSID sid)
{
    size_t used = strlen(list);

    if (used + 2 >= DOCTOR_TEXT - 8)
        return SidTypeUnknown; /* the list is long enough */
    if (used > 0) {
        memcpy(list + used, ", ", 3);
        used += 2;
    }
    return account_text(sid, list + used, DOCTOR_TEXT - used);
}

static void read_entry(const ACE_HEADER *header, uint32_t mask, struct doctor_trustees *out)
{
    /* Allow and deny entries have the same layout. */
    const ACCESS_ALLOWED_ACE *entry = (const ACCESS_ALLOWED_ACE *)(const void *)header;
    PSID sid = (PSID)(uintptr_t)&entry->SidStart;

    /*
     * All rights are needed, so a grant must have all of them, but a denial of one is enough.
     */
    if (header->AceType == ACCESS_ALLOWED_ACE_TYPE && (entry->Mask & mask) == mask) {
        if (can_be_joined(sid, add_account(out->given, sid)))
            (void)add_account(out->groups, sid);
    } else if (header->AceType == ACCESS_DENIED_ACE_TYPE && (entry->Mask & mask) != 0) {
        (void)add_account(out->denied, sid);
    }
}

void doctor_trustees(void *context, enum shmb_kind kind, const char *name, uint32_t mask,
                     struct doctor_trustees *out)
{
    HANDLE object = plain_open(false, kind, name, READ_CONTROL);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list = NULL;
    DWORD i;

    (void)context;
    if (object == NULL)
        return;
    if (GetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &list,
                        NULL, &descriptor) == 0) {
        out->known = true;
        for (i = 0; list != NULL && i < list->AceCount; i++) {
            void *entry;

            if (GetAce(list, i, &entry))
                read_entry(entry, mask, out);
        }
        LocalFree(descriptor);
    }
    CloseHandle(object);
}
