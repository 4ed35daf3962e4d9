/*
 * exit_codes.h - exit codes of shmbroker.exe and shmb.exe; under the service
 * manager the same number is the service-specific exit code.
 */
#ifndef SHMB_EXIT_CODES_H
#define SHMB_EXIT_CODES_H

enum shmb_exit {
    SHMB_EXIT_DONE = 0,
    SHMB_EXIT_NOT_SO = 1,    /* the answer is no: errors in the configuration, not found */
    SHMB_EXIT_USAGE = 2,     /* the command line is wrong */
    SHMB_EXIT_DENIED = 3,    /* access denied */
    SHMB_EXIT_TIMEOUT = 4,   /* timed out */
    SHMB_EXIT_NO_BROKER = 5, /* the service is not running, or not installed */
    SHMB_EXIT_CONFLICT = 6,  /* a second broker, a taken name, the wrong kind of object */
    SHMB_EXIT_SYSTEM = 7     /* a system call failed */
};

/* shmb adds this to its own failures if the verb runs a command. */
#define SHMB_EXIT_OWN 120u

#endif
