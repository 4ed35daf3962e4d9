/*
 * secure_folder.h - the service's own folders: made, or taken over from whoever
 * made them, without ever following a link.
 *
 * %ProgramData% lets users add folders, so one of the right name may have been
 * planted there, with an owner and an access list of its maker, with files in
 * it, or as a link to somewhere else.
 */
#ifndef SECURE_FOLDER_H
#define SECURE_FOLDER_H

#include "accounts.h"
#include "names.h"
#include "system.h"

/* Ordinary users and the service read the configuration; the rest is for the service. */
#define SECURE_FOLDER_READ                                                                         \
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"                                    \
    "(A;OICI;0x1200a9;;;" SHMB_SERVICE_SID ")"
#define SECURE_FOLDER_OWN "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" SHMB_SERVICE_SID ")"

/* In front of these: what an administrator's token may set. */
#define SECURE_FOLDER_OWNER "O:BA"

/* What was done. All zero: nothing. */
struct secure_folder {
    bool made;                      /* it was not there, or what was there is put aside */
    char *aside;                    /* where that is now, to be freed with free(); NULL: nothing */
    char who[ACCOUNT_NAME_MAX + 8]; /* could change it, as far as known */
};

/*
 * Makes the folder with this owner and list. One that exists is kept where
 * nobody but administrators, SYSTEM, the service and the caller could change
 * it: it gets owner and list.
 *
 * Any other is never kept: who has it open with a right to change its access
 * keeps that right, whatever list it gets, and no share mode tells of him. Such
 * a folder of a stranger's, or an empty one, is renamed, and a new one made. One
 * of an administrator's that has something in it is his to put away.
 *
 * Refused, SYS_DENIED: that one; a link, a file; one that can not be renamed, or
 * is there again at once; one that holds a link or what belongs to a stranger.
 * For administrators. `out->aside` may be set after a failure, too.
 */
enum sys_status secure_folder_take(const char *path, const char *sddl, struct secure_folder *out,
                                   struct sys_failure *why);

#endif
