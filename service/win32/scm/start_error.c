/* Texts for those codes that an administrator meets and whose system text names no remedy. */
#include "start_error.h"

#include <stdio.h>
#include <wchar.h>

#include "wide.h"

/* Codes that not every compiler's headers have. */
#define CODE_VIRUS                  225u
#define CODE_SIGNATURE              577u
#define CODE_INCOMPATIBLE_SID       1290u
#define CODE_INCOMPATIBLE_PRIVILEGE 1297u
#define CODE_APPLICATION_CONTROL    4551u
#define CODE_BLOCKED                                                                               \
    "a policy of this machine blocks the program (App Control, AppLocker, or a signature that is " \
    "required): allow it there by its hash or path, or sign it; Event Viewer, Applications and "   \
    "Services Logs, Microsoft, Windows, CodeIntegrity or AppLocker, names the policy"

static const struct {
    DWORD code;
    const char *advice;
} advices[] = {
    {ERROR_FILE_NOT_FOUND, "its program is not at the registered path; run: shmbroker install"},
    {ERROR_PATH_NOT_FOUND, "its program is not at the registered path; run: shmbroker install"},
    /* Of StartServiceW: who calls it has had the right to start the service. */
    {ERROR_ACCESS_DENIED, "its account may not read and run the program, or a policy or a scanner "
                          "blocks it; run: shmbroker status --verify"},
    {ERROR_BAD_EXE_FORMAT, "another file is at the registered path, as C:\\Program for a path "
                           "without quotes; run: shmbroker install"},
    {CODE_VIRUS, "the virus scanner blocks the program: allow it there"},
    {CODE_SIGNATURE, CODE_BLOCKED},
    {ERROR_DRIVER_BLOCKED, CODE_BLOCKED},
    {ERROR_ACCESS_DISABLED_BY_POLICY, CODE_BLOCKED},
    {CODE_APPLICATION_CONTROL, CODE_BLOCKED},
    {ERROR_SERVICE_REQUEST_TIMEOUT,
     "its process did not answer the service manager: a scanner that looks at the program, or a "
     "machine under load, may hold it up; try again; if it stays so, see the System event log"},
    {ERROR_SERVICE_DISABLED, "it is disabled; run: shmbroker install --start-type auto"},
    {ERROR_SERVICE_DEPENDENCY_FAIL, "a service that it depends on has not started; run: sc qc "
                                    "ShmBroker"},
    {ERROR_SERVICE_MARKED_FOR_DELETE,
     "it is marked for deletion; close services.msc, Task Manager and Event Viewer, then run: "
     "shmbroker install"},
    {ERROR_INVALID_SERVICE_ACCOUNT,
     "its account does not exist; run: shmbroker install --account virtual"},
    {CODE_INCOMPATIBLE_SID, "its service SID has the wrong type; run: shmbroker install"},
    {CODE_INCOMPATIBLE_PRIVILEGE,
     "it requires a privilege that its account does not have, as after a change of the group "
     "policy; run: shmbroker install"},
};

bool start_error_is_virtual(const wchar_t *account)
{
    return account != NULL && _wcsnicmp(account, L"NT SERVICE\\", 11) == 0;
}

/* A managed account, whose password Windows knows, ends with $. */
static bool is_managed(const wchar_t *account)
{
    size_t units = wcslen(account);

    return units > 0 && account[units - 1] == L'$';
}

static void logon_advice(const wchar_t *account, char *out, size_t size)
{
    char name[512];

    wide_to_buffer(account, wcslen(account), name, sizeof(name));
    if (start_error_is_virtual(account))
        (void)snprintf(out, size,
                       "a policy has taken the right " START_ERROR_RIGHT " from its account %s; "
                       "add NT SERVICE\\ALL SERVICES to it in the group policy (" START_ERROR_POLICY
                       "), then run: gpupdate /force",
                       name);
    else
        (void)snprintf(out, size,
                       "its account %s cannot log on: %sgive it the right " START_ERROR_RIGHT
                       " in the policy (" START_ERROR_POLICY ")",
                       name,
                       is_managed(account) ? "" : "enter its password again in services.msc, and ");
}

bool start_error_advice(DWORD code, const wchar_t *account, char *out, size_t size)
{
    size_t i;

    if ((code == ERROR_SERVICE_LOGON_FAILED || code == ERROR_LOGON_TYPE_NOT_GRANTED) &&
        account != NULL) {
        logon_advice(account, out, size);
        return true;
    }
    for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (advices[i].code == code) {
            (void)snprintf(out, size, "%s", advices[i].advice);
            return true;
        }
    return false;
}
