/*
 * stopping.h - verbs that go on until Ctrl+C.
 */
#ifndef CLI_STOPPING_H
#define CLI_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on Ctrl+C, Ctrl+Break and a closed console do not end the process but make
 * stopping_wait true.
 */
void stopping_begin(void);

/* Waits so long; true as soon as it is time to stop. */
bool stopping_wait(uint32_t ms);

#endif
