/*
 * engine.h - the mirror as it runs: one thread, all segments, all servers.
 */
#ifndef MIRROR_ENGINE_H
#define MIRROR_ENGINE_H

#include "exit_codes.h"
#include "journal.h"
#include "mirror_config.h"
#include "tls.h"

struct engine_setup {
    const struct mirror_config *config;
    struct journal *journal;
    const char *version;
    const char *password, *sentinel_password; /* NULL: none */
    const char *status;                       /* path of the status file; NULL: none */
    void *stop;                               /* event: set to end */
};

/* Runs until the event is set. The exit code of the program; the reason has been told. */
enum shmb_exit engine_run(const struct engine_setup *setup);

/*
 * TLS with the files that the configuration names; free it with tls_free, before the configuration.
 * NULL: `messages` has what is wrong, with the place of the key.
 */
struct tls *engine_tls(const struct mirror_config *config, struct cfg_messages *messages);

#endif
