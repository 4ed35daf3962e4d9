/*
 * sddl_text.h - security descriptors as text, as far as they mean something on a
 * named object: owner, allowing and denying entries, an integrity label.
 * https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */
#ifndef CORE_SDDL_TEXT_H
#define CORE_SDDL_TEXT_H

#include "access.h"
#include "system.h"

#define SDDL_TEXT_MAX    16384u /* bytes of a text */
#define SDDL_ENTRIES_MAX 256u
#define SDDL_LABEL_MAX   (SYS_SID_MAX + 32)

/* The right to change an object's access, or to take the object over. */
#define SDDL_CHANGES_ACCESS 0x000C0000u /* WRITE_DAC, WRITE_OWNER */

struct sddl_entry {
    bool deny;
    uint32_t mask; /* never a generic right */
    char sid[SYS_SID_MAX];
};

struct sddl {
    char owner[SYS_SID_MAX]; /* empty: not written */
    struct sddl_entry *entries;
    size_t count;
    char label[SDDL_LABEL_MAX]; /* "S:(ML;;NW;;;S-1-16-4096)"; empty: none, or as without one */
};

/*
 * Reads a text for an object of `kind`. SYS_FAILED: `why->text` says what is
 * wrong and where: it is no SDDL; what is not for such objects (inheritance,
 * auditing, conditions, names of a domain); what would be a hole or of no use
 * (no DACL, nobody allowed, a denial that others come before). SYS_NO_MEMORY.
 * `out` is ended with sddl_free, and empty on anything but SYS_OK.
 */
enum sys_status sddl_read(const char *text, enum shmb_kind kind, struct sddl *out,
                          struct sys_failure *why);

/*
 * The same for the access an object has, as sys_facts tell it: whatever entries
 * there are, in whatever order. A DACL that gives nobody anything has no entries.
 */
enum sys_status sddl_read_live(const char *text, enum shmb_kind kind, struct sddl *out,
                               struct sys_failure *why);
void sddl_free(struct sddl *sddl);

bool sddl_same(const struct sddl *a, const struct sddl *b);

/* What low integrity is written as behind a DACL. */
#define SDDL_LOW_INTEGRITY "S:(ML;;NW;;;S-1-16-4096)"

#endif
