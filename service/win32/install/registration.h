/*
 * registration.h - the service as the service manager is to know it.
 *
 * What is wanted stands here once, for `install`, which asks for it, and for
 * `status --verify`, which compares.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <windows.h>

#include <stdbool.h>

#include "exit_codes.h"
#include "registration_former.h"

#define REGISTRATION_KEY L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker"

#define REGISTRATION_VIRTUAL L"NT SERVICE\\ShmBroker"

/* Lists of strings end with an empty one. */
#define REGISTRATION_PRIVILEGES L"SeChangeNotifyPrivilege\0SeCreateGlobalPrivilege\0"
/* Of a service that audits. One that had not the last of these would not start. */
#define REGISTRATION_PRIVILEGES_AUDIT REGISTRATION_PRIVILEGES L"SeSecurityPrivilege\0"

#define REGISTRATION_DESCRIPTION                                                                   \
    L"Creates the named shared memory, mutexes, events and semaphores of its configuration, "      \
    L"protects them and holds them."

/* Restarts after a crash, each so many milliseconds later, and what ends the counting. */
#define REGISTRATION_RESTARTS                                                                      \
    {                                                                                              \
        1000, 5000, 30000                                                                          \
    }
#define REGISTRATION_CALM_S (24 * 60 * 60)

/* To save segments with keep: reboot before the machine goes down; it takes what it needs. */
#define REGISTRATION_PRESHUTDOWN_MS 120000u

/*
 * Who may do what with the service: SYSTEM and Administrators as Windows has
 * it; users of this machine and other services may ask how it is, and nothing
 * else: Windows' default lets them send it controls of 128 and above.
 */
#define REGISTRATION_SDDL "D:(A;;0x201fd;;;SY)(A;;0xf01ff;;;BA)(A;;0x2008d;;;IU)(A;;0x2008d;;;SU)"

/* And with its key in the registry, below which there is the path of the executable. */
#define REGISTRATION_KEY_SDDL "D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)"

/* "virtual", "LocalService", "LocalSystem" as the service manager calls them; else `word`. */
const wchar_t *registration_account(const wchar_t *word);

/* A registration that was made or changed; all zero: none. */
struct registration {
    SC_HANDLE service;             /* with the rights to change, start, stop and delete it */
    bool made;                     /* by registration_make */
    QUERY_SERVICE_CONFIGW *before; /* what it was; NULL: there was none */
    struct registration_former former;
};

/*
 * Registers the service, or changes its registration to the same. `account`
 * NULL: the one it has, or the virtual one. `audit`: it may have objects audited. What is refused
 * of the details is said line by line, with what to do, and the service runs without; `*refused`
 * counts. On anything but SHMB_EXIT_DONE the reason has been said, and all is
 * as it was. `out` is to be ended with registration_close in any case.
 */
enum shmb_exit registration_make(const wchar_t *command, const wchar_t *account, bool audit,
                                 struct registration *out, unsigned *refused);

/*
 * Takes it back: deletes what was made, else restores all of what it was; what
 * is refused of that, or could not be read before, is said. A password is not
 * known: of that, too.
 */
void registration_undo(struct registration *registration);
void registration_close(struct registration *registration);

#endif
