/*
 * boot.h - tells one run of the machine from another.
 */
#ifndef BOOT_H
#define BOOT_H

#include "system.h"

/*
 * A text that stays the same until the machine boots, whatever is done to its
 * clock, and is another one afterwards.
 *
 * Made of two things, since neither is enough. The boot counter of the kernel
 * (KUSER_SHARED_DATA.BootId) is kept in the registry and may be set back with
 * it. The moment of the boot (SystemTimeOfDayInformation) is read from a clock
 * that may be wrong, or stand still between two boots. The system moves that
 * moment along whenever the clock is set, and says by how much in all: what is
 * given here is without these moves. A wrong "same" needs both to be the same,
 * to 100 ns. After a resume from hibernation, the fast start of Windows
 * included, the objects of before exist, and a wrong "other" costs only proof.
 *
 * False: the system does not say, `out` is empty and GetLastError() says why.
 */
bool boot_text(char out[SYS_BOOT_MAX]);

#endif
