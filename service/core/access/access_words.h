/*
 * access_words.h - the access of an object in words: who may do what.
 *
 * The broker, SYSTEM, Administrators and the owner are omitted if they have full control,
 * as they have on every object.
 */
#ifndef CORE_ACCESS_WORDS_H
#define CORE_ACCESS_WORDS_H

#include "json.h"
#include "sddl_text.h"
#include "text.h"

/* Returns the name of a SID, never NULL, valid until the next call. */
typedef const char *access_words_name(void *context, const char *sid);

/*
 * Adds a text such as "deny Guests; Users read; CORP\Traders read and write, integrity
 * low", in the order of the entries; "nobody but administrators" if there are none.
 */
void access_words(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                  void *context, struct text *out);

/*
 * Adds the same as two members of the open JSON object: access, an array of objects with
 * account, sid, may and denied (both in words, one of them null), and integrity: low,
 * another label, or null.
 */
void access_words_json(const struct sddl *access, enum shmb_kind kind, access_words_name *name,
                       void *context, struct json *out);

/* "low", or the label itself, or NULL if `label` is NULL or empty. */
const char *access_words_label(const char *label);

#endif
