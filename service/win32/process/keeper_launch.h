/*
 * keeper_launch.h - starts the process that becomes the keeper.
 *
 * It is tied to its maker from its first moment, by a job that ends it when the
 * last handle of the job is closed: a broker that is killed before it has noted
 * its keeper, or in the middle of CreateProcess (which leaves a process that
 * never begins), leaves nothing behind.
 */
#ifndef KEEPER_LAUNCH_H
#define KEEPER_LAUNCH_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

#include "system.h"

/* What a keeper is to be like. */
struct keeper_options {
    const char *program; /* the executable that becomes it, NULL: this one */
    uint32_t hold_ms;    /* milliseconds after the broker's end */
    uint32_t place;      /* stands for the folder of the broker's own files: other brokers
                            look for other keepers */
    bool console;        /* the user who started the broker may open it as well */
};

struct keeper_launched {
    HANDLE process; /* owned by the caller */
    DWORD id;
    /* Owned by the caller; closed, it ends the process. NULL: the system refused the tie. */
    HANDLE tie;
};

/* As system.h's keeper_make. `out` is cleared on failure. */
enum sys_status keeper_launch(const struct keeper_options *options, struct keeper_launched *out,
                              struct sys_failure *why);

/*
 * The process outlives its maker from now on; the handle is closed. False: it
 * does not, the handle is still there, and GetLastError() says why.
 */
bool keeper_launch_untie(HANDLE tie);

#endif
