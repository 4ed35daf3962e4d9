/*
 * account_names.h - what accounts are called, each asked for once: a domain
 * controller may have to be asked.
 */
#ifndef ACCOUNT_NAMES_H
#define ACCOUNT_NAMES_H

#include "accounts.h"

#define ACCOUNT_NAMES_KEPT 64u

/* All zero: none known. */
struct account_names {
    struct {
        char sid[SYS_SID_MAX], name[ACCOUNT_NAME_MAX];
    } known[ACCOUNT_NAMES_KEPT];
    size_t count, next; /* once it is full, the oldest goes */
};

/*
 * The configuration's word for a SID, else the account's name, else the SID; of a
 * struct account_names. Valid until the next call. An access_words_name.
 */
const char *account_names_get(void *names, const char *sid);

#endif
