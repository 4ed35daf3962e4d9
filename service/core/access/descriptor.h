/*
 * descriptor.h - writes the security descriptor of an object as SDDL.
 *
 * Order: denials; the owner, the service SID, SYSTEM and Administrators with full control; the
 * trustees. The service SID has its entry whoever makes the object, so that a broker under another
 * account can adopt it. The DACL is protected. Rights are specific masks, never generic ones.
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

/* One account or group and its level. */
struct access_rule {
    const char *sid;
    enum shmb_level level;
};

/* What the descriptor is for. */
struct descriptor_use {
    enum shmb_kind kind;
    uint32_t read_mask; /* replaces the usual mask of the level read; 0: the usual one */
    const char *label;  /* integrity, as in sddl_text.h; NULL: none */
};

/*
 * The SDDL for an object owned by `owner` (a SID). Free it with free(). NULL: no memory.
 * Without rules only the broker, the service SID, SYSTEM and Administrators have access.
 */
char *descriptor_sddl(const char *owner, const struct descriptor_use *use,
                      const struct access_rule *rules, size_t count);

/*
 * The same for an object whose access is written as SDDL. `owner` becomes the owner unless
 * the SDDL names another one. `owner` and the service SID always get full control, after the
 * denials: without rights the next broker could not open the object.
 */
char *descriptor_exact(const char *owner, enum shmb_kind kind, const struct sddl *wanted);

/* True for SIDs that mean every account, or those without one: Everyone, Anonymous Logon, Guests.
 */
bool descriptor_is_everybody(const char *sid);

/* True for accounts with full control of every object that `owner` makes without SDDL. */
bool descriptor_has_full(const char *sid, const char *owner);

/*
 * True: `found`, the access of an existing object as in sys_facts, is that of the text
 * `wanted`. Ignores the group, which sys_facts do not have: Win32 does not use it.
 */
bool descriptor_same(const char *wanted, const char *found);

/*
 * The text of descriptor_sddl in the system's form. Free it with descriptor_free of the
 * port. Never SYS_DENIED, which callers would relate to the object.
 */
enum sys_status descriptor_build(const struct system *system, const char *owner,
                                 const struct descriptor_use *use, const struct access_rule *rules,
                                 size_t count, struct sys_descriptor **out,
                                 struct sys_failure *why);

#endif
