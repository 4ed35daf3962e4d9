/*
 * descriptors.h - security descriptors from SDDL: system_objects.h's descriptor_make and
 * descriptor_free, how objects, files and processes get them when they are made, and how they are
 * read.
 *
 * A struct sys_descriptor is the self-relative security descriptor, in one block.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <windows.h>

#include "system.h"

/* Makes a descriptor of SDDL text, to be freed with descriptors_free. On failure `*out` is NULL. */
enum sys_status descriptors_make(const char *sddl, struct sys_descriptor **out,
                                 struct sys_failure *why);
void descriptors_free(struct sys_descriptor *descriptor); /* NULL is allowed */

/* Security attributes for a handle that no child inherits. They borrow the descriptor. */
SECURITY_ATTRIBUTES descriptors_attributes(const struct sys_descriptor *descriptor);

/*
 * These parts of the descriptor of an object; freed with free(). NULL: GetLastError() says why.
 */
PSECURITY_DESCRIPTOR descriptors_read(HANDLE object, SECURITY_INFORMATION parts);

#endif
