/*
 * trustees.h - from the trustees of a configuration to SIDs.
 *
 * Words that mean the same in every language of Windows (Everyone, Users, ...)
 * and SIDs need no look-up; every other name is asked for once and remembered.
 */
#ifndef CORE_TRUSTEES_H
#define CORE_TRUSTEES_H

#include "messages.h"
#include "model.h"
#include "system.h"

struct trustees; /* what has been looked up so far */

/* NULL: no memory. */
struct trustees *trustees_new(const struct system *system);
void trustees_free(struct trustees *known); /* NULL is allowed */

/*
 * The SID of one trustee, in canonical text form. SYS_OK, SYS_NOT_FOUND (no
 * such account; `why` says so), SYS_LATER, SYS_NO_MEMORY, SYS_FAILED. The text
 * lives as long as `known`.
 */
enum sys_status trustees_resolve(struct trustees *known, const char *name, const char **sid,
                                 struct sys_failure *why);

/* The SID of a language-independent word, or NULL: "Users" gives "S-1-5-32-545". */
const char *trustee_word_sid(const char *name);

#endif
