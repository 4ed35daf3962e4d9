/*
 * file_rules.h - who may change the files that the broker reads.
 *
 * Whoever can change the configuration decides who may write which memory. So only
 * Administrators, SYSTEM and TrustedInstaller may change such a file or its folder, and
 * nobody else may replace a folder above them. Not even the service account may: an
 * attacker who controls the service must not be able to make that permanent.
 *
 * The rules look at owners and access lists only. service/win32/files/file_check.h opens
 * the files, without following links, and reads the lists.
 */
#ifndef CORE_FILE_RULES_H
#define CORE_FILE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which rule applies. */
enum file_role {
    FILE_ROLE_FILE,   /* nobody else may write it, delete it or change its access */
    FILE_ROLE_FOLDER, /* the same, and nobody else may add files: they would be read */
    FILE_ROLE_ABOVE   /* others may add, as they may in C:\ and C:\ProgramData, but not replace */
};

enum file_entry_kind {
    FILE_ENTRY_ALLOW,
    FILE_ENTRY_DENY,
    FILE_ENTRY_DENY_IF, /* a denial with a condition: does not count */
    FILE_ENTRY_OTHER    /* an unknown kind */
};

/* One entry of an access list. */
struct file_entry {
    enum file_entry_kind kind;
    bool inherit_only; /* applies to new files in the folder, not to the folder itself */
    uint32_t mask;
    const char *sid; /* "S-1-..." */
};

/* The owner and the access list of a file or folder. */
struct file_access {
    const char *owner; /* NULL or empty: none */
    bool has_list;     /* false: no list, so everybody has full control */
    const struct file_entry *entries;
    size_t count;
};

enum file_fault_kind {
    FILE_FAULT_NONE,
    FILE_FAULT_OWNER,   /* an untrusted owner, who can get any right */
    FILE_FAULT_NO_LIST, /* a NULL DACL, or a file system without access lists */
    FILE_FAULT_RIGHTS,  /* an entry allows too much to an untrusted account */
    FILE_FAULT_ENTRY    /* an entry of an unknown kind */
};

/* The first fault. `sid` is borrowed from the access; NULL if the fault has none. */
struct file_fault {
    enum file_fault_kind kind;
    const char *sid;
    uint32_t mask; /* the rights that must not be allowed */
};

/* Checks one file or folder. A denial counts only if it comes before the entry that allows. */
struct file_fault file_rules_judge(enum file_role role, const struct file_access *access);

/* True for Administrators, SYSTEM and TrustedInstaller. */
bool file_rules_trusted(const char *sid);

/*
 * The fault as one line: who may do what, where, and what to do about it.
 *
 * account   the name of the SID's account; NULL, empty or the SID: not known
 *
 * A text of more than `size` bytes is cut. The remedy comes last, so it is lost first.
 */
void file_rules_text(enum file_role role, const struct file_fault *fault, const char *path,
                     const char *account, char *out, size_t size);

/*
 * The length of the root of an absolute path, with its last backslash: "C:\",
 * "\\server\share\", "\\?\C:\", "\\?\UNC\server\share\", "\\?\Volume{...}\". 0: not a
 * path on a volume ("\\.\CON").
 */
size_t file_rules_root(const char *path);

#endif
