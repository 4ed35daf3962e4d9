/*
 * account_names.h - a cache of account names: a look-up may ask a domain controller.
 */
#ifndef ACCOUNT_NAMES_H
#define ACCOUNT_NAMES_H

#include "accounts.h"

#define ACCOUNT_NAMES_KEPT 64u

/* All zero: empty. */
struct account_names {
    struct {
        char sid[SYS_SID_MAX], name[ACCOUNT_NAME_MAX];
    } known[ACCOUNT_NAMES_KEPT];
    size_t count, next; /* once it is full, the oldest is replaced */
};

/*
 * The configuration's word for a SID, else the account's name, else the SID. `names` is a
 * struct account_names: the function is an access_words_name. Valid until the next call.
 */
const char *account_names_get(void *names, const char *sid);

#endif
