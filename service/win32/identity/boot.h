/*
 * boot.h - identifies the current boot of the machine.
 */
#ifndef BOOT_H
#define BOOT_H

#include "system.h"

/*
 * Writes a text that stays the same until the next boot, even if the clock is set, and
 * differs after it.
 *
 * It combines two values, since neither is enough alone. The kernel's boot counter
 * (KUSER_SHARED_DATA.BootId) is stored in the registry, and is set back if the registry
 * is restored. The boot time (SystemTimeOfDayInformation) comes from a clock that may be
 * wrong, or stand still between two boots. Windows shifts the boot time whenever the clock
 * is set and reports the total shift; the text is without that shift. Two boots look the
 * same only if both values are equal, to 100 ns. After a resume from hibernation, such as
 * the fast startup of Windows, the former objects still exist; should the text differ
 * then, the broker only lacks proof that they are its own.
 *
 * False: Windows did not report it; `out` is empty and GetLastError() says why.
 */
bool boot_text(char out[SYS_BOOT_MAX]);

#endif
