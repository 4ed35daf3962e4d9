#include "full_name.h"

#include <stdio.h>

void full_name(const char *bare, char out[FULL_NAME_BYTES])
{
    (void)snprintf(out, FULL_NAME_BYTES, "%s%s", SHMB_GLOBAL_PREFIX, bare);
}
