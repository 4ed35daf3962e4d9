#include "out_of_memory.h"

#include "console.h"

enum shmb_exit out_of_memory(void)
{
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}
