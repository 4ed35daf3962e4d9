/*
 * completion.h - the verbs that write completion scripts, from the table of all verbs.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "arguments.h"

enum shmb_exit completion_powershell(struct arguments *arguments);
enum shmb_exit completion_clink(struct arguments *arguments);

#endif
