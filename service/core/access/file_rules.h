/*
 * file_rules.h - who may decide what the broker reads.
 *
 * Whoever can change the configuration decides who may write which memory. So
 * a file the broker obeys, and the folder it is in, may be changed by
 * Administrators, SYSTEM and TrustedInstaller only, and nobody else may put
 * another folder in place of one above them. Not even the service itself: one
 * that is broken into must not be able to make that last.
 *
 * The rules look at owners and access lists alone; the system's part (opening
 * without following links, reading the lists) is service/win32/files/file_check.h.
 */
#ifndef CORE_FILE_RULES_H
#define CORE_FILE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the rules are about. */
enum file_role {
    FILE_ROLE_FILE,   /* nobody else may write, delete or change its access */
    FILE_ROLE_FOLDER, /* the same, and add nothing: what it holds is read */
    FILE_ROLE_ABOVE   /* others may add, as Windows lets them in C:\ and C:\ProgramData */
};

enum file_entry_kind {
    FILE_ENTRY_ALLOW,
    FILE_ENTRY_DENY,
    FILE_ENTRY_DENY_IF, /* with a condition: takes nothing away for certain */
    FILE_ENTRY_OTHER    /* of a kind not known here */
};

/* An entry of an access list. */
struct file_entry {
    enum file_entry_kind kind;
    bool inherit_only; /* for what will be made inside, not for the folder itself */
    uint32_t mask;
    const char *sid; /* "S-1-..." */
};

/* Owner and access list of a file or folder. */
struct file_access {
    const char *owner; /* NULL or empty: none */
    bool has_list;     /* false: no list, everybody may do everything */
    const struct file_entry *entries;
    size_t count;
};

enum file_fault_kind {
    FILE_FAULT_NONE,
    FILE_FAULT_OWNER,   /* of a stranger, who can give himself any right */
    FILE_FAULT_NO_LIST, /* NULL DACL, or a file system that has none */
    FILE_FAULT_RIGHTS,  /* an entry gives a stranger too much */
    FILE_FAULT_ENTRY    /* an entry nobody can judge */
};

/* What is wrong first; `sid` is borrowed from the access, NULL where there is none. */
struct file_fault {
    enum file_fault_kind kind;
    const char *sid;
    uint32_t mask; /* the rights that are too much */
};

/* Judges one file or folder by itself. Denials count only where they come first. */
struct file_fault file_rules_judge(enum file_role role, const struct file_access *access);

/* True for Administrators, SYSTEM and TrustedInstaller. */
bool file_rules_trusted(const char *sid);

/*
 * The fault as one line: who may do what, where, and what to do about it.
 *
 * account   what the system calls the SID; NULL, empty or the SID: not known
 *
 * A text that does not fit `size` bytes is cut, where only the remedy is lost
 * as long as the path fits.
 */
void file_rules_text(enum file_role role, const struct file_fault *fault, const char *path,
                     const char *account, char *out, size_t size);

/*
 * How many bytes of an absolute path name its root, with the backslash at the
 * end: "C:\", "\\server\share\", "\\?\C:\", "\\?\UNC\server\share\",
 * "\\?\Volume{...}\". 0: not a path of a file on a volume ("\\.\CON").
 */
size_t file_rules_root(const char *path);

#endif
