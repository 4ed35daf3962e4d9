/*
 * accounts.h - real accounts of this machine, made for a test and removed again;
 * programs that run as them. For administrators on Windows. Wine has no accounts: where it
 * has tokens for any user, such an account is a SID, its programs run with a token for it.
 */
#ifndef TEST_ACCOUNTS_H
#define TEST_ACCOUNTS_H

#include "support.h"

struct account {
    wchar_t name[21], password[33];
    char sid[192];
};

bool accounts_possible(void);

/*
 * Makes a standard user, a member of Users and of nothing else. Fails the test
 * where that cannot be; the account goes with account_remove, or when this
 * program ends.
 */
void account_make(struct account *account, const wchar_t *name);
void account_remove(struct account *account);

/* What a configuration names it by. */
const char *account_trustee(const struct account *account);

/* Runs this program as that user, with a verb of the test; its exit code. */
DWORD account_run(const struct account *account, const char *format, ...);

/* The same without waiting for its end; its exit code, and the end of it. */
HANDLE account_start(const struct account *account, const char *format, ...);
DWORD account_end(HANDLE process);

/* account_run with any program; its full path must be readable to the user. */
DWORD account_run_program(const struct account *account, const char *program, const char *format,
                          ...);

#endif
