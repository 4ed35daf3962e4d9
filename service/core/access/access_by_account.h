/*
 * access_by_account.h - the access to all objects, listed by account: for auditors.
 *
 * A row is what the entries of one object allow one account or group, without what they
 * deny it. Group membership is not resolved: an account also has the rights of its
 * groups. Other rows say who may ask for objects, by the rules of `requests`.
 */
#ifndef CORE_ACCESS_BY_ACCOUNT_H
#define CORE_ACCESS_BY_ACCOUNT_H

#include "access.h"
#include "json.h"
#include "sddl_text.h"
#include "text.h"

struct access_by_account_row {
    char *account; /* name, or the SID if it has none; owned, like `object` */
    char *object;  /* with Global\; of a rule its name */
    char *names;   /* of a rule: its patterns; NULL: the row is about an object */
    char sid[SYS_SID_MAX];
    enum shmb_kind kind;
    uint32_t may, denied; /* access masks; of a rule 1: to ask */
};

/* All zero: empty. */
struct access_by_account {
    struct access_by_account_row *rows;
    size_t count;
    bool rules; /* those of the configuration are known */
};

#define AUDIT_ACCOUNT_MAX 512

/* Sets the name of the account with this SID, terminated. */
typedef void access_by_account_name(const char *sid, char out[AUDIT_ACCOUNT_MAX]);

/* Adds the rows of one object. `object` is its name with Global\. False: no memory. */
bool access_by_account_add(struct access_by_account *listing, enum shmb_kind kind,
                           const char *object, const struct sddl *access,
                           access_by_account_name *name);

/* Adds that a rule allows an account to ask, or denies it; `names`: its patterns in words. False:
 * no memory. */
bool access_by_account_add_rule(struct access_by_account *listing, const char *rule,
                                const char *names, const char *sid, bool deny,
                                access_by_account_name *name);

/* Sorts by account, then by object. The order is the same in every run. */
void access_by_account_sort(struct access_by_account *listing);
void access_by_account_free(struct access_by_account *listing);

/*
 * The output formats. Lines: an account, and below it a line for each object. CSV:
 * RFC 4180 with a header; lines end in CR LF; no field looks like a formula to a
 * spreadsheet. JSON: an array for objects, and one for rules, or null where these are not known.
 */
void access_by_account_lines(const struct access_by_account *listing, struct text *out);
void access_by_account_csv(const struct access_by_account *listing, struct text *out);
void access_by_account_json(const struct access_by_account *listing, struct json *out);

#endif
