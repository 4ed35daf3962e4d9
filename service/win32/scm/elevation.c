/* For use before anything is read or changed: some of a verb's calls would succeed without it. */
#include "elevation.h"

#include <windows.h>

#include "console.h"

bool elevation_present(void)
{
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_NT_AUTHORITY;
    BOOL member = TRUE;
    PSID administrators;

    if (!AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                  DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &administrators))
        return true;
    if (!CheckTokenMembership(NULL, administrators, &member))
        member = TRUE;
    FreeSid(administrators);
    return member;
}

bool elevation_require(const char *verb)
{
    if (elevation_present())
        return true;
    console_error(
        "shmbroker: %s needs administrator rights: run it from an elevated prompt (Run as "
        "administrator); nothing has been changed",
        verb);
    return false;
}
