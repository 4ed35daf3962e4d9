/*
 * Turns what Windows knows of a file (owner, access list, link or not) into the plain structs
 * of file_rules.h, which judges. All of it is read from one open handle, so it is about one
 * file even if the path is replaced meanwhile.
 */
#include "file_check.h"

#include <aclapi.h>

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "failure.h"
#include "owner.h"
#include "wide.h"

struct sid_text {
    char sid[OWNER_SID_MAX];
};

/* Owner and access list of a file as file_rules.h takes them. All zero: nothing to free. */
struct held_access {
    struct file_access access;
    char owner[OWNER_SID_MAX];
    struct file_entry *entries;
    struct sid_text *texts; /* what `entries` point to */
};

static void free_access(struct held_access *held)
{
    free(held->entries);
    free(held->texts);
}

/* ---- reading a list --------------------------------------------------------- */

/* The SID of an entry, and the kind of the entry. NULL: an unknown type, or no SID. */
static PSID read_kind(const ACE_HEADER *header, enum file_entry_kind *kind)
{
    const BYTE *bytes = (const BYTE *)header;
    size_t at = sizeof(ACE_HEADER) + sizeof(ACCESS_MASK);
    DWORD flags;

    /* The strict reading: an allowance with a condition counts, a denial with one does not. */
    switch (header->AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
        *kind = FILE_ENTRY_ALLOW;
        break;
    case ACCESS_DENIED_ACE_TYPE:
        *kind = FILE_ENTRY_DENY;
        break;
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE:
        *kind = FILE_ENTRY_DENY_IF;
        break;
    default:
        *kind = FILE_ENTRY_OTHER;
        return NULL;
    }
    /* In an object entry, flags and up to two GUIDs precede the SID. */
    if (header->AceType == ACCESS_ALLOWED_OBJECT_ACE_TYPE ||
        header->AceType == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE ||
        header->AceType == ACCESS_DENIED_OBJECT_ACE_TYPE ||
        header->AceType == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE) {
        memcpy(&flags, bytes + at, sizeof(flags));
        at += sizeof(flags);
        at += (flags & ACE_OBJECT_TYPE_PRESENT) != 0 ? sizeof(GUID) : 0;
        at += (flags & ACE_INHERITED_OBJECT_TYPE_PRESENT) != 0 ? sizeof(GUID) : 0;
    }
    return at < header->AceSize ? (PSID)(uintptr_t)(bytes + at) : NULL;
}

static void read_entry(const ACE_HEADER *header, struct file_entry *entry, struct sid_text *text)
{
    PSID sid = read_kind(header, &entry->kind);

    entry->sid = text->sid;
    entry->inherit_only = (header->AceFlags & INHERIT_ONLY_ACE) != 0;
    /* The mask follows the header in every entry of a list. */
    memcpy(&entry->mask, (const BYTE *)header + sizeof(*header), sizeof(entry->mask));
    if (sid == NULL || !owner_sid_text(sid, text->sid))
        entry->kind = FILE_ENTRY_OTHER;
}

/* No list (NULL) allows everything to everybody; an empty one allows nothing. */
static enum sys_status read_list(PACL list, struct held_access *out, struct sys_failure *why)
{
    DWORD i;

    out->access.has_list = list != NULL;
    if (list == NULL || list->AceCount == 0)
        return SYS_OK;
    out->entries = calloc(list->AceCount, sizeof(*out->entries));
    out->texts = calloc(list->AceCount, sizeof(*out->texts));
    if (out->entries == NULL || out->texts == NULL)
        return failure_set(why, "calloc", ERROR_NOT_ENOUGH_MEMORY);
    out->access.entries = out->entries;
    for (i = 0; i < list->AceCount; i++) {
        void *entry;

        if (!GetAce(list, i, &entry))
            return failure_set(why, "GetAce", GetLastError());
        read_entry(entry, &out->entries[i], &out->texts[i]);
        out->access.count++;
    }
    return SYS_OK;
}

/* Owner and list of an open file. Call free_access even after a failure. */
static enum sys_status read_access(HANDLE file, struct held_access *out, struct sys_failure *why)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    enum sys_status status;
    PSID owner = NULL;
    PACL list = NULL;
    DWORD code = GetSecurityInfo(file, SE_FILE_OBJECT,
                                 OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                 NULL, &list, NULL, &descriptor);

    memset(out, 0, sizeof(*out));
    if (code != ERROR_SUCCESS)
        return failure_set(why, "GetSecurityInfo", code);
    if (owner != NULL && owner_sid_text(owner, out->owner))
        out->access.owner = out->owner;
    status = read_list(list, out, why);
    LocalFree(descriptor);
    return status;
}

/* ---- judging ---------------------------------------------------------------- */

/* Without a Win32 code, unlike an access denied: callers tell the two apart by that. */
static enum sys_status say_fault(enum file_role role, const struct file_fault *fault,
                                 const char *path, struct sys_failure *why)
{
    char account[ACCOUNT_NAME_MAX] = "";

    if (why == NULL)
        return SYS_DENIED;
    if (fault->sid != NULL)
        accounts_name(fault->sid, account);
    failure_clear(why);
    file_rules_text(role, fault, path, account, why->text, sizeof(why->text));
    return SYS_DENIED;
}

/* Accounts that the caller trusts count as administrators from here on. */
static void trust(struct held_access *held, bool (*trusted)(const char *sid))
{
    size_t i;

    if (held->access.owner != NULL && trusted(held->owner))
        strcpy(held->owner, SID_ADMINISTRATORS);
    for (i = 0; i < held->access.count; i++)
        if (trusted(held->texts[i].sid))
            strcpy(held->texts[i].sid, SID_ADMINISTRATORS);
}

enum sys_status file_check_others(HANDLE file, enum file_role role,
                                  bool (*trusted)(const char *sid), struct file_others *out,
                                  struct sys_failure *why)
{
    struct held_access held;
    struct file_fault fault;
    enum sys_status status = read_access(file, &held, why);

    *out = (struct file_others){FILE_FAULT_NONE, ""};
    if (status == SYS_OK) {
        trust(&held, trusted);
        fault = file_rules_judge(role, &held.access);
        out->fault = fault.kind;
        if (fault.sid != NULL)
            accounts_name(fault.sid, out->who);
    }
    free_access(&held);
    return status;
}

/* As file_check_open; `trusted` may be NULL: administrators only. */
static enum sys_status check_open(HANDLE file, enum file_role role, const char *path,
                                  bool (*trusted)(const char *sid), struct sys_failure *why)
{
    BY_HANDLE_FILE_INFORMATION information;
    struct held_access held;
    struct file_fault fault;
    enum sys_status status;

    if (!GetFileInformationByHandle(file, &information))
        return failure_set(why, "GetFileInformationByHandle", GetLastError());
    if ((information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return failure_say(why, SYS_DENIED, NULL, 0,
                           "\"%s\" is a link to somewhere else; give the path of the target itself",
                           path);
    status = read_access(file, &held, why);
    if (status == SYS_OK) {
        if (trusted != NULL)
            trust(&held, trusted);
        fault = file_rules_judge(role, &held.access);
        if (fault.kind != FILE_FAULT_NONE)
            status = say_fault(role, &fault, path, why);
    }
    free_access(&held);
    return status;
}

enum sys_status file_check_open(HANDLE file, enum file_role role, const char *path,
                                struct sys_failure *why)
{
    return check_open(file, role, path, NULL, why);
}

/* ---- the way to a file ------------------------------------------------------ */

/* Opens and checks one file or folder. */
static enum sys_status check_one(const char *path, enum file_role role,
                                 bool (*trusted)(const char *sid), struct sys_failure *why)
{
    wchar_t *wide = wide_from_utf8(path);
    enum sys_status status;
    HANDLE folder;

    if (wide == NULL)
        return failure_set(why, "CreateFileW", GetLastError());
    /*
     * BACKUP_SEMANTICS: CreateFileW opens folders only with it. OPEN_REPARSE_POINT: opens a
     * link itself, which file_check_open then refuses. All share modes: disturbs nobody.
     */
    folder =
        CreateFileW(wide, READ_CONTROL | FILE_READ_ATTRIBUTES,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    free(wide);
    if (folder == INVALID_HANDLE_VALUE) {
        status = failure_status(GetLastError());
        if (status == SYS_NOT_FOUND)
            return failure_set(why, "CreateFileW", GetLastError());
        return failure_say(why, status, NULL, GetLastError(),
                           "\"%s\" cannot be examined (error %lu)", path,
                           (unsigned long)GetLastError());
    }
    status = check_open(folder, role, path, trusted, why);
    CloseHandle(folder);
    return status;
}

/* Checks the root and each folder that ends within the first `length` bytes. */
static enum sys_status check_above(char *path, size_t length, bool (*trusted)(const char *sid),
                                   struct sys_failure *why)
{
    size_t root = file_rules_root(path), at;
    enum sys_status status = SYS_OK;

    if (root == 0)
        return failure_say(why, SYS_DENIED, NULL, 0, "\"%s\" is not the path of a file on a volume",
                           path);
    for (at = root; at < length && status == SYS_OK; at++) {
        char ended = path[at];

        if (at != root && ended != '\\')
            continue;
        path[at] = '\0';
        status = check_one(path, FILE_ROLE_ABOVE, trusted, why);
        path[at] = ended;
    }
    return status;
}

/*
 * Checks each folder of an absolute path, from the root down to `folder`. Each one
 * passes before the next is opened, so nobody else can replace the next one.
 * SYS_NOT_FOUND: the folder does not exist; the existing ones above it are safe.
 */
static enum sys_status check_folder(const char *folder, bool (*trusted)(const char *sid),
                                    struct sys_failure *why)
{
    size_t length = strlen(folder), root = file_rules_root(folder);
    char *path = malloc(length + 1);
    enum sys_status status;

    if (path == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    memcpy(path, folder, length + 1);
    /* "C:\x\" becomes "C:\x"; "C:\" stays. */
    while (length > root && path[length - 1] == '\\')
        path[--length] = '\0';
    status = check_above(path, length, trusted, why);
    if (status == SYS_OK)
        status = check_one(path, FILE_ROLE_FOLDER, trusted, why);
    free(path);
    return status;
}

enum sys_status file_check_way_of(const char *file, bool (*trusted)(const char *sid),
                                  struct sys_failure *why)
{
    const char *last = strrchr(file, '\\');
    enum sys_status status;
    size_t length;
    char *folder;

    if (last == NULL)
        return failure_say(why, SYS_DENIED, NULL, 0, "\"%s\" is not the full path of a file", file);
    /* With the backslash: the folder of C:\x is C:\, not C:, the current folder there. */
    length = (size_t)(last - file) + 1;
    folder = malloc(length + 1);
    if (folder == NULL)
        return failure_set(why, "malloc", ERROR_NOT_ENOUGH_MEMORY);
    memcpy(folder, file, length);
    folder[length] = '\0';
    status = check_folder(folder, trusted, why);
    free(folder);
    return status;
}

enum sys_status file_check_way(const char *file, struct sys_failure *why)
{
    return file_check_way_of(file, NULL, why);
}

enum sys_status file_check_file(const char *file, struct sys_failure *why)
{
    enum sys_status status = file_check_way(file, why);

    return status == SYS_OK ? check_one(file, FILE_ROLE_FILE, NULL, why) : status;
}
