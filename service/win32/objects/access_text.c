/*
 * Spells owner and list itself: Windows would abbreviate some SIDs and rights, and the core
 * compares texts (core/access/descriptor.h).
 */
#include "access_text.h"

#include <sddl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"
#include "text.h"
#include "wide.h"

#define OWNER_AND_LIST (OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

/* True for the types of entries that descriptor.h writes. */
static bool is_plain(const ACE_HEADER *entry)
{
    return entry->AceFlags == 0 &&
           (entry->AceType == ACCESS_ALLOWED_ACE_TYPE || entry->AceType == ACCESS_DENIED_ACE_TYPE);
}

/* False: the entry has no short spelling here, or cannot be read. */
static bool add_entry(struct text *out, ACL *list, DWORD index)
{
    char sid[OWNER_SID_MAX];
    ACCESS_ALLOWED_ACE *entry; /* a deny entry has the same layout */
    void *found;

    if (!GetAce(list, index, &found) || !is_plain(found))
        return false;
    entry = found;
    if (!owner_sid_text(&entry->SidStart, sid))
        return false;
    text_add(out, "(%c;;0x%lx;;;%s)", entry->Header.AceType == ACCESS_DENIED_ACE_TYPE ? 'D' : 'A',
             (unsigned long)entry->Mask, sid);
    return true;
}

/* Spells owner and list as descriptor.h does. False: it has no spelling for this list. */
static bool spell(PSECURITY_DESCRIPTOR descriptor, const char *owner, ACL *list, struct text *out)
{
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision, i;

    if (list == NULL || !GetSecurityDescriptorControl(descriptor, &control, &revision))
        return false;
    if (owner[0] != '\0')
        text_add(out, "O:%s", owner);
    text_add(out, "D:%s", (control & SE_DACL_PROTECTED) != 0 ? "P" : "");
    for (i = 0; i < list->AceCount; i++)
        if (!add_entry(out, list, i))
            return false;
    return true;
}

static char *spell_as_system(PSECURITY_DESCRIPTOR descriptor)
{
    wchar_t *wide;
    char *text;

    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                              OWNER_AND_LIST, &wide, NULL))
        return NULL;
    text = wide_to_utf8(wide);
    LocalFree(wide);
    return text;
}

/* The label entry of a descriptor that was read with LABEL_SECURITY_INFORMATION. NULL: none. */
static const SYSTEM_MANDATORY_LABEL_ACE *find_label(PSECURITY_DESCRIPTOR descriptor)
{
    BOOL present, defaulted;
    ACL *list;
    DWORD i;

    if (!GetSecurityDescriptorSacl(descriptor, &present, &list, &defaulted) || !present ||
        list == NULL)
        return NULL;
    for (i = 0; i < list->AceCount; i++) {
        void *entry;

        if (GetAce(list, i, &entry) &&
            ((const ACE_HEADER *)entry)->AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            return entry;
    }
    return NULL;
}

static bool spell_label(const SYSTEM_MANDATORY_LABEL_ACE *entry, char label[ACCESS_TEXT_LABEL_MAX])
{
    char sid[OWNER_SID_MAX];

    if (!owner_sid_text((PSID)(uintptr_t)&entry->SidStart, sid))
        return false;
    /* Medium, no write up: how Windows treats an object without a label. */
    if (entry->Mask == SYSTEM_MANDATORY_LABEL_NO_WRITE_UP && strcmp(sid, "S-1-16-8192") == 0)
        return true;
    (void)snprintf(label, ACCESS_TEXT_LABEL_MAX, "S:(ML;;%s%s%s;;;%s)",
                   (entry->Mask & SYSTEM_MANDATORY_LABEL_NO_WRITE_UP) != 0 ? "NW" : "",
                   (entry->Mask & SYSTEM_MANDATORY_LABEL_NO_READ_UP) != 0 ? "NR" : "",
                   (entry->Mask & SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP) != 0 ? "NX" : "", sid);
    return true;
}

/* The label of a descriptor that was read with it; empty: none. Returns a Win32 code. */
static DWORD label_of(PSECURITY_DESCRIPTOR descriptor, char label[ACCESS_TEXT_LABEL_MAX])
{
    const SYSTEM_MANDATORY_LABEL_ACE *entry = find_label(descriptor);

    label[0] = '\0';
    return entry == NULL || spell_label(entry, label) ? ERROR_SUCCESS : GetLastError();
}

uint32_t access_text_label(HANDLE object, char label[ACCESS_TEXT_LABEL_MAX])
{
    PSECURITY_DESCRIPTOR descriptor = descriptors_read(object, LABEL_SECURITY_INFORMATION);
    DWORD code;

    label[0] = '\0';
    if (descriptor == NULL)
        return GetLastError();
    code = label_of(descriptor, label);
    free(descriptor);
    return code;
}

static uint32_t read_parts(PSECURITY_DESCRIPTOR descriptor, PSID owner_sid, ACL *list,
                           const char *label, char owner[OWNER_SID_MAX], char **sddl)
{
    struct text text = {0};

    if (owner_sid != NULL && !owner_sid_text(owner_sid, owner))
        return GetLastError();
    if (spell(descriptor, owner, list, &text)) {
        text_add(&text, "%s", label);
        if (!text.failed) {
            *sddl = text.at;
            return ERROR_SUCCESS;
        }
    }
    text_free(&text);
    *sddl = spell_as_system(descriptor);
    return *sddl != NULL ? ERROR_SUCCESS : GetLastError();
}

/* True: reads owner and list, which are in the descriptor. */
static bool take_parts(PSECURITY_DESCRIPTOR descriptor, PSID *owner, ACL **list)
{
    BOOL present, defaulted;

    *list = NULL;
    if (!GetSecurityDescriptorOwner(descriptor, owner, &defaulted) ||
        !GetSecurityDescriptorDacl(descriptor, &present, list, &defaulted))
        return false;
    if (!present)
        *list = NULL;
    return true;
}

uint32_t access_text_read(HANDLE object, char owner[OWNER_SID_MAX], char **sddl)
{
    /* Reading the label needs READ_CONTROL, and no privilege as the rest of the SACL does. */
    PSECURITY_DESCRIPTOR descriptor =
        descriptors_read(object, OWNER_AND_LIST | LABEL_SECURITY_INFORMATION);
    PSID owner_sid = NULL;
    ACL *list = NULL;
    char label[ACCESS_TEXT_LABEL_MAX];
    DWORD code;

    owner[0] = '\0';
    *sddl = NULL;
    if (descriptor == NULL)
        return GetLastError();
    code = label_of(descriptor, label);
    if (code == ERROR_SUCCESS && !take_parts(descriptor, &owner_sid, &list))
        code = GetLastError();
    if (code == ERROR_SUCCESS)
        code = read_parts(descriptor, owner_sid, list, label, owner, sddl);
    if (code != ERROR_SUCCESS)
        owner[0] = '\0';
    free(descriptor);
    return code;
}
