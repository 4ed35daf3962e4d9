/*
 * descriptor.h - the security descriptor of an object, as SDDL text.
 *
 * Order: deny entries; the owner, SYSTEM and Administrators with full rights;
 * the trustees. The DACL is protected, rights are specific masks, never
 * generic ones.
 * https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */
#ifndef CORE_DESCRIPTOR_H
#define CORE_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

#include "access.h"

#define SID_SYSTEM         "S-1-5-18"
#define SID_ADMINISTRATORS "S-1-5-32-544"

struct access_rule {
    const char *sid;
    enum shmb_level level;
};

/* What kind of object the descriptor is for: masks follow from it. */
struct descriptor_use {
    enum shmb_kind kind;
    uint32_t read_mask; /* instead of the table's mask for read; 0: the table's */
};

/*
 * The SDDL text for an object owned by `owner`, to be freed with free(). NULL:
 * no memory. With no rules the object is the broker's and the administrators' alone.
 */
char *descriptor_sddl(const char *owner, const struct descriptor_use *use,
                      const struct access_rule *rules, size_t count);

#endif
