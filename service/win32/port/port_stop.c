/* Progress and stop, which the broker's thread looks after between two objects and in long calls.
 */
#include "port_internal.h"

void port_progress(void *self)
{
    const struct port *port = self;

    if (port->host.progress != NULL)
        port->host.progress();
}

bool port_stopping(void *self)
{
    const struct port *port = self;

    /* A wait that fails counts as a stop. */
    return port->host.stop != NULL && WaitForSingleObject(port->host.stop, 0) != WAIT_TIMEOUT;
}

bool port_still_wanted(void *self)
{
    port_progress(self);
    return !port_stopping(self);
}
