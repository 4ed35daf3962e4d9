/*
 * launcher.h - the two things session_launcher changes about a program it
 * starts: the terminal session it believes in, and its access token.
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <windows.h>

#define LAUNCHER_GROUPS_MAX 16

/* What the token of the program shall be; all zero: as the launcher's. */
struct token_wish {
    const wchar_t *deny[LAUNCHER_GROUPS_MAX]; /* SIDs that become deny-only */
    DWORD deny_count;
    BOOL drop_privileges;                       /* all but SeChangeNotifyPrivilege */
    BOOL standard_user;                         /* also the medium integrity of one */
    const wchar_t *user;                        /* a new token for this SID, or NULL */
    const wchar_t *groups[LAUNCHER_GROUPS_MAX]; /* of the new token, as `owners` */
    DWORD group_count;
    const wchar_t *owners[LAUNCHER_GROUPS_MAX]; /* groups that may own what it makes */
    DWORD owner_count;
};

/* One line on stderr with what failed and its code. */
void launcher_complain(const wchar_t *what, DWORD code);

/* True where the system is Wine. */
BOOL launcher_on_wine(void);

/*
 * Makes the object directories of a simulated session, where Wine has not made
 * them. They live until wineserver ends. Complains and returns FALSE on failure.
 */
BOOL session_prepare(int session);

/*
 * Moves a process none of whose code has run yet into a session.
 * Complains and returns FALSE on failure.
 */
BOOL session_move(HANDLE process, int session);

/*
 * A primary token as wished; the caller closes it. NULL on failure, after a
 * complaint where GetLastError() does not say it.
 */
HANDLE token_make(const struct token_wish *wish);

#endif
