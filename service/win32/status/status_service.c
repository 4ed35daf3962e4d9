/* What the processes and the program file tell of the service. */
#include "status.h"

#include <stdlib.h>

#include "file_version.h"
#include "keeper_find.h"
#include "port.h"
#include "process_id.h"
#include "published.h"
#include "wide.h"

/* Since when the broker runs. */
static void find_since(struct status *status)
{
    uint64_t started;
    uint32_t process;

    /* The root may be that of a broker that has ended, if this one could not make its own. */
    if (published_broker(&process, &started) && process_id_runs(process, started))
        status->since = started;
}

/* The keeper that holds the objects of a broker that has ended. Others may have one more. */
static void find_keeper(struct status *status)
{
    const struct port_host host = {0};
    struct sys_keeper *found;
    struct sys_failure why;
    struct system system;
    struct port port;
    size_t count;

    port_open(&port, &host, NULL, &system);
    if (system.keepers.left(system.self, &found, &count, &why) == SYS_OK) {
        if (count > 0) {
            status->keeper = found[0].process;
            status->keeper_until = keeper_until(&found[0]);
        }
        free(found);
    }
    port_close(&port);
}

void status_find_service(struct status *status, const char *program)
{
    wchar_t *path = program != NULL ? wide_from_utf8(program) : NULL;

    if (status->runs)
        find_since(status);
    else
        find_keeper(status);
    if (path != NULL)
        file_version_text(path, status->installed);
    free(path);
}
