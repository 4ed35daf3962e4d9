/*
 * registration.c calls this around a change of an installed service. Each detail is read and
 * restored for itself: one that fails is printed, and the others follow.
 */
#include "registration_former.h"

#include <stdlib.h>

#include "audit_right.h"
#include "console.h"
#include "error.h"
#include "registration.h"

/* Limit of QueryServiceConfig2W and QueryServiceObjectSecurity, by their documentation. */
#define DETAILS_MAX 8192u

static const struct {
    DWORD level;
    const char *what;
} points[REGISTRATION_FORMER_POINTS] = {
    {SERVICE_CONFIG_DESCRIPTION, "its description"},
    {SERVICE_CONFIG_SERVICE_SID_INFO, "the type of its SID"},
    {SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, "its privileges"},
    {SERVICE_CONFIG_PRESHUTDOWN_INFO, "its time before a shutdown"},
    {SERVICE_CONFIG_FAILURE_ACTIONS, "its restarts"},
    {SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, "what it is restarted after"},
    {SERVICE_CONFIG_DELAYED_AUTO_START_INFO, "whether its start is delayed"},
};

/* ---- reading ---------------------------------------------------------------- */

/* Freed with free(). NULL: cannot be read, or no memory. */
static void *read_point(SC_HANDLE service, DWORD level)
{
    BYTE *value = malloc(DETAILS_MAX);
    DWORD size;

    if (value != NULL && QueryServiceConfig2W(service, level, value, DETAILS_MAX, &size))
        return value;
    free(value);
    return NULL;
}

static PSECURITY_DESCRIPTOR read_list(SC_HANDLE service)
{
    PSECURITY_DESCRIPTOR value = malloc(DETAILS_MAX);
    DWORD size;

    if (value != NULL &&
        QueryServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, value, DETAILS_MAX, &size))
        return value;
    free(value);
    return NULL;
}

static HKEY open_key(REGSAM access)
{
    HKEY key;

    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, REGISTRATION_KEY, 0, access, &key) == ERROR_SUCCESS
               ? key
               : NULL;
}

static PSECURITY_DESCRIPTOR read_key_list(void)
{
    PSECURITY_DESCRIPTOR value = NULL;
    HKEY key = open_key(READ_CONTROL);
    DWORD size = 0;

    if (key == NULL)
        return NULL;
    if (RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, NULL, &size) == ERROR_INSUFFICIENT_BUFFER)
        value = malloc(size);
    if (value != NULL &&
        RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, value, &size) != ERROR_SUCCESS) {
        free(value);
        value = NULL;
    }
    RegCloseKey(key);
    return value;
}

void registration_former_read(SC_HANDLE service, struct registration_former *out)
{
    size_t i;

    for (i = 0; i < REGISTRATION_FORMER_POINTS; i++)
        out->points[i] = read_point(service, points[i].level);
    out->list = read_list(service);
    out->key = read_key_list();
    out->known = audit_right_ask(&out->audits) == ERROR_SUCCESS;
}

void registration_former_free(struct registration_former *former)
{
    size_t i;

    for (i = 0; i < REGISTRATION_FORMER_POINTS; i++)
        free(former->points[i]);
    free(former->list);
    free(former->key);
    *former = (struct registration_former){0};
}

/* ---- restoring -------------------------------------------------------------- */

static void refused(const char *what, DWORD code)
{
    char text[256];

    error_text(code, text, sizeof(text));
    console_warning("shmbroker: warning: the service does not get back %s: %s (error %lu)", what,
                    text, (unsigned long)code);
}

static void unread(const char *what)
{
    console_warning("shmbroker: warning: the service does not get back %s, which could not be "
                    "read before; see: shmbroker status --verify",
                    what);
}

static void warn_unread(const struct registration_former *former)
{
    size_t i;

    for (i = 0; i < REGISTRATION_FORMER_POINTS; i++)
        if (former->points[i] == NULL)
            unread(points[i].what);
    if (former->list == NULL)
        unread("its access list");
    if (former->key == NULL)
        unread("the access list of its registry key");
    if (!former->known)
        unread("its right to audit");
}

static void warn_right(DWORD code)
{
    char text[256];

    error_text(code, text, sizeof(text));
    console_warning("shmbroker: warning: the service may keep the right to audit: %s (error %lu)",
                    text, (unsigned long)code);
}

/* ChangeServiceConfig2W takes NULL as "unchanged"; "none" needs an empty value. */
static bool restore_point(SC_HANDLE service, DWORD level, const void *value)
{
    static wchar_t none[2];
    static SC_ACTION no_action;
    SERVICE_DESCRIPTIONW description;
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges;
    SERVICE_FAILURE_ACTIONSW failure;

    switch (level) {
    case SERVICE_CONFIG_DESCRIPTION:
        description = *(const SERVICE_DESCRIPTIONW *)value;
        if (description.lpDescription == NULL)
            description.lpDescription = none;
        return ChangeServiceConfig2W(service, level, &description);
    case SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO:
        privileges = *(const SERVICE_REQUIRED_PRIVILEGES_INFOW *)value;
        if (privileges.pmszRequiredPrivileges == NULL)
            privileges.pmszRequiredPrivileges = none;
        return ChangeServiceConfig2W(service, level, &privileges);
    case SERVICE_CONFIG_FAILURE_ACTIONS:
        failure = *(const SERVICE_FAILURE_ACTIONSW *)value;
        if (failure.cActions == 0)
            failure.lpsaActions = &no_action;
        return ChangeServiceConfig2W(service, level, &failure);
    default:
        return ChangeServiceConfig2W(service, level, (void *)(uintptr_t)value);
    }
}

/* Restores also whether the list inherits from the parent key. */
static DWORD restore_key_list(PSECURITY_DESCRIPTOR former)
{
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    HKEY key = open_key(WRITE_DAC);
    DWORD revision;
    LSTATUS code;

    if (key == NULL)
        return ERROR_ACCESS_DENIED;
    GetSecurityDescriptorControl(former, &control, &revision);
    code =
        RegSetKeySecurity(key,
                          DACL_SECURITY_INFORMATION | ((control & SE_DACL_PROTECTED) != 0
                                                           ? PROTECTED_DACL_SECURITY_INFORMATION
                                                           : UNPROTECTED_DACL_SECURITY_INFORMATION),
                          former);
    RegCloseKey(key);
    return (DWORD)code;
}

void registration_former_restore(SC_HANDLE service, const struct registration_former *former)
{
    DWORD code = ERROR_SUCCESS;
    size_t i;

    /* Before the list of privileges, which an earlier version wrote with this one in it. */
    if (former->known && former->audits)
        code = audit_right_grant();
    if (code != ERROR_SUCCESS)
        refused("its right to audit", code);
    for (i = 0; i < REGISTRATION_FORMER_POINTS; i++)
        if (former->points[i] != NULL &&
            !restore_point(service, points[i].level, former->points[i]))
            refused(points[i].what, GetLastError());
    if (former->list != NULL &&
        !SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, former->list))
        refused("its access list", GetLastError());
    code = former->key != NULL ? restore_key_list(former->key) : ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        refused("the access list of its registry key", code);
    code = former->known && !former->audits ? audit_right_remove() : ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        warn_right(code);
    warn_unread(former);
}
