/*
 * For shmb info: opens the object with plain Win32 calls, because the library's handles have
 * only the rights of level read or write.
 */
#include "object_access.h"

#include <windows.h>

#include <aclapi.h>
#include <string.h>

#include "account.h"
#include "out.h"
#include "owner.h"
#include "plain.h"

#define ACCOUNT_MAX 1024u

/* An entry of an access list; `name` is the account. */
struct entry {
    bool deny;
    uint32_t mask;
    char sid[OWNER_SID_MAX], name[ACCOUNT_MAX];
};

bool info_is_ours(enum shmb_kind kind, const char *name)
{
    HANDLE object = plain_open(false, kind, name, READ_CONTROL);
    struct owner_descriptor owner;
    bool ours;

    if (object == NULL)
        return false;
    ours = owner_get(object, &owner) == ERROR_SUCCESS && owner_sid_trusted(owner.sid);
    CloseHandle(object);
    return ours;
}

uint32_t info_rights(enum shmb_kind kind, const char *name)
{
    HANDLE object = plain_open(false, kind, name, MAXIMUM_ALLOWED);
    uint32_t rights = 0;

    if (object == NULL)
        return 0;
    if (!plain_rights(object, &rights))
        rights = 0;
    CloseHandle(object);
    return rights;
}

/* False: an entry that grants and denies nothing now. */
static bool read_entry(ACL *list, DWORD index, struct entry *out)
{
    const ACE_HEADER *header;
    ACCESS_ALLOWED_ACE *entry; /* ACCESS_DENIED_ACE has the same layout */
    const char *word;
    void *found;

    if (!GetAce(list, index, &found))
        return false;
    header = found;
    if ((header->AceType != ACCESS_ALLOWED_ACE_TYPE && header->AceType != ACCESS_DENIED_ACE_TYPE) ||
        (header->AceFlags & INHERIT_ONLY_ACE) != 0)
        return false;
    entry = found;
    if (!owner_sid_text(&entry->SidStart, out->sid))
        return false;
    out->deny = header->AceType == ACCESS_DENIED_ACE_TYPE;
    out->mask = entry->Mask;
    word = shmb_sid_word(out->sid);
    if (word != NULL)
        memcpy(out->name, word, strlen(word) + 1);
    else
        account_text(&entry->SidStart, out->name, sizeof(out->name));
    return true;
}

/* Full access of the service, SYSTEM or Administrators. */
static bool is_obvious(enum shmb_kind kind, const struct entry *entry)
{
    return !entry->deny && shmb_access_is_full(kind, entry->mask) && owner_trusted(entry->sid);
}

static void put_entry(enum shmb_kind kind, const struct entry *entry, struct json *json)
{
    char words[SHMB_ACCESS_WORDS];

    (void)shmb_access_words(kind, entry->mask, words);
    json_object(json, NULL);
    json_string(json, "account", entry->name);
    json_string(json, "sid", entry->sid);
    json_string(json, "may", entry->deny ? NULL : words);
    json_string(json, "denied", entry->deny ? words : NULL);
    json_object_end(json);
}

static void write_entry(enum shmb_kind kind, const struct entry *entry, struct json *json)
{
    char words[ACCOUNT_MAX + 2 * SHMB_ACCESS_WORDS];

    if (json != NULL)
        put_entry(kind, entry, json);
    else
        out_visible(shmb_access_entry_words(kind, entry->name, entry->deny, entry->mask, words,
                                            sizeof(words)));
}

static void write_list(enum shmb_kind kind, ACL *list, struct json *json)
{
    struct entry entry;
    size_t written = 0;
    DWORD i;

    for (i = 0; i < list->AceCount; i++) {
        if (!read_entry(list, i, &entry) || is_obvious(kind, &entry))
            continue;
        if (written++ > 0)
            out_text("; ");
        write_entry(kind, &entry, json);
    }
    if (written == 0)
        out_text("nobody but administrators");
}

bool info_access(enum shmb_kind kind, const char *name, struct json *json)
{
    const struct entry everyone = {
        .mask = shmb_access_mask(kind, SHMB_LEVEL_FULL), .sid = "S-1-1-0", .name = "Everyone"};
    HANDLE object = plain_open(false, kind, name, READ_CONTROL);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ACL *list = NULL;
    DWORD code;

    if (object == NULL)
        return false;
    /* Returns its code; the last error means nothing here. */
    code = GetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &list,
                           NULL, &descriptor);
    CloseHandle(object);
    if (code != ERROR_SUCCESS)
        return false;
    if (json != NULL)
        json_array(json, "access");
    /* Without a list, everyone has all rights. */
    if (list != NULL)
        write_list(kind, list, json);
    else
        write_entry(kind, &everyone, json);
    if (json != NULL)
        json_array_end(json);
    LocalFree(descriptor);
    return true;
}
