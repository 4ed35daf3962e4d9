/*
 * access_text.h - who owns an object and who may do what with it, as text.
 */
#ifndef ACCESS_TEXT_H
#define ACCESS_TEXT_H

#include <windows.h>

#include <stdint.h>

#include "owner.h"

/*
 * From a handle with READ_CONTROL: the owner's SID (empty: it has none), and
 * owner, DACL and label as sys_facts' `sddl`, to be freed with free(). Returns 0, or
 * the Win32 code of the failure with both empty.
 *
 * Entries that the broker never writes (inherited ones, object entries) come
 * as the system spells them, and then all the others too.
 */
uint32_t access_text_read(HANDLE object, char owner[OWNER_SID_MAX], char **sddl);

#define ACCESS_TEXT_LABEL_MAX (OWNER_SID_MAX + 32)

/*
 * From such a handle: the integrity label as sddl_text.h spells it. Empty: none, or
 * one that says what holds without one. Returns 0 or the Win32 code.
 */
uint32_t access_text_label(HANDLE object, char label[ACCESS_TEXT_LABEL_MAX]);

#endif
