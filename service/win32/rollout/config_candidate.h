/*
 * config_candidate.h - checks a configuration file as if it stood in its place: as the main file,
 * or as one that the main file includes, together with all the others.
 */
#ifndef CONFIG_CANDIDATE_H
#define CONFIG_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "config_check.h"
#include "port.h"
#include "sha256.h"

/* All zero: nothing to close. */
struct config_candidate {
    /* Set by the caller; borrowed. */
    const char *file;  /* its name in messages */
    const char *place; /* absolute: where it would be */
    const char *main;  /* absolute: the main file that may include it; NULL: it is one itself */
    bool strict;       /* `main` has to include it; else it may be a main file as well */
    bool unsafe;       /* configuration files need not be safe from others */
    const char *bytes;
    size_t length;

    /* The result. */
    bool included; /* `main` includes it */
    struct config_check check;
    char digest[SHA256_TEXT]; /* of the whole configuration; empty: it has errors */

    struct system system; /* reads the file in its place */
    struct port port;
    struct port_candidate at;
};

/* Call config_candidate_close in any case, on the same thread. */
void config_candidate_open(struct config_candidate *candidate);
void config_candidate_close(struct config_candidate *candidate);

/*
 * As config_check_read, and prints the messages. `*placeable` false: `main` does not include the
 * place (SHMB_EXIT_NOT_SO), which has been printed instead.
 */
enum shmb_exit config_candidate_check(struct config_candidate *candidate, bool *placeable);

/* Reads all files again, for the digest: another one can have changed. False: it is as before. */
bool config_candidate_renew(struct config_candidate *candidate);

#endif
