/*
 * vandal.h - who may write the segments, and writes zeros over the headers of their control
 * sections: no program may notice, and the broker must repair them.
 */
#ifndef TORTURE_VANDAL_H
#define TORTURE_VANDAL_H

#include <stdbool.h>
#include <stdint.h>

/* Wipes the header of each control section that the directory names. Returns how many. */
uint32_t vandal_wipe(void);

/* Waits until each of those has its header again. False: not in time. */
bool vandal_is_repaired(void);

#endif
