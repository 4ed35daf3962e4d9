/*
 * account.h - the name of an account, as "DOMAIN\name".
 *
 * Windows asks the domain for an account that it does not know itself. If no domain controller
 * answers, that can take half a minute for each account. So the time is bounded: after it, the
 * SID stands for the name.
 */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/*
 * Writes the name, or the SID if it has none or the answer takes too long. Always terminated.
 * Returns the kind of account; SidTypeUnknown with a SID.
 */
SID_NAME_USE account_text(PSID sid, char *out, size_t size);

/* As LookupAccountSidW. */
typedef BOOL(WINAPI *account_look_up)(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_length,
                                      LPWSTR domain, LPDWORD domain_length, PSID_NAME_USE use);

/* All accounts together get `left_ms`; each then gets ACCOUNT_LEAST_MS. */
struct account_patience {
    account_look_up look_up;
    uint32_t left_ms;
};

/* Enough for an account that this machine knows itself. */
#define ACCOUNT_LEAST_MS 100u

/* As account_text, with these limits. */
SID_NAME_USE account_text_within(struct account_patience *patience, PSID sid, char *out,
                                 size_t size);

#endif
