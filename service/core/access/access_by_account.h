/*
 * access_by_account.h - who may do what, by account over all objects: for auditors.
 *
 * A row is what the entries of one object give one account or group, less what
 * they deny it. Who is in several groups has what all of them have.
 */
#ifndef CORE_ACCESS_BY_ACCOUNT_H
#define CORE_ACCESS_BY_ACCOUNT_H

#include "access.h"
#include "json.h"
#include "sddl_text.h"
#include "text.h"

struct access_by_account_row {
    char *account; /* name, or SID where it has none; owned, as is `object` */
    char *object;  /* with Global\ */
    char sid[SYS_SID_MAX];
    enum shmb_kind kind;
    uint32_t may, denied; /* rights */
};

/* All zero: empty. */
struct access_by_account {
    struct access_by_account_row *rows;
    size_t count;
};

/* The name of an account for a SID. Always terminated. */
#define AUDIT_ACCOUNT_MAX 512
typedef void access_by_account_name(const char *sid, char out[AUDIT_ACCOUNT_MAX]);

/* Adds what an object's access gives to whom. False: no memory. */
bool access_by_account_add(struct access_by_account *audit, enum shmb_kind kind, const char *object,
                           const struct sddl *access, access_by_account_name *name);

/* By account, then object; the same in every run. */
void access_by_account_sort(struct access_by_account *audit);
void access_by_account_free(struct access_by_account *audit);

/*
 * Each form of it. Lines: an account, and below it what it may do with which
 * object. CSV: RFC 4180 with a header, lines end in CR LF, and no field that a
 * spreadsheet would take for a formula. JSON: an array of objects.
 */
void access_by_account_lines(const struct access_by_account *audit, struct text *out);
void access_by_account_csv(const struct access_by_account *audit, struct text *out);
void access_by_account_json(const struct access_by_account *audit, struct json *out);

#endif
