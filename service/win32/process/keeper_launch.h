/*
 * keeper_launch.h - starts the process that becomes the keeper.
 *
 * From its creation it is tied to the broker by a job, which ends it when the last
 * handle of the job is closed. So a broker that is killed before it has recorded its
 * keeper, or during CreateProcess (which leaves a process that never begins to run),
 * leaves no process behind.
 */
#ifndef KEEPER_LAUNCH_H
#define KEEPER_LAUNCH_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "system.h"

/* How the keeper is started. */
struct keeper_options {
    const char *program; /* its executable; NULL: this one */
    uint32_t hold_ms;    /* milliseconds that it holds objects after the broker's end */
    uint32_t place;      /* number for the broker's state folder: a broker finds only keepers
                            with its own place */
    bool console;        /* the user who started the broker may open it, too */
};

struct keeper_launched {
    HANDLE process; /* owned by the caller */
    DWORD id;
    /* Owned by the caller; closing it ends the process. NULL: Windows refused the job. */
    HANDLE tie;
};

/* As system_keepers.h's `make`. `out` is cleared on failure. */
enum sys_status keeper_launch(const struct keeper_options *options, struct keeper_launched *out,
                              struct sys_failure *why);

/*
 * Unties the process, so that it outlives the broker, and closes the handle. False: it is
 * still tied, the handle is open, and GetLastError() says why.
 */
bool keeper_launch_untie(HANDLE tie);

#endif
