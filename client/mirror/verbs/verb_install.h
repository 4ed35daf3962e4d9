/*
 * verb_install.h - the mirror as a service: install, uninstall, and the process of the service.
 */
#ifndef MIRROR_VERB_INSTALL_H
#define MIRROR_VERB_INSTALL_H

#include "exit_codes.h"

/* The file must be right, so that the service can start. */
enum shmb_exit verb_install(const char *config);
enum shmb_exit verb_uninstall(const char *config);

/* What the service manager starts. SHMB_EXIT_USAGE: somebody else did. */
enum shmb_exit verb_service(const char *config);

#endif
