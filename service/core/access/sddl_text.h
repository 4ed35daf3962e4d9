/*
 * sddl_text.h - reads security descriptors in SDDL, as far as they apply to a named
 * object: the owner, entries that allow or deny, an integrity label.
 * https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
 */
#ifndef CORE_SDDL_TEXT_H
#define CORE_SDDL_TEXT_H

#include "access.h"
#include "system.h"

#define SDDL_TEXT_MAX    16384u /* bytes of a text */
#define SDDL_ENTRIES_MAX 256u
#define SDDL_LABEL_MAX   (SYS_SID_MAX + 32)

/* The rights to change an object's access or owner. */
#define SDDL_CHANGES_ACCESS 0x000C0000u /* WRITE_DAC, WRITE_OWNER */

struct sddl_entry {
    bool deny;
    uint32_t mask; /* specific and standard rights, no generic ones */
    char sid[SYS_SID_MAX];
};

struct sddl {
    char owner[SYS_SID_MAX]; /* empty: the text has none */
    struct sddl_entry *entries;
    size_t count;
    char label[SDDL_LABEL_MAX]; /* "S:(ML;;NW;;;S-1-16-4096)"; empty: none, or the default */
    uint32_t level;             /* of the label, such as 4096; 0: no label, or untrusted */
    uint32_t policy;            /* of the label: SDDL_POLICY_...; 0: no label */
    uint32_t bare; /* the first mask that is a number without 0x, which is decimal; 0: none */
};

/*
 * Reads a text that an administrator wrote, for an object of `kind`. SYS_FAILED:
 * `why->text` says what is wrong and where. Refused are: anything that is not SDDL; what
 * does not apply to such objects (inheritance, auditing, conditions, domain accounts by
 * abbreviation); what is insecure or useless (no DACL, no entry that allows, a denial
 * after an entry that allows; a label above that of every service). SYS_NO_MEMORY. Free `out` with
 * sddl_free; it is empty on anything but SYS_OK.
 */
enum sys_status sddl_read(const char *text, enum shmb_kind kind, struct sddl *out,
                          struct sys_failure *why);

/*
 * Reads the access of an existing object, as in sys_facts: accepts any entries in any
 * order. A DACL that allows nothing to anybody has no entries.
 */
enum sys_status sddl_read_live(const char *text, enum shmb_kind kind, struct sddl *out,
                               struct sys_failure *why);

/* Frees the entries. Empty afterwards. */
void sddl_free(struct sddl *sddl);

/* True: same owner, entries in the same order, and label. */
bool sddl_same(const struct sddl *a, const struct sddl *b);

/* Levels, and what a label keeps programs of lower levels from. */
#define SDDL_LEVEL_MEDIUM       8192u
#define SDDL_LEVEL_HIGH         12288u
#define SDDL_LEVEL_SYSTEM       16384u
#define SDDL_POLICY_NO_WRITE_UP 1u
#define SDDL_POLICY_NO_READ_UP  2u

/* The label of low integrity, as it follows a DACL. */
#define SDDL_LOW_INTEGRITY "S:(ML;;NW;;;S-1-16-4096)"

#endif
