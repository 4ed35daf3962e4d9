/*
 * What to do is in the tables; harden_apply takes the steps through a port. The Win32 port is
 * at the end of the file.
 */
#include "harden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

#include "descriptors.h"
#include "error.h"
#include "identity.h"
#include "names.h"
#include "wide.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Numbers and bits of PROCESS_MITIGATION_POLICY, defined here because not every
 * compiler's headers have them.
 * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-setprocessmitigationpolicy
 */
enum { POLICY_CODE = 2, POLICY_EXTENSIONS = 6, POLICY_IMAGES = 10, POLICY_CHILDREN = 13 };

enum {
    NO_DYNAMIC_CODE = 1,
    NO_EXTENSION_POINTS = 1,
    NO_REMOTE_IMAGES = 1,
    NO_LOW_LABEL_IMAGES = 2,
    SYSTEM_IMAGES_FIRST = 4,
    NO_CHILDREN = 1
};

#define BOTH (HARDEN_BROKER | HARDEN_KEEPER)

/*
 * Hooks of other programs need code generated at run time (STATUS_DYNAMIC_CODE_BLOCKED); most
 * check for the failure. Strict handle checks are not in the table: they keep nobody out, and a
 * harmless mistake of a foreign DLL with a handle would end the broker and the keeper, and with
 * them the objects.
 */
static const struct {
    int policy;
    uint32_t flags;
    unsigned who;
    const char *word; /* switches it off */
    const char *what;
} policies[] = {
    {POLICY_CODE, NO_DYNAMIC_CODE, BOTH, "dynamic-code", "no code generated at run time"},
    {POLICY_EXTENSIONS, NO_EXTENSION_POINTS, BOTH, "extension-points", "no extension points"},
    {POLICY_IMAGES, NO_REMOTE_IMAGES | NO_LOW_LABEL_IMAGES | SYSTEM_IMAGES_FIRST, BOTH, "images",
     "no program files from the network or of low integrity"},
    {POLICY_CHILDREN, NO_CHILDREN, HARDEN_KEEPER, "child-processes", "no child processes"},
};

/* To create Global\ sections, and to pass folders without rights of their own. */
static const wchar_t *const kept[] = {SE_CREATE_GLOBAL_NAME, SE_CHANGE_NOTIFY_NAME,
                                      SE_SECURITY_NAME /* for auditing; must be the last */};

/*
 * Full access for SYSTEM, Administrators and the service. The owner may only read the
 * list, else any service of the same account could change it.
 */
#define PROCESS_SDDL                                                                               \
    "D:P(A;;0x1fffff;;;SY)(A;;0x1fffff;;;BA)(A;;0x1fffff;;;" SHMB_SERVICE_SID                      \
    ")(A;;0x20000;;;S-1-3-4)"
#define OBJECTS_SDDL                                                                               \
    "D:(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;" SHMB_SERVICE_SID ")(A;;0x20000;;;S-1-3-4)"

static void note(struct harden_refusals *out, const char *what, uint32_t code)
{
    if (code == ERROR_SUCCESS || out->count == HARDEN_REFUSED_MAX)
        return;
    out->items[out->count].what = what;
    out->items[out->count].code = code;
    out->count++;
}

static bool is_listed(const char *words, const char *word)
{
    for (; *words != '\0'; words += strlen(words) + 1)
        if (strcmp(words, word) == 0)
            return true;
    return false;
}

static bool is_known(const char *word)
{
    size_t i;

    for (i = 0; i < COUNT(policies); i++)
        if (strcmp(policies[i].word, word) == 0)
            return true;
    return false;
}

/* The words with commas in between; marks unknown ones. A text that is too long is cut. */
static void list_off(const char *words, char out[HARDEN_OFF_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    for (; *words != '\0' && used < HARDEN_OFF_MAX; words += strlen(words) + 1) {
        int length = snprintf(out + used, HARDEN_OFF_MAX - used, "%s%s%s", used > 0 ? ", " : "",
                              words, is_known(words) ? "" : " (unknown)");

        used += length > 0 ? (size_t)length : 0;
    }
}

/* Nothing is switched off then. */
static void explain_unread(uint32_t code, char out[HARDEN_OFF_MAX])
{
    char why[128];

    error_text(code, why, sizeof(why));
    (void)snprintf(out, HARDEN_OFF_MAX, "none, since it cannot be read: %s (error %lu)",
                   code == ERROR_UNSUPPORTED_TYPE ? "its type must be REG_MULTI_SZ"
                   : code == ERROR_MORE_DATA      ? "it is too long"
                                                  : why,
                   (unsigned long)code);
}

/* The list; in a console with one more entry that gives the user these rights. */
static void with_user(const char *sddl, const char *rights, unsigned who, char *out, size_t size)
{
    char user[SYS_SID_MAX];

    if ((who & HARDEN_CONSOLE) != 0 && identity_user(user))
        (void)snprintf(out, size, "%s(A;;%s;;;%s)", sddl, rights, user);
    else
        (void)snprintf(out, size, "%s", sddl);
}

void harden_process_sddl(unsigned who, char out[HARDEN_SDDL_MAX])
{
    with_user(PROCESS_SDDL, "0x1fffff", who, out, HARDEN_SDDL_MAX);
}

void harden_off(const struct harden_port *port, char out[HARDEN_OFF_MAX])
{
    char words[HARDEN_OFF_MAX];
    uint32_t code = port->read_off(port->self, words);

    list_off(words, out);
    if (code != ERROR_SUCCESS)
        explain_unread(code, out);
}

void harden_apply(const struct harden_port *port, unsigned who, struct harden_refusals *out)
{
    const size_t privileges = COUNT(kept) - ((who & HARDEN_AUDIT) != 0 ? 0u : 1u);
    char sddl[HARDEN_SDDL_MAX], off[HARDEN_OFF_MAX];
    uint32_t code = port->read_off(port->self, off);
    size_t i;

    list_off(off, out->off);
    if (code != ERROR_SUCCESS)
        explain_unread(code, out->off);
    out->count = 0;
    note(out, "no other privileges", port->keep_privileges(port->self, kept, privileges));
    harden_process_sddl(who, sddl);
    note(out, "restricted access to the process", port->protect_process(port->self, sddl));
    with_user(OBJECTS_SDDL, "GA", who, sddl, sizeof(sddl));
    note(out, "restricted access to its internal objects", port->protect_objects(port->self, sddl));
    /* Last: threads created from here on have the default list. */
    harden_process_sddl(who, sddl);
    note(out, "restricted access to its threads", port->protect_threads(port->self, sddl));
    for (i = 0; i < COUNT(policies); i++)
        if ((policies[i].who & who) != 0 && !is_listed(off, policies[i].word))
            note(out, policies[i].what,
                 port->mitigate(port->self, policies[i].policy, policies[i].flags));
}

void harden_report(const struct harden_refusals *refusals, struct event_sink *sink)
{
    char text[HARDEN_TEXT_MAX] = "";
    const char *inserts[] = {text}, *off[] = {refusals->off};
    size_t used = 0, i;

    for (i = 0; i < refusals->count; i++) {
        char why[128];
        int length;

        error_text(refusals->items[i].code, why, sizeof(why));
        length =
            snprintf(text + used, sizeof(text) - used, "%s%s: %s (error %lu)", i > 0 ? "; " : "",
                     refusals->items[i].what, why, (unsigned long)refusals->items[i].code);
        if (length < 0 || (size_t)length >= sizeof(text) - used)
            break;
        used += (size_t)length;
    }
    text[used] = '\0';
    if (refusals->count > 0)
        event_sink_write(sink, EVENT_HARDENING_REFUSED, inserts, 1);
    if (refusals->off[0] != '\0')
        event_sink_write(sink, EVENT_HARDENING_OFF, off, 1);
}

/* ---- the port on Win32 ------------------------------------------------------ */

#define KEY_PATH  L"SYSTEM\\CurrentControlSet\\Services\\ShmBroker\\Parameters"
#define OFF_VALUE L"MitigationsOff"

/* Only administrators and the service itself may write this key (orders.h). */
static uint32_t win32_read_off(void *self, char out[HARDEN_OFF_MAX])
{
    /* A unit has 3 bytes of UTF-8 at most. Zeros: a REG_SZ, one word, ends with one terminator. */
    wchar_t words[HARDEN_OFF_MAX / 4 + 2] = {0}, *word;
    DWORD size = HARDEN_OFF_MAX / 4 * sizeof(wchar_t);
    size_t used = 0;
    LSTATUS code;

    (void)self;
    code = RegGetValueW(HKEY_LOCAL_MACHINE, KEY_PATH, OFF_VALUE,
                        RRF_RT_REG_MULTI_SZ | RRF_RT_REG_SZ, NULL, words, &size);
    if (code != ERROR_SUCCESS)
        words[0] = L'\0';
    for (word = words; *word != L'\0'; word += wcslen(word) + 1) {
        wide_to_buffer(word, wcslen(word), out + used, HARDEN_OFF_MAX - used);
        used += strlen(out + used) + 1;
    }
    out[used] = '\0';
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : (uint32_t)code;
}

/* The struct of each policy in the table is one DWORD of flags. */
static uint32_t win32_mitigate(void *self, int policy, uint32_t flags)
{
    (void)self;
    return SetProcessMitigationPolicy((PROCESS_MITIGATION_POLICY)policy, &flags, sizeof(flags))
               ? ERROR_SUCCESS
               : GetLastError();
}

/* All privileges of a token; freed with free(). NULL: `*code` says why. */
static TOKEN_PRIVILEGES *privileges_of(HANDLE token, uint32_t *code)
{
    TOKEN_PRIVILEGES *all;
    DWORD size = 0;

    GetTokenInformation(token, TokenPrivileges, NULL, 0, &size);
    all = size > 0 ? malloc(size) : NULL;
    *code = all == NULL ? ERROR_NOT_ENOUGH_MEMORY : ERROR_SUCCESS;
    if (all != NULL && !GetTokenInformation(token, TokenPrivileges, all, size, &size)) {
        *code = GetLastError();
        free(all);
        all = NULL;
    }
    return all;
}

static bool is_kept(const LUID *luid, const wchar_t *const *names, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        LUID one;

        if (LookupPrivilegeValueW(NULL, names[i], &one) && one.LowPart == luid->LowPart &&
            one.HighPart == luid->HighPart)
            return true;
    }
    return false;
}

static uint32_t win32_keep_privileges(void *self, const wchar_t *const *names, size_t count)
{
    TOKEN_PRIVILEGES *all;
    uint32_t code;
    HANDLE token;
    DWORD i, left = 0;

    (void)self;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token))
        return GetLastError();
    all = privileges_of(token, &code);
    for (i = 0; all != NULL && i < all->PrivilegeCount; i++) {
        if (is_kept(&all->Privileges[i].Luid, names, count))
            continue;
        /* Removed, not disabled: the process cannot enable it again. */
        all->Privileges[left] = all->Privileges[i];
        all->Privileges[left++].Attributes = SE_PRIVILEGE_REMOVED;
    }
    if (all != NULL && left > 0) {
        all->PrivilegeCount = left;
        /* It succeeds even if it changes only some; then the last error tells. */
        if (!AdjustTokenPrivileges(token, FALSE, all, 0, NULL, NULL) ||
            GetLastError() != ERROR_SUCCESS)
            code = GetLastError();
    }
    free(all);
    CloseHandle(token);
    return code;
}

static uint32_t win32_protect_process(void *self, const char *sddl)
{
    const SECURITY_INFORMATION parts =
        DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    struct sys_descriptor *descriptor;
    PSECURITY_DESCRIPTOR wanted;
    struct sys_failure why;
    uint32_t code = ERROR_SUCCESS;

    (void)self;
    if (descriptors_make(sddl, &descriptor, &why) != SYS_OK)
        return why.code;
    wanted = descriptors_attributes(descriptor).lpSecurityDescriptor;
    if (!SetKernelObjectSecurity(GetCurrentProcess(), parts, wanted))
        code = GetLastError();
    descriptors_free(descriptor);
    return code;
}

/* Sets the list for objects that are created without one, such as threads and events. */
static uint32_t win32_protect_objects(void *self, const char *sddl)
{
    struct sys_descriptor *descriptor;
    TOKEN_DEFAULT_DACL list = {NULL};
    BOOL present = FALSE, defaulted;
    uint32_t code = ERROR_SUCCESS;
    struct sys_failure why;
    HANDLE token;

    (void)self;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_DEFAULT, &token))
        return GetLastError();
    if (descriptors_make(sddl, &descriptor, &why) != SYS_OK) {
        CloseHandle(token);
        return why.code;
    }
    if (!GetSecurityDescriptorDacl(descriptors_attributes(descriptor).lpSecurityDescriptor,
                                   &present, &list.DefaultDacl, &defaulted) ||
        !SetTokenInformation(token, TokenDefaultDacl, &list, sizeof(list)))
        code = GetLastError();
    descriptors_free(descriptor);
    CloseHandle(token);
    return code;
}

static uint32_t set_list(HANDLE thread, PSECURITY_DESCRIPTOR wanted)
{
    return SetKernelObjectSecurity(
               thread, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, wanted)
               ? ERROR_SUCCESS
               : GetLastError();
}

static uint32_t protect_thread(DWORD id, PSECURITY_DESCRIPTOR wanted)
{
    HANDLE thread;
    uint32_t code;

    /* Its list may not let this process open it. */
    if (id == GetCurrentThreadId())
        return set_list(GetCurrentThread(), wanted);
    thread = OpenThread(WRITE_DAC, FALSE, id);
    code = GetLastError();
    if (thread == NULL)
        return code == ERROR_INVALID_PARAMETER ? ERROR_SUCCESS : code; /* it has ended */
    code = set_list(thread, wanted);
    CloseHandle(thread);
    return code;
}

/* Goes on after a failure, and returns the first one. */
static uint32_t protect_all_threads(PSECURITY_DESCRIPTOR wanted)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    uint32_t code = ERROR_SUCCESS;
    THREADENTRY32 entry;
    BOOL more;

    if (all == INVALID_HANDLE_VALUE)
        return GetLastError();
    memset(&entry, 0, sizeof(entry));
    entry.dwSize = sizeof(entry);
    for (more = Thread32First(all, &entry); more; more = Thread32Next(all, &entry)) {
        uint32_t one = ERROR_SUCCESS;

        if (entry.th32OwnerProcessID == GetCurrentProcessId())
            one = protect_thread(entry.th32ThreadID, wanted);
        if (code == ERROR_SUCCESS)
            code = one;
    }
    CloseHandle(all);
    return code;
}

/*
 * Who may change a thread controls its process. Some threads exist before main: Windows loads DLLs
 * with several, and virus scanners start their own.
 */
static uint32_t win32_protect_threads(void *self, const char *sddl)
{
    struct sys_descriptor *descriptor;
    struct sys_failure why;
    uint32_t code;

    (void)self;
    if (descriptors_make(sddl, &descriptor, &why) != SYS_OK)
        return why.code;
    code = protect_all_threads(descriptors_attributes(descriptor).lpSecurityDescriptor);
    descriptors_free(descriptor);
    return code;
}

const struct harden_port harden_win32 = {NULL,
                                         win32_read_off,
                                         win32_mitigate,
                                         win32_keep_privileges,
                                         win32_protect_process,
                                         win32_protect_objects,
                                         win32_protect_threads};
