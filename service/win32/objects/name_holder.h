/*
 * name_holder.h - describes the object that holds a name.
 */
#ifndef NAME_HOLDER_H
#define NAME_HOLDER_H

#include <windows.h>

#include "accounts.h"
#include "names.h"
#include "system.h"

/* Units of `Global\X` with its terminator. */
#define OBJECT_NAME_UNITS (7 + SHMB_NAME_MAX + 1)

enum name_holder_state {
    NAME_HOLDER_NONE,  /* no object has the name */
    NAME_HOLDER_KNOWN, /* kind and owner are known */
    NAME_HOLDER_HIDDEN /* it exists, but the caller may not read its owner */
};

struct name_holder {
    enum name_holder_state state;
    enum shmb_kind kind;     /* SHMB_KIND_COUNT: of another kind, or not known */
    const char *other;       /* static: another kind, in words (other_kinds.h); NULL: not known */
    uint64_t size;           /* of a section, in whole pages; 0: not known */
    char owner[SYS_SID_MAX]; /* empty: not known, or none */
};

#define NAME_HOLDER_TEXT_MAX (ACCOUNT_NAME_MAX + 96)

/* Puts `Global\` before a bare name. False: the name is ill-formed or too long. */
bool name_holder_full_name(const char *bare, wchar_t out[OBJECT_NAME_UNITS]);

/* Describes the object with this full name. Needs no rights: what is denied stays unknown. */
struct name_holder name_holder_ask(const wchar_t *name);

/* Writes "a mutex owned by CORP\bob", "a section of 4096 bytes owned by BUILTIN\Administrators". */
void name_holder_text(const struct name_holder *holder, char out[NAME_HOLDER_TEXT_MAX]);

#endif
