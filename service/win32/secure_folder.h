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

#include "names.h"
#include "system.h"

/* Ordinary users and the service read the configuration; the rest is for the service. */
#define SECURE_FOLDER_READ                                                                         \
    "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"                                    \
    "(A;OICI;0x1200a9;;;" SHMB_SERVICE_SID ")"
#define SECURE_FOLDER_OWN "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" SHMB_SERVICE_SID ")"

/* In front of these: what an administrator's token may set. */
#define SECURE_FOLDER_OWNER "O:BA"

/*
 * Makes the folder with this owner and list, or gives one that exists to the
 * administrators and replaces its list. Refused, SYS_DENIED: a link, a file,
 * one that holds a link or what belongs to a stranger. For administrators.
 * `*made` tells that it was not there.
 */
enum sys_status secure_folder_take(const char *path, const char *sddl, bool *made,
                                   struct sys_failure *why);

#endif
