/*
 * access_words.h - the access an object has, in words: who may do what with it.
 *
 * Those who may do everything with every object anyway, the broker, SYSTEM and
 * Administrators, are left out where they may.
 */
#ifndef CORE_ACCESS_WORDS_H
#define CORE_ACCESS_WORDS_H

#include "json.h"
#include "sddl_text.h"
#include "text.h"

/* What a SID is called; never NULL, and valid until the next call. */
typedef const char *access_words_name(void *context, const char *sid);

/*
 * "deny Guests; Users read; CORP\Traders read and write", in the order in which
 * the system looks at it; ", integrity low" behind it. "nobody but administrators".
 */
void access_words(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                  void *context, struct text *out);

/*
 * The same as two members of the object that is open: access, a list of account,
 * sid, may and denied (both in words, one of them null), and integrity: low,
 * another label, or null.
 */
void access_words_json(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                       void *context, struct json *out);

/* "low", another label as it is written, or NULL where `label` (NULL is allowed) is none. */
const char *access_words_label(const char *label);

#endif
