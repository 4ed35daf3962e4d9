/*
 * out_of_memory.h - how a verb ends without memory.
 */
#ifndef OUT_OF_MEMORY_H
#define OUT_OF_MEMORY_H

#include "exit_codes.h"

/* Prints that there is no memory. Returns SHMB_EXIT_SYSTEM. */
enum shmb_exit out_of_memory(void);

#endif
