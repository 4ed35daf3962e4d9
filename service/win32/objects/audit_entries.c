/*
 * Reads the SACL, adds or removes the entries in question and writes it back, so that entries
 * of others and the label, which is in the same list, stay.
 */
#include "audit_entries.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "failure.h"

/* The SACL holds audit entries and the label: both are read and set together. */
#define PARTS (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)

/* ---- the privilege ---------------------------------------------------------- */

/* A token never gains a privilege later, so one failure is final. */
static bool missing;

/* The token of this process, once it was needed; it stays open. */
static HANDLE token;

/* Enables or disables the privilege. Returns a Win32 code. */
static DWORD turn(bool on)
{
    /* Looked up once: that asks another process. */
    static TOKEN_PRIVILEGES privileges = {.PrivilegeCount = 1};
    DWORD code = ERROR_SUCCESS;

    if (token == NULL &&
        (!LookupPrivilegeValueW(NULL, SE_SECURITY_NAME, &privileges.Privileges[0].Luid) ||
         !OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token)))
        return GetLastError();
    privileges.Privileges[0].Attributes = on ? SE_PRIVILEGE_ENABLED : 0;
    /* If the token lacks the privilege the call succeeds; only the last error tells. */
    if (!AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL) ||
        GetLastError() != ERROR_SUCCESS)
        code = GetLastError();
    missing = code == ERROR_NOT_ALL_ASSIGNED;
    return code;
}

static enum sys_status say_missing(DWORD code, struct sys_failure *why)
{
    return failure_say(why, SYS_DENIED, "AdjustTokenPrivileges", code,
                       "the privilege SeSecurityPrivilege is missing");
}

/* ---- lists ------------------------------------------------------------------ */

/* The list of a descriptor; NULL: none. */
static ACL *list_of(const void *descriptor)
{
    BOOL present = FALSE, defaulted;
    ACL *list = NULL;

    if (!GetSecurityDescriptorSacl((void *)(uintptr_t)descriptor, &present, &list, &defaulted) ||
        !present)
        return NULL;
    return list;
}

/* Compares whole entries, as bytes: type, flags, mask and SID. */
static bool is_among(const ACE_HEADER *entry, ACL *list)
{
    DWORD i;

    for (i = 0; list != NULL && i < list->AceCount; i++) {
        const ACE_HEADER *other;
        void *found;

        if (!GetAce(list, i, &found))
            continue;
        other = found;
        if (other->AceSize == entry->AceSize && memcmp(other, entry, entry->AceSize) == 0)
            return true;
    }
    return false;
}

/* True: the list already has all of `entries` (`on`), or none of them. */
static bool is_settled(ACL *former, ACL *entries, bool on)
{
    DWORD i;

    for (i = 0; i < entries->AceCount; i++) {
        void *entry;

        if (!GetAce(entries, i, &entry) || is_among(entry, former) != on)
            return false;
    }
    return true;
}

/* Adds the entries of `from` that are not in `without` (NULL: all) to `out`. */
static bool add_entries(ACL *out, ACL *from, ACL *without)
{
    DWORD i;

    for (i = 0; from != NULL && i < from->AceCount; i++) {
        const ACE_HEADER *entry;
        void *found;

        if (!GetAce(from, i, &found))
            return false;
        entry = found;
        if ((without == NULL || !is_among(entry, without)) &&
            !AddAce(out, ACL_REVISION, MAXDWORD, found, entry->AceSize))
            return false;
    }
    return true;
}

/* `former` with or without `entries`; freed with free(). NULL: GetLastError() says why. */
static ACL *merge(ACL *former, ACL *entries, bool on)
{
    const DWORD size =
        (DWORD)sizeof(ACL) + entries->AclSize + (former != NULL ? former->AclSize : 0u);
    ACL *list = malloc(size);

    if (list == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (InitializeAcl(list, size, ACL_REVISION) && add_entries(list, former, entries) &&
        (!on || add_entries(list, entries, NULL)))
        return list;
    free(list);
    return NULL;
}

/* ---- an object -------------------------------------------------------------- */

static bool write_list(HANDLE object, ACL *list)
{
    SECURITY_DESCRIPTOR whole;

    return InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION) &&
           SetSecurityDescriptorSacl(&whole, TRUE, list, FALSE) &&
           SetKernelObjectSecurity(object, PARTS, &whole);
}

static DWORD change(HANDLE object, ACL *entries, bool on)
{
    PSECURITY_DESCRIPTOR present = descriptors_read(object, PARTS);
    DWORD code = ERROR_SUCCESS;
    ACL *list = NULL;

    if (present == NULL)
        return GetLastError();
    /* Writes only what changes something. */
    if (!is_settled(list_of(present), entries, on)) {
        list = merge(list_of(present), entries, on);
        if (list == NULL || !write_list(object, list))
            code = GetLastError();
    }
    free(list);
    free(present);
    return code;
}

/* The broker's handles lack ACCESS_SYSTEM_SECURITY: a duplicate gets it by the privilege. */
static DWORD change_object(HANDLE object, ACL *entries, bool on)
{
    HANDLE process = GetCurrentProcess(), able;
    DWORD code = turn(true);

    if (code != ERROR_SUCCESS)
        return code;
    /* WRITE_OWNER: needed to set the label, which is one of the PARTS. */
    if (DuplicateHandle(process, object, process, &able,
                        ACCESS_SYSTEM_SECURITY | READ_CONTROL | WRITE_OWNER, FALSE, 0)) {
        code = change(able, entries, on);
        CloseHandle(able);
    } else {
        code = GetLastError();
    }
    (void)turn(false);
    return code;
}

enum sys_status audit_entries_set(struct sys_object *object, const char *entries, bool on,
                                  struct sys_failure *why)
{
    struct sys_descriptor *descriptor;
    enum sys_status status;
    DWORD code;

    if (missing)
        return say_missing(ERROR_NOT_ALL_ASSIGNED, why);
    status = descriptors_make(entries, &descriptor, why);
    if (status != SYS_OK)
        return status;
    code = change_object((HANDLE)object, list_of(descriptor), on);
    descriptors_free(descriptor);
    if (code == ERROR_SUCCESS)
        return SYS_OK;
    if (code == ERROR_NOT_ALL_ASSIGNED || code == ERROR_PRIVILEGE_NOT_HELD)
        return say_missing(code, why);
    return failure_set(why, "SetKernelObjectSecurity", code);
}
