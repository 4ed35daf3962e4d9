/*
 * registration.h - how the service is registered with the service manager.
 *
 * The wanted values are defined here, once: `install` sets them, and `status
 * --verify` compares with them.
 */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include <windows.h>

#include <stdbool.h>

#include "exit_codes.h"
#include "registration_former.h"
#include "start_type.h"

#define REGISTRATION_KEY L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker"

#define REGISTRATION_VIRTUAL L"NT SERVICE\\ShmBroker"

#define REGISTRATION_DESCRIPTION                                                                   \
    L"Creates the named shared memory, mutexes, events and semaphores of its configuration, "      \
    L"protects them and holds them."

/*
 * Delays of the restarts after crashes, in ms; further ones have the last delay. After
 * CALM_S without a crash the count begins anew. The delays grow, since what ends the
 * process at each start must not load the machine.
 */
#define REGISTRATION_RESTARTS                                                                      \
    {                                                                                              \
        1000, 10000, 60000                                                                         \
    }
#define REGISTRATION_CALM_S (24 * 60 * 60)
#define REGISTRATION_RESTARTS_COMMAND                                                              \
    "sc failure ShmBroker reset= 86400 actions= restart/1000/restart/10000/restart/60000"

/* Longest time to save segments with keep: reboot before a shutdown. */
#define REGISTRATION_PRESHUTDOWN_MS 120000u

/*
 * Access to the service. SYSTEM and Administrators have Windows' default rights;
 * interactive users and other services may only query it. The default would also
 * let them send user-defined controls (128 and above).
 */
#define REGISTRATION_SDDL "D:(A;;0x201fd;;;SY)(A;;0xf01ff;;;BA)(A;;0x2008d;;;IU)(A;;0x2008d;;;SU)"

/* Access to its registry key, which holds the path of the executable. */
#define REGISTRATION_KEY_SDDL "D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)"

/*
 * The account name for "virtual", "LocalService", "NetworkService", "LocalSystem"; else
 * `word` itself.
 */
const wchar_t *registration_account(const wchar_t *word);

/* What the registration is to have. */
struct registration_wanted {
    const wchar_t *command; /* its command line */
    const wchar_t *account; /* NULL: the account it has, or else the virtual one */
    enum start_type start;
    bool audit; /* it may audit objects */
};

/* A registration that was made or changed, for registration_undo. All zero: none. */
struct registration {
    SC_HANDLE service;             /* opened to change, start, stop and delete it */
    bool made;                     /* it was not registered before */
    QUERY_SERVICE_CONFIGW *before; /* the former registration; NULL: none */
    struct registration_former former;
};

/*
 * Registers the service, or changes its registration. Prints each detail that is
 * refused, with what to do; the service runs without it, and `*refused` counts them.
 * On anything but SHMB_EXIT_DONE the reason has been printed, and nothing has
 * changed. End `out` with registration_close in any case.
 */
enum shmb_exit registration_make(const struct registration_wanted *wanted, struct registration *out,
                                 unsigned *refused);

/*
 * Deletes a registration that was made, or restores the former one. Prints what
 * is refused or could not be read before, and if the former account needs its
 * password again, which is not known.
 */
void registration_undo(struct registration *registration);
void registration_close(struct registration *registration);

#endif
