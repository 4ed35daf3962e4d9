/*
 * access_text.h - owner, access list and integrity label of an object as SDDL.
 */
#ifndef ACCESS_TEXT_H
#define ACCESS_TEXT_H

#include <windows.h>

#include <stdint.h>

#include "owner.h"

/*
 * Reads, from a handle with READ_CONTROL, the owner's SID (empty: none), and owner, DACL
 * and label in the form of sys_facts' `sddl`; `*sddl` is freed with free(). Returns 0, or
 * the Win32 code of the failure, with `owner` empty and `*sddl` NULL.
 *
 * If the list has entries that the broker never writes (inherited ones, object entries),
 * the whole text is as Windows spells it.
 */
uint32_t access_text_read(HANDLE object, char owner[OWNER_SID_MAX], char **sddl);

#define ACCESS_TEXT_LABEL_MAX (OWNER_SID_MAX + 32)

/*
 * Reads, from such a handle, the integrity label as sddl_text.h spells it. Empty: none,
 * or one that equals the default. Returns 0 or the Win32 code.
 */
uint32_t access_text_label(HANDLE object, char label[ACCESS_TEXT_LABEL_MAX]);

#endif
