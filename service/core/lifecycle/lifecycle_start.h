/*
 * lifecycle_start.h - a start that serves what it can: nobody may be there to mend a file.
 */
#ifndef CORE_LIFECYCLE_START_H
#define CORE_LIFECYCLE_START_H

#include "exit_codes.h"
#include "lifecycle_context.h"

/*
 * Reads the configuration into `life->desired`. An unusable included file is left
 * out, an unusable main file gives way to what was in force last; both are
 * reported, and noted as lasting. SHMB_EXIT_DONE: it can be served. Else it has
 * been reported, unless somebody asked to stop.
 */
enum shmb_exit lifecycle_start(struct lifecycle *life);

#endif
