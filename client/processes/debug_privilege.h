/*
 * debug_privilege.h - SeDebugPrivilege for a single step. It opens processes whatever their access
 * lists say; administrators have it, switched off by default.
 */
#ifndef DEBUG_PRIVILEGE_H
#define DEBUG_PRIVILEGE_H

#include <windows.h>

#include <stdbool.h>

/*
 * Enables the privilege in this process. True: it is enabled; pass `before` to
 * debug_privilege_restore afterwards. False: the account does not have it, and nothing changed.
 */
bool debug_privilege_enable(TOKEN_PRIVILEGES *before);

/* Makes the privilege what it was: enabled, if the process had enabled it before. */
void debug_privilege_restore(const TOKEN_PRIVILEGES *before);

#endif
