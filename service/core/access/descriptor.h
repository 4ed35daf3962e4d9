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
#include "sddl_text.h"
#include "system.h"

#define SID_SYSTEM         "S-1-5-18"
#define SID_ADMINISTRATORS "S-1-5-32-544"
#define SID_AUTHENTICATED  "S-1-5-11" /* Authenticated Users */

struct access_rule {
    const char *sid;
    enum shmb_level level;
};

/* What kind of object the descriptor is for: masks follow from it. */
struct descriptor_use {
    enum shmb_kind kind;
    uint32_t read_mask; /* instead of the table's mask for read; 0: the table's */
    const char *label;  /* integrity, as in sddl_text.h, to stand at the end; NULL: none */
};

/*
 * The SDDL text for an object owned by `owner`, to be freed with free(). NULL:
 * no memory. With no rules the object is the broker's and the administrators' alone.
 */
char *descriptor_sddl(const char *owner, const struct descriptor_use *use,
                      const struct access_rule *rules, size_t count);

/*
 * The text for an object of `kind` with the access that somebody wrote as SDDL.
 * `owner` owns it where no other is written, and has full rights in any case,
 * behind the denials: an owner that has none could not open what it made.
 */
char *descriptor_exact(const char *owner, enum shmb_kind kind, const struct sddl *wanted);

/*
 * Is this access, as sys_facts tell it, the one of such a text? The group has no
 * meaning in Win32, and facts do not name it.
 */
bool descriptor_same(const char *wanted, const char *found);

/*
 * The text of descriptor_sddl in the system's form, to be freed by the port. Never
 * SYS_DENIED: elsewhere that speaks of the name of an object.
 */
enum sys_status descriptor_build(const struct system *system, const char *owner,
                                 const struct descriptor_use *use, const struct access_rule *rules,
                                 size_t count, struct sys_descriptor **out,
                                 struct sys_failure *why);

#endif
