/*
 * Two kinds of steps: creating or changing the service must succeed; each detail after that may
 * be refused, is then printed, with a command to try where there is one, and changes no result.
 */
#include "registration.h"

#include <stdlib.h>
#include <string.h>

#include "audit_right.h"
#include "console.h"
#include "descriptors.h"
#include "error.h"
#include "privileges.h"
#include "scm.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How long to wait for a service that is marked for deletion. */
#define MARKED_MS    100u
#define MARKED_TIMES 50u

/* SERVICE_START also because restarts after a failure need it. */
#define ACCESS                                                                                     \
    (SERVICE_CHANGE_CONFIG | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_START |         \
     SERVICE_STOP | DELETE | READ_CONTROL | WRITE_DAC)

const wchar_t *registration_account(const wchar_t *word)
{
    static const struct {
        const wchar_t *word, *name;
    } known[] = {
        {L"virtual", REGISTRATION_VIRTUAL},
        {L"LocalService", L"NT AUTHORITY\\LocalService"},
        {L"NetworkService", L"NT AUTHORITY\\NetworkService"},
        {L"LocalSystem", L"LocalSystem"},
    };
    size_t i;

    for (i = 0; i < COUNT(known); i++)
        if (_wcsicmp(word, known[i].word) == 0)
            return known[i].name;
    return word;
}

/* ---- details: the service also runs without them ---------------------------- */

/* Prints a refused point and counts it. `remedy`: a command to try, or NULL. */
static void refused_point(const char *what, DWORD code, const char *remedy, unsigned *refused)
{
    char text[256];

    error_text(code, text, sizeof(text));
    console_warning("shmbroker: warning: %s: %s (error %lu)%s%s", what, text, (unsigned long)code,
                    remedy != NULL ? "; try: " : "", remedy != NULL ? remedy : "");
    (*refused)++;
}

static void configure(SC_HANDLE service, DWORD level, void *value, const char *what,
                      const char *remedy, unsigned *refused)
{
    if (!ChangeServiceConfig2W(service, level, value))
        refused_point(what, GetLastError(), remedy, refused);
}

static void set_restarts(SC_HANDLE service, unsigned *refused)
{
    static const DWORD delays[] = REGISTRATION_RESTARTS;
    SC_ACTION actions[COUNT(delays)];
    SERVICE_FAILURE_ACTIONSW failure = {REGISTRATION_CALM_S, NULL, NULL, COUNT(delays), actions};
    /* FALSE: only if the process ends without having reported SERVICE_STOPPED. */
    SERVICE_FAILURE_ACTIONS_FLAG crashes_only = {FALSE};
    size_t i;

    for (i = 0; i < COUNT(delays); i++) {
        actions[i].Type = SC_ACTION_RESTART;
        actions[i].Delay = delays[i];
    }
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure,
              "the service is not restarted after a crash", REGISTRATION_RESTARTS_COMMAND, refused);
    configure(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &crashes_only,
              "the service manager may restart the service not only after crashes",
              "sc failureflag ShmBroker 0", refused);
}

static void set_descriptor(SC_HANDLE service, unsigned *refused)
{
    static const char what[] = "users may send user-defined controls to the service";
    struct sys_descriptor *descriptor;
    struct sys_failure why;

    if (descriptors_make(REGISTRATION_SDDL, &descriptor, &why) != SYS_OK) {
        refused_point(what, why.code, NULL, refused);
        return;
    }
    if (!SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION,
                                  descriptors_attributes(descriptor).lpSecurityDescriptor))
        refused_point(what, GetLastError(), "sc sdset ShmBroker \"" REGISTRATION_SDDL "\"",
                      refused);
    descriptors_free(descriptor);
}

static void set_key(unsigned *refused)
{
    static const char what[] = "the registry key of the service keeps its inherited access";
    struct sys_descriptor *descriptor;
    struct sys_failure why;
    LSTATUS code;
    HKEY key;

    if (descriptors_make(REGISTRATION_KEY_SDDL, &descriptor, &why) != SYS_OK) {
        refused_point(what, why.code, NULL, refused);
        return;
    }
    code = RegOpenKeyExW(HKEY_LOCAL_MACHINE, REGISTRATION_KEY, 0, WRITE_DAC, &key);
    if (code == ERROR_SUCCESS) {
        /* PROTECTED: nothing is inherited from the key above. */
        code =
            RegSetKeySecurity(key, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                              descriptors_attributes(descriptor).lpSecurityDescriptor);
        RegCloseKey(key);
    }
    if (code != ERROR_SUCCESS)
        refused_point(what, (DWORD)code, NULL, refused);
    descriptors_free(descriptor);
}

/* The list depends on the account, which may be the one that the service had before. */
static void set_privileges(SC_HANDLE service, bool audit, unsigned *refused)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    const wchar_t *account = config != NULL ? config->lpServiceStartName : REGISTRATION_VIRTUAL;
    DWORD code = privileges_set(service, privileges_wanted(account, audit));

    /* Where the service manager does not take an empty list, the value itself goes. */
    if (code != ERROR_SUCCESS && audit)
        code =
            (DWORD)RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, REGISTRATION_KEY, L"RequiredPrivileges");
    if (code == ERROR_FILE_NOT_FOUND)
        code = ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        refused_point(audit ? "the service might fail to start (error 1297) if a policy takes "
                              "SeSecurityPrivilege away"
                            : "the service keeps privileges until its process removes them",
                      code, audit ? NULL : "sc privs ShmBroker SeChangeNotifyPrivilege", refused);
    free(config);
}

static void set_audit_right(bool audit, unsigned *refused)
{
    DWORD code = audit ? audit_right_grant() : audit_right_remove();

    if (code != ERROR_SUCCESS)
        refused_point(audit ? "the service has no right to audit"
                            : "the service may keep the right to audit",
                      code, NULL, refused);
}

static void set_delay(SC_HANDLE service, enum start_type type, unsigned *refused)
{
    DWORD code = start_type_set_delay(service, type);

    if (code == ERROR_SUCCESS)
        return;
    if (type == START_TYPE_DELAYED)
        refused_point("the service starts with the other automatic services, not after them", code,
                      "sc config ShmBroker start= delayed-auto", refused);
    else
        refused_point("the service still starts after the other automatic services", code,
                      "sc config ShmBroker start= auto", refused);
}

static void configure_details(SC_HANDLE service, const struct registration_wanted *wanted,
                              unsigned *refused)
{
    wchar_t text[] = REGISTRATION_DESCRIPTION;
    SERVICE_DESCRIPTIONW description = {text};
    /*
     * UNRESTRICTED puts the service SID into the token as a possible owner. RESTRICTED would
     * also let the process write only where the SID may.
     */
    SERVICE_SID_INFO sid = {SERVICE_SID_TYPE_UNRESTRICTED};
    SERVICE_PRESHUTDOWN_INFO preshutdown = {REGISTRATION_PRESHUTDOWN_MS};

    configure(service, SERVICE_CONFIG_DESCRIPTION, &description, "the description is not set", NULL,
              refused);
    configure(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid,
              "the service has no SID of its own to own its objects",
              "sc sidtype ShmBroker unrestricted", refused);
    set_privileges(service, wanted->audit, refused);
    set_audit_right(wanted->audit, refused);
    configure(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown,
              "a shutdown may leave too little time to save segments with keep: reboot", NULL,
              refused);
    set_restarts(service, refused);
    set_delay(service, wanted->start, refused);
    set_descriptor(service, refused);
    set_key(refused);
}

/* ---- making ----------------------------------------------------------------- */

/* Built-in accounts have an empty password; NULL leaves that of any other unchanged. */
static const wchar_t *password_of(const wchar_t *account)
{
    return account != NULL && (_wcsicmp(account, L"LocalSystem") == 0 ||
                               _wcsicmp(account, L"NT AUTHORITY\\LocalService") == 0 ||
                               _wcsicmp(account, L"NT AUTHORITY\\NetworkService") == 0)
               ? L""
               : NULL;
}

static DWORD make(SC_HANDLE manager, const struct registration_wanted *wanted,
                  struct registration *out)
{
    const wchar_t *account = wanted->account != NULL ? wanted->account : REGISTRATION_VIRTUAL;

    out->service = CreateServiceW(manager, SCM_SERVICE_NAME, SCM_SERVICE_NAME, ACCESS,
                                  SERVICE_WIN32_OWN_PROCESS, start_type_to_create(wanted->start),
                                  SERVICE_ERROR_NORMAL, wanted->command, NULL, NULL, NULL, account,
                                  password_of(account));
    out->made = out->service != NULL;
    return out->made ? ERROR_SUCCESS : GetLastError();
}

static DWORD change(const struct registration_wanted *wanted, struct registration *out)
{
    /* For registration_undo: all of it has to be read before the change. */
    out->before = scm_query_config(out->service);
    if (out->before == NULL)
        return GetLastError();
    registration_former_read(out->service, &out->former);
    if (ChangeServiceConfigW(out->service, SERVICE_WIN32_OWN_PROCESS,
                             start_type_to_change(wanted->start), SERVICE_ERROR_NORMAL,
                             wanted->command, NULL, NULL, NULL, wanted->account,
                             password_of(wanted->account), SCM_SERVICE_NAME))
        return ERROR_SUCCESS;
    return GetLastError();
}

/* One attempt. `*what`: the call that the code is of, for a message. */
static DWORD make_or_change(SC_HANDLE manager, const struct registration_wanted *wanted,
                            struct registration *out, const char **what)
{
    DWORD code;

    *what = "cannot change the service";
    out->service = OpenServiceW(manager, SCM_SERVICE_NAME, ACCESS);
    if (out->service != NULL)
        return change(wanted, out);
    code = GetLastError();
    *what = "cannot open the service";
    if (code != ERROR_SERVICE_DOES_NOT_EXIST)
        return code;
    *what = "cannot install the service";
    return make(manager, wanted, out);
}

/*
 * Retries if the service is marked for deletion: it exists, and cannot be changed, until the last
 * program closes it.
 */
static enum shmb_exit make_patiently(SC_HANDLE manager, const struct registration_wanted *wanted,
                                     struct registration *out)
{
    const char *what;
    unsigned tries;
    DWORD code;

    for (tries = 0;; tries++) {
        code = make_or_change(manager, wanted, out, &what);
        if (code == ERROR_SUCCESS)
            return SHMB_EXIT_DONE;
        registration_close(out); /* this handle keeps the service, too */
        if (code != ERROR_SERVICE_MARKED_FOR_DELETE || tries == MARKED_TIMES)
            break;
        Sleep(MARKED_MS);
    }
    if (code != ERROR_SERVICE_MARKED_FOR_DELETE)
        return scm_failed(what, code);
    console_error("shmbroker: the former service is marked for deletion and still open in another "
                  "program (error %lu): close services.msc, Task Manager and Event Viewer, then "
                  "run install again",
                  (unsigned long)code);
    return SHMB_EXIT_SYSTEM;
}

enum shmb_exit registration_make(const struct registration_wanted *wanted, struct registration *out,
                                 unsigned *refused)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    enum shmb_exit result;

    *out = (struct registration){0};
    *refused = 0;
    if (manager == NULL)
        return scm_failed("cannot install the service", GetLastError());
    result = make_patiently(manager, wanted, out);
    CloseServiceHandle(manager);
    if (result == SHMB_EXIT_DONE)
        configure_details(out->service, wanted, refused);
    return result;
}

/* True for an ordinary account, whose password only the service manager knows. */
static bool has_password(const wchar_t *account)
{
    size_t units = account != NULL ? wcslen(account) : 0;

    /* Names of machines and managed accounts end with $; NT SERVICE, NT AUTHORITY: built in. */
    return units > 0 && password_of(account) == NULL && account[units - 1] != L'$' &&
           _wcsnicmp(account, L"NT ", 3) != 0;
}

static void restore(const struct registration *registration)
{
    const QUERY_SERVICE_CONFIGW *before = registration->before;
    QUERY_SERVICE_CONFIGW *now = scm_query_config(registration->service);
    const wchar_t *account = before->lpServiceStartName;

    if (!ChangeServiceConfigW(registration->service, before->dwServiceType, before->dwStartType,
                              before->dwErrorControl, before->lpBinaryPathName, NULL, NULL, NULL,
                              account, password_of(account), before->lpDisplayName))
        (void)scm_failed("cannot restore the registration of the service", GetLastError());
    else if (has_password(account) && now != NULL && now->lpServiceStartName != NULL &&
             _wcsicmp(account, now->lpServiceStartName) != 0)
        console_warning("shmbroker: warning: the service has its former account again; enter the "
                        "password of that account in services.msc");
    free(now);
    registration_former_restore(registration->service, &registration->former);
}

void registration_undo(struct registration *registration)
{
    if (registration->made) {
        DeleteService(registration->service);
        (void)audit_right_remove(); /* nothing else uses it */
    } else if (registration->before != NULL) {
        restore(registration);
    }
    registration->made = false;
}

void registration_close(struct registration *registration)
{
    scm_close(registration->service);
    free(registration->before);
    registration_former_free(&registration->former);
    *registration = (struct registration){0};
}
