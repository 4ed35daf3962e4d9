/* The points of verify.h that the service manager knows. */
#include "verify_point.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_right.h"
#include "logon_right.h"
#include "privileges.h"
#include "registration.h"
#include "start_error.h"
#include "start_type.h"
#include "wide.h"

#define MEND       "shmbroker install"
#define PARAMETERS "HKLM\\SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* QueryServiceConfig2 returns 8 KiB at most, by its documentation. */
union details {
    BYTE bytes[8192];
    SERVICE_SID_INFO sid;
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges;
    SERVICE_FAILURE_ACTIONSW failure;
    SERVICE_FAILURE_ACTIONS_FLAG flag;
    SERVICE_DESCRIPTIONW description;
    SERVICE_PRESHUTDOWN_INFO preshutdown;
};

/* False: the answer says why. Strings and lists of a value are in `out`, too, behind its struct. */
static bool query(const struct verify_subject *subject, DWORD level, union details *out,
                  struct verify_answer *answer)
{
    DWORD size;

    memset(out, 0, sizeof(*out));
    if (QueryServiceConfig2W(subject->service, level, out->bytes, sizeof(*out), &size))
        return true;
    verify_unreadable(answer, GetLastError());
    return false;
}

/* ---- registration ----------------------------------------------------------- */

/* The answer to what only the configuration can tell, where that tells nothing. */
static void leave_open(struct verify_answer *answer, const char *found, const char *key)
{
    answer->verdict = VERIFY_UNKNOWN;
    (void)snprintf(answer->text, sizeof(answer->text),
                   "%s; whether it is right depends on the configuration (%s), which cannot be "
                   "used: see its point",
                   found, key);
}

static void ask_account(const struct verify_subject *subject, struct verify_answer *answer)
{
    const wchar_t *account = subject->config->lpServiceStartName;
    const bool system = privileges_is_system(account);
    char name[512] = "LocalSystem";

    if (!system)
        wide_to_buffer(account, wcslen(account), name, sizeof(name));
    if (subject->facts->config != VERIFY_CONFIG_GOOD) {
        leave_open(answer, name, "sessions: alias");
        return;
    }
    if (system) {
        verify_found(answer, subject->facts->aliases,
                     subject->facts->aliases
                         ? "LocalSystem, which sessions: alias needs"
                         : "LocalSystem, which can do anything on this machine; only sessions: "
                           "alias needs it");
        return;
    }
    verify_found(answer, !subject->facts->aliases, name);
    if (subject->facts->aliases) {
        (void)snprintf(answer->text, sizeof(answer->text),
                       "%s, which cannot make the plain names of sessions: alias", name);
        answer->remedy = MEND " --account LocalSystem";
    }
}

/* Another type than automatic is right if somebody chose it with `install --start-type`. */
static void ask_start(const struct verify_subject *subject, struct verify_answer *answer)
{
    const enum start_type chosen = start_type_chosen();
    const enum start_type now = start_type_now(subject->service, subject->config);
    const char *const remedies[] = {
        [START_TYPE_UNCHANGED] = NULL,
        [START_TYPE_AUTO] = MEND " --start-type auto",
        [START_TYPE_DELAYED] = MEND " --start-type delayed-auto",
        [START_TYPE_DEMAND] = MEND " --start-type demand",
        [START_TYPE_DISABLED] = MEND " --start-type disabled",
    };

    verify_found(answer, now == chosen, now == START_TYPE_AUTO ? "automatic" : "");
    if (now == chosen && now != START_TYPE_AUTO)
        (void)snprintf(answer->text, sizeof(answer->text), "%s, as chosen with --start-type",
                       start_type_word(now));
    else if (now != chosen)
        (void)snprintf(answer->text, sizeof(answer->text), "%s, not %s",
                       now == START_TYPE_UNCHANGED ? "another type" : start_type_word(now),
                       start_type_word(chosen));
    answer->remedy = remedies[chosen];
}

static void ask_quotes(const struct verify_subject *subject, struct verify_answer *answer)
{
    const struct command_line *line = subject->line;

    if (line->other != NULL) {
        verify_found(answer, false, "");
        (void)snprintf(answer->text, sizeof(answer->text),
                       "a path with spaces without quotes: Windows starts %s instead", line->other);
        return;
    }
    verify_found(answer, line->quoted,
                 line->quoted
                     ? line->program
                     : "a path with spaces without quotes: Windows would start a program of the "
                       "first part of it, such as C:\\Program.exe");
}

static void ask_content(const struct verify_subject *subject, struct verify_answer *answer)
{
    const struct verify_facts *facts = subject->facts;

    verify_found(answer, facts->config == VERIFY_CONFIG_GOOD,
                 facts->config == VERIFY_CONFIG_GOOD ? "no errors" : facts->why);
    if (facts->config == VERIFY_CONFIG_UNKNOWN) {
        answer->verdict = VERIFY_UNKNOWN;
        (void)snprintf(answer->text, sizeof(answer->text), "cannot be read: %s", facts->why);
    }
    answer->remedy = facts->check;
}

static void ask_protections(const struct verify_subject *subject, struct verify_answer *answer)
{
    const char *off = subject->facts->off;

    verify_found(answer, off[0] == '\0', "none is switched off");
    if (off[0] != '\0')
        (void)snprintf(answer->text, sizeof(answer->text), "MitigationsOff switches off: %s", off);
}

static void ask_unsafe(const struct verify_subject *subject, struct verify_answer *answer)
{
    bool unsafe = subject->line->unsafe;

    verify_found(answer, !unsafe,
                 unsafe ? "--allow-unsafe-config: any file may be its configuration"
                        : "only files that administrators alone can change");
}

/* ---- rights and details ----------------------------------------------------- */

static void ask_sid(const struct verify_subject *subject, struct verify_answer *answer)
{
    union details details;

    if (!query(subject, SERVICE_CONFIG_SERVICE_SID_INFO, &details, answer))
        return;
    if (details.sid.dwServiceSidType == SERVICE_SID_TYPE_UNRESTRICTED)
        verify_found(answer, true, "unrestricted");
    else
        verify_found(answer, false,
                     details.sid.dwServiceSidType == SERVICE_SID_TYPE_NONE ? "none" : "restricted");
}

static void ask_privileges(const struct verify_subject *subject, struct verify_answer *answer)
{
    const bool audit = subject->line->audit;
    const wchar_t *account = subject->config->lpServiceStartName;
    const wchar_t *wanted = privileges_wanted(account, audit), *found;
    union details details;
    bool none;

    if (!query(subject, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &details, answer))
        return;
    found = details.privileges.pmszRequiredPrivileges;
    none = found == NULL || *found == L'\0';
    if (privileges_same(found, wanted) && none)
        verify_found(answer, true, "no list; the service starts even without the right to audit");
    else if (privileges_same(found, wanted))
        verify_found(answer, true,
                     privileges_same(found, L"SeChangeNotifyPrivilege\0")
                         ? "SeChangeNotifyPrivilege, no other"
                         : "SeChangeNotifyPrivilege and SeCreateGlobalPrivilege, no other");
    else if (none)
        verify_found(answer, false, "all that its account has");
    else
        verify_found(answer, false,
                     audit ? "a list: if a policy takes one of them away, it does not start"
                           : "other ones than it needs: it keeps too many, or does not start if a "
                             "policy takes one of them away");
}

static void ask_logon(const struct verify_subject *subject, struct verify_answer *answer)
{
    static const char *const texts[] = {
        [LOGON_RIGHT_HAS] = "its account has it",
        [LOGON_RIGHT_LACKS] = "its account does not have it, so that the service does not start "
                              "(error 1069)",
        [LOGON_RIGHT_DENIED] = "its account is denied it (\"Deny log on as a service\"), so that "
                               "the service does not start (error 1069)",
        [LOGON_RIGHT_BUILT_IN] = "a built-in account always has it",
    };
    const wchar_t *account = subject->config->lpServiceStartName;
    enum logon_right right;
    uint32_t code = logon_right_ask(account, &right);
    bool lacks;

    if (code != ERROR_SUCCESS) {
        verify_unreadable(answer, code);
    } else if (right == LOGON_RIGHT_BY_GROUP) {
        answer->verdict = VERIFY_UNKNOWN;
        (void)snprintf(
            answer->text, sizeof(answer->text),
            "not known: it depends on the groups of its account, which the policy names");
    } else {
        lacks = right == LOGON_RIGHT_LACKS || right == LOGON_RIGHT_DENIED;
        verify_found(answer, !lacks, "");
        (void)snprintf(
            answer->text, sizeof(answer->text), "%s%s%s%s", texts[right],
            lacks
                ? "; change it in the policy of this machine or of the domain, " START_ERROR_POLICY
                  ", " START_ERROR_RIGHT
                : "",
            lacks && start_error_is_virtual(account) ? ": add NT SERVICE\\ALL SERVICES" : "",
            lacks ? "; then run: gpupdate /force" : "");
    }
}

static void ask_audit(const struct verify_subject *subject, struct verify_answer *answer)
{
    bool has, wanted = subject->line->audit;
    uint32_t code = audit_right_ask(&has);

    if (subject->facts->audits && !wanted) {
        verify_found(answer, false,
                     "the configuration has audit: true, and the service is not installed to "
                     "audit");
        answer->remedy = MEND " --audit";
    } else if (code != ERROR_SUCCESS)
        verify_unreadable(answer, code);
    else if (subject->facts->config != VERIFY_CONFIG_GOOD && !wanted && !has)
        leave_open(answer, "none, not installed to audit", "audit: true");
    else
        verify_found(answer, has == wanted,
                     wanted
                         ? has ? "has it, for audit: true" : "lacks it, and is installed to audit"
                     : has ? "has it, and is not installed to audit"
                           : "none, not installed to audit");
}

static void ask_restarts(const struct verify_subject *subject, struct verify_answer *answer)
{
    static const DWORD delays[] = REGISTRATION_RESTARTS;
    union details details;
    bool same;
    size_t i;

    if (!query(subject, SERVICE_CONFIG_FAILURE_ACTIONS, &details, answer))
        return;
    same = details.failure.cActions == COUNT(delays) &&
           details.failure.dwResetPeriod == REGISTRATION_CALM_S;
    for (i = 0; i < COUNT(delays) && same; i++)
        same = details.failure.lpsaActions[i].Type == SC_ACTION_RESTART &&
               details.failure.lpsaActions[i].Delay == delays[i];
    verify_found(answer, same,
                 same ? "after 1, 10, and then each 60 seconds" : "none, or others than wanted");
}

static void ask_restart_flag(const struct verify_subject *subject, struct verify_answer *answer)
{
    union details details;

    if (!query(subject, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &details, answer))
        return;
    verify_found(answer, !details.flag.fFailureActionsOnNonCrashFailures,
                 details.flag.fFailureActionsOnNonCrashFailures
                     ? "also where it ends by itself, as with a wrong configuration"
                     : "crashes");
}

static void ask_descriptor(const struct verify_subject *subject, struct verify_answer *answer)
{
    union {
        BYTE bytes[8192];
        SECURITY_DESCRIPTOR_RELATIVE descriptor;
    } found;
    BOOL present = FALSE, defaulted;
    PACL list = NULL;
    DWORD size;

    if (!QueryServiceObjectSecurity(subject->service, DACL_SECURITY_INFORMATION, found.bytes,
                                    sizeof(found), &size) ||
        !GetSecurityDescriptorDacl(found.bytes, &present, &list, &defaulted))
        verify_unreadable(answer, GetLastError());
    else
        verify_list(answer, list, REGISTRATION_SDDL);
}

static void ask_preshutdown(const struct verify_subject *subject, struct verify_answer *answer)
{
    union details details;
    char text[160];
    bool enough;

    if (!query(subject, SERVICE_CONFIG_PRESHUTDOWN_INFO, &details, answer))
        return;
    enough = details.preshutdown.dwPreshutdownTimeout >= REGISTRATION_PRESHUTDOWN_MS;
    (void)snprintf(text, sizeof(text), "%lu ms%s",
                   (unsigned long)details.preshutdown.dwPreshutdownTimeout,
                   enough ? ""
                          : ", too short for large segments with keep: reboot: Windows does not "
                            "wait longer, and their older copies stay");
    verify_found(answer, enough, text);
}

static void ask_description(const struct verify_subject *subject, struct verify_answer *answer)
{
    union details details;
    const wchar_t *found;

    if (!query(subject, SERVICE_CONFIG_DESCRIPTION, &details, answer))
        return;
    found = details.description.lpDescription;
    verify_found(answer, found != NULL && wcscmp(found, REGISTRATION_DESCRIPTION) == 0,
                 found == NULL ? "none" : "there is one");
}

const struct verify_point verify_service_points[] = {
    {"account", MEND " --account virtual", ask_account},
    {"start", NULL, ask_start},
    {"path of the program", MEND, ask_quotes},
    {"content of the configuration", NULL, ask_content},
    {"files it obeys", MEND, ask_unsafe},
    {"protections of its process", "reg delete " PARAMETERS " /v MitigationsOff /f",
     ask_protections},
    {"service SID", "sc sidtype ShmBroker unrestricted", ask_sid},
    {"privileges", MEND, ask_privileges},
    {"right to log on as a service", NULL, ask_logon},
    {"right to audit", MEND, ask_audit},
    {"restarts", REGISTRATION_RESTARTS_COMMAND, ask_restarts},
    {"restarts after", "sc failureflag ShmBroker 0", ask_restart_flag},
    {"access to the service", "sc sdset ShmBroker \"" REGISTRATION_SDDL "\"", ask_descriptor},
    {"time to save before a shutdown", MEND, ask_preshutdown},
    {"description", MEND, ask_description},
    {NULL, NULL, NULL},
};
