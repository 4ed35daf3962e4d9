/*
 * How an answer is set, and how access lists are compared: entry by entry, as bytes. A list
 * with the same effect in other entries differs, too: what `install` sets is what is wanted.
 */
#include "verify_point.h"

#include <stdio.h>
#include <string.h>

#include "descriptors.h"
#include "error.h"

void verify_found(struct verify_answer *answer, bool as_wanted, const char *found)
{
    answer->verdict = as_wanted ? VERIFY_OK : VERIFY_DIFFERS;
    (void)snprintf(answer->text, sizeof(answer->text), "%s", found);
}

void verify_unreadable(struct verify_answer *answer, unsigned long code)
{
    char text[256];

    error_text((uint32_t)code, text, sizeof(text));
    answer->verdict = VERIFY_UNKNOWN;
    (void)snprintf(answer->text, sizeof(answer->text), "cannot be read: %s (error %lu)", text,
                   code);
}

static const ACE_HEADER *entry_at(PACL list, DWORD index)
{
    void *entry;

    return GetAce(list, index, &entry) ? entry : NULL;
}

static bool has_entry(PACL list, const ACE_HEADER *wanted)
{
    DWORD i;

    for (i = 0; i < list->AceCount; i++) {
        const ACE_HEADER *entry = entry_at(list, i);

        if (entry != NULL && entry->AceSize == wanted->AceSize &&
            memcmp(entry, wanted, wanted->AceSize) == 0)
            return true;
    }
    return false;
}

static bool same_list(PACL a, PACL b)
{
    DWORD i;

    if (a == NULL || b == NULL || a->AceCount != b->AceCount)
        return false;
    for (i = 0; i < a->AceCount; i++) {
        const ACE_HEADER *entry = entry_at(a, i);

        if (entry == NULL || !has_entry(b, entry))
            return false;
    }
    return true;
}

void verify_list(struct verify_answer *answer, PACL list, const char *sddl)
{
    struct sys_descriptor *descriptor;
    struct sys_failure why;
    BOOL present = FALSE, defaulted;
    PACL wanted = NULL;

    if (descriptors_make(sddl, &descriptor, &why) != SYS_OK) {
        verify_unreadable(answer, why.code);
        return;
    }
    if (!GetSecurityDescriptorDacl(descriptors_attributes(descriptor).lpSecurityDescriptor,
                                   &present, &wanted, &defaulted))
        verify_unreadable(answer, GetLastError());
    else if (same_list(list, wanted))
        verify_found(answer, true, "as it should be");
    else
        verify_found(answer, false, list == NULL ? "there is none" : "other entries than wanted");
    descriptors_free(descriptor);
}
