/*
 * secure_folder.h - creates the service's own folders, or secures existing ones, without
 * following links.
 *
 * Users may create folders in %ProgramData%, so one of the right name may have been
 * planted there: with another owner and access list, with files in it, or as a link.
 */
#ifndef SECURE_FOLDER_H
#define SECURE_FOLDER_H

#include "accounts.h"
#include "names.h"
#include "system.h"

/*
 * READ: users may read, too (the configuration). OWN: only administrators and the service. The last
 * entry of OWN, for the owner whoever that is, leaves an owner nothing but reading the list:
 * without it, an owner could change the list.
 */
#define SECURE_FOLDER_READ                                                                         \
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"                                    \
    "(A;OICI;0x1200a9;;;" SHMB_SERVICE_SID ")"
#define SECURE_FOLDER_OWN                                                                          \
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" SHMB_SERVICE_SID                            \
    ")(A;OICI;0x20000;;;S-1-3-4)"

/* Goes before one of these: an owner that an administrator's token may set. */
#define SECURE_FOLDER_OWNER "O:BA"

/* A configuration: the access that a folder with READ gives, with an owner that the service trusts.
 */
#define SECURE_FILE_CONFIG                                                                         \
    "O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)(A;;0x1200a9;;;" SHMB_SERVICE_SID ")"

/* What was done. All zero: nothing. */
struct secure_folder {
    bool made;   /* it did not exist, or the existing one was put aside */
    char *aside; /* new path of the existing one, freed with free(); NULL: none */
    char who[ACCOUNT_NAME_MAX + 8]; /* who could change the existing one, as far as known */
};

/*
 * Creates the folder with the owner and access list in `sddl`. An existing folder is
 * used, and gets owner and list, if only administrators, SYSTEM, the service and the
 * caller could change it.
 *
 * Any other existing folder is not used: a program that has it open with the right to
 * change its access keeps that right, whatever list it gets, and share modes do not
 * reveal the program. If it is empty or its owner is not trusted, it is put aside
 * (renamed), and a new one is created. If a trusted account owns it and it is not
 * empty, the administrator must move it.
 *
 * SYS_DENIED: the last case; a link or a file; a folder that cannot be renamed, or that
 * exists again at once; one with a link or an entry of an untrusted owner in it. Must be
 * called by an administrator. `out->aside` may be set after a failure, too.
 */
enum sys_status secure_folder_take(const char *path, const char *sddl, struct secure_folder *out,
                                   struct sys_failure *why);

#endif
