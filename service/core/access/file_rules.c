/*
 * Pure, so that tests cover every rule without files. Strict in doubt: an entry of an unknown kind
 * is a fault, and a denial counts only if it covers every account of the entry.
 */
#include "file_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SID_EVERYONE        "S-1-1-0"
#define SID_CREATOR_OWNER   "S-1-3-0" /* placeholders for inheritance: no token has these two */
#define SID_CREATOR_GROUP   "S-1-3-1"
#define SID_OWNER_RIGHTS    "S-1-3-4"
#define SID_SYSTEM          "S-1-5-18"
#define SID_ADMINISTRATORS  "S-1-5-32-544"
#define SID_TRUSTED_INSTALL "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* https://learn.microsoft.com/windows/win32/fileio/file-access-rights-constants */
enum {
    RIGHT_WRITE = 0x2,  /* folder: add a file */
    RIGHT_APPEND = 0x4, /* folder: add a folder */
    RIGHT_WRITE_EA = 0x10,
    RIGHT_DELETE_CHILD = 0x40,
    RIGHT_WRITE_ATTRIBUTES = 0x100, /* enough to turn it into a link */
    RIGHT_DELETE = 0x10000,
    RIGHT_WRITE_DAC = 0x40000,
    RIGHT_WRITE_OWNER = 0x80000,

    REPLACE = RIGHT_DELETE | RIGHT_WRITE_DAC | RIGHT_WRITE_OWNER,
    CHANGE = REPLACE | RIGHT_WRITE | RIGHT_APPEND | RIGHT_WRITE_EA | RIGHT_WRITE_ATTRIBUTES
};

#define GENERIC_ALL_BIT   UINT32_C(0x10000000)
#define GENERIC_WRITE_BIT UINT32_C(0x40000000)

/* The rights that only trusted accounts may have. */
static uint32_t too_much(enum file_role role)
{
    switch (role) {
    case FILE_ROLE_FILE:
        return CHANGE;
    case FILE_ROLE_FOLDER:
        return CHANGE | RIGHT_DELETE_CHILD;
    default:
        return REPLACE | RIGHT_DELETE_CHILD;
    }
}

/* Maps generic rights as the file system does, as far as they matter here. */
static uint32_t specific(uint32_t mask)
{
    if ((mask & GENERIC_ALL_BIT) != 0)
        mask |= CHANGE | RIGHT_DELETE_CHILD;
    if ((mask & GENERIC_WRITE_BIT) != 0)
        mask |= RIGHT_WRITE | RIGHT_APPEND | RIGHT_WRITE_EA | RIGHT_WRITE_ATTRIBUTES;
    return mask;
}

bool file_rules_trusted(const char *sid)
{
    return strcmp(sid, SID_SYSTEM) == 0 || strcmp(sid, SID_ADMINISTRATORS) == 0 ||
           strcmp(sid, SID_TRUSTED_INSTALL) == 0;
}

/*
 * True for SIDs whose entries are not checked. The entries for the owner are safe, because
 * the owner was checked before and is trusted.
 */
static bool harmless(const char *sid)
{
    return file_rules_trusted(sid) || strcmp(sid, SID_CREATOR_OWNER) == 0 ||
           strcmp(sid, SID_CREATOR_GROUP) == 0 || strcmp(sid, SID_OWNER_RIGHTS) == 0;
}

/*
 * What earlier entries deny to every account of this entry: denials for the same SID and
 * for Everyone. Denials for other groups do not count: not all accounts are members.
 */
static uint32_t denied_before(const struct file_access *access, size_t which)
{
    uint32_t denied = 0;
    size_t i;

    for (i = 0; i < which; i++) {
        const struct file_entry *entry = &access->entries[i];

        if (entry->kind == FILE_ENTRY_DENY && !entry->inherit_only &&
            (strcmp(entry->sid, access->entries[which].sid) == 0 ||
             strcmp(entry->sid, SID_EVERYONE) == 0))
            denied |= specific(entry->mask);
    }
    return denied;
}

struct file_fault file_rules_judge(enum file_role role, const struct file_access *access)
{
    struct file_fault fault = {FILE_FAULT_NONE, NULL, 0};
    size_t i;

    /* The owner first: an owner may rewrite the list, whatever it says now. */
    if (access->owner == NULL || !file_rules_trusted(access->owner)) {
        fault.kind = FILE_FAULT_OWNER;
        fault.sid = access->owner;
        return fault;
    }
    if (!access->has_list) {
        fault.kind = FILE_FAULT_NO_LIST;
        return fault;
    }
    for (i = 0; i < access->count && fault.kind == FILE_FAULT_NONE; i++) {
        const struct file_entry *entry = &access->entries[i];

        if (entry->inherit_only)
            continue;
        fault.sid = entry->sid;
        if (entry->kind == FILE_ENTRY_OTHER) {
            fault.kind = FILE_FAULT_ENTRY;
        } else if (entry->kind == FILE_ENTRY_ALLOW && !harmless(entry->sid)) {
            fault.mask = specific(entry->mask) & too_much(role) & ~denied_before(access, i);
            if (fault.mask != 0)
                fault.kind = FILE_FAULT_RIGHTS;
        }
    }
    if (fault.kind == FILE_FAULT_NONE)
        fault.sid = NULL;
    return fault;
}

/* ---- messages --------------------------------------------------------------- */

#define WHO_MAX 512 /* bytes of an account with its SID */

static void name_account(const char *sid, const char *account, char out[WHO_MAX])
{
    if (sid == NULL || sid[0] == '\0')
        (void)snprintf(out, WHO_MAX, "nobody");
    else if (account == NULL || account[0] == '\0' || strcmp(account, sid) == 0)
        (void)snprintf(out, WHO_MAX, "%s", sid);
    else
        (void)snprintf(out, WHO_MAX, "%s (%s)", account, sid);
}

/* The remedy for folders above. Nobody should change the rights of C:\ because of one file. */
#define ELSEWHERE                                                                                  \
    "keep the file where only administrators may change the folders above it, as in "              \
    "%%ProgramData%%\\ShmBroker"

static void owner_text(enum file_role role, const char *path, const char *who, char *out,
                       size_t size)
{
    if (role == FILE_ROLE_ABOVE)
        (void)snprintf(out, size, "the folder \"%s\" belongs to %s; " ELSEWHERE, path, who);
    else
        (void)snprintf(out, size,
                       "\"%s\" belongs to %s, who may not decide what the broker does; look at "
                       "it, then: icacls \"%s\" /setowner *" SID_ADMINISTRATORS,
                       path, who, path);
}

static void rights_text(enum file_role role, const struct file_fault *fault, const char *path,
                        const char *who, char *out, size_t size)
{
    if (role == FILE_ROLE_ABOVE)
        (void)snprintf(out, size, "%s may replace the folder \"%s\" (0x%" PRIx32 "); " ELSEWHERE,
                       who, path, fault->mask);
    else
        (void)snprintf(out, size,
                       "%s may change the %s \"%s\" (0x%" PRIx32 "); take that away: icacls "
                       "\"%s\" /inheritance:d /remove:g *%s",
                       who, role == FILE_ROLE_FILE ? "file" : "folder", path, fault->mask, path,
                       fault->sid);
}

void file_rules_text(enum file_role role, const struct file_fault *fault, const char *path,
                     const char *account, char *out, size_t size)
{
    char who[WHO_MAX];

    name_account(fault->sid, account, who);
    switch (fault->kind) {
    case FILE_FAULT_OWNER:
        owner_text(role, path, who, out, size);
        break;
    case FILE_FAULT_NO_LIST:
        (void)snprintf(out, size,
                       "\"%s\" has no access list, so that everybody may change it; give it one: "
                       "icacls \"%s\" /reset",
                       path, path);
        break;
    case FILE_FAULT_RIGHTS:
        rights_text(role, fault, path, who, out, size);
        break;
    case FILE_FAULT_ENTRY:
        (void)snprintf(out, size,
                       "\"%s\" has an access entry of an unknown kind; give it a plain list: "
                       "icacls \"%s\" /reset",
                       path, path);
        break;
    default:
        (void)snprintf(out, size, "\"%s\" is safe", path);
    }
}

/* ---- paths ------------------------------------------------------------------ */

static bool is_separator(char c)
{
    return c == '\\' || c == '/';
}

static bool is_drive(const char *path)
{
    return ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) &&
           path[1] == ':' && is_separator(path[2]);
}

/* The position after so many parts and the separator that ends them; 0: fewer parts. */
static size_t skip_parts(const char *path, size_t at, unsigned parts)
{
    for (; parts > 0; parts--) {
        size_t start = at;

        while (path[at] != '\0' && !is_separator(path[at]))
            at++;
        if (at == start || path[at] == '\0')
            return 0;
        at++;
    }
    return at;
}

size_t file_rules_root(const char *path)
{
    static const char plain[] = "\\\\?\\", network[] = "\\\\?\\UNC\\";
    size_t prefix = sizeof(plain) - 1;

    if (is_drive(path))
        return 3;
    if (!is_separator(path[0]) || !is_separator(path[1]))
        return 0;
    if (strncmp(path, network, sizeof(network) - 1) == 0)
        return skip_parts(path, sizeof(network) - 1, 2);
    if (strncmp(path, plain, prefix) == 0)
        return is_drive(path + prefix)                     ? prefix + 3
               : strncmp(path + prefix, "Volume{", 7) == 0 ? skip_parts(path, prefix, 1)
                                                           : 0;
    return path[2] == '?' || path[2] == '.' ? 0 : skip_parts(path, 2, 2);
}
