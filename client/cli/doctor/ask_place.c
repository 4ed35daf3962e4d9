/* Facts about the environment of this process: token, package, App-V, container, shims. */
#include <windows.h>

#include <string.h>

#include "account.h"
#include "ask_system.h"
#include "wide.h"

#define FIX    L"LocalMappedObject"
#define LAYERS L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\AppCompatFlags\\Layers"

#define PROGRAM_MAX 1024u
#define VALUE_MAX   4096u

/* What the token says: user, AppContainer, integrity level. Unknown parts stay empty. */
static void ask_user(struct doctor_place *out)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } buffer;
    DWORD container = 0, size;
    union {
        TOKEN_MANDATORY_LABEL label;
        BYTE bytes[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
    } level;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return;
    if (GetTokenInformation(token, TokenUser, &buffer, sizeof(buffer), &size))
        account_text(buffer.user.User.Sid, out->user, sizeof(out->user));
    if (GetTokenInformation(token, TokenIsAppContainer, &container, sizeof(container), &size))
        out->app_container = container != 0;
    if (GetTokenInformation(token, TokenIntegrityLevel, &level, sizeof(level), &size))
        out->low_integrity =
            *GetSidSubAuthority(level.label.Label.Sid, 0) < SECURITY_MANDATORY_MEDIUM_RID;
    CloseHandle(token);
}

/* The call is missing on a system without packages. */
static bool in_package(void)
{
    typedef LONG(WINAPI * package_name)(UINT32 * length, PWSTR name);
    FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetCurrentPackageFullName");
    package_name call;
    UINT32 length = 0;

    if (found == NULL)
        return false;
    memcpy(&call, &found, sizeof(call));
    return call(&length, NULL) == ERROR_INSUFFICIENT_BUFFER;
}

static bool in_windows_container(void)
{
    DWORD type, size = sizeof(type);

    return RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control", L"ContainerType",
                        RRF_RT_REG_DWORD, NULL, &type, &size) == 0;
}

/* https://learn.microsoft.com/archive/blogs/gladiatormsft/app-v-5-on-application-launch */
static bool in_app_v(void)
{
    return GetModuleHandleW(L"AppVEntSubsystems64.dll") != NULL ||
           GetModuleHandleW(L"AppVEntSubsystems32.dll") != NULL;
}

/* Is the fix one of the words of a list of layers? */
static bool names_fix(const wchar_t *layers)
{
    const wchar_t *at = wcsstr(layers, FIX);
    size_t length = wcslen(FIX);

    return at != NULL && (at == layers || at[-1] == L' ') &&
           (at[length] == L'\0' || at[length] == L' ');
}

/* Finds the first program for which the fix is set. Each value is named after a program. */
static void find_shimmed(HKEY root, struct doctor_place *out)
{
    wchar_t program[PROGRAM_MAX], value[VALUE_MAX / sizeof(wchar_t) + 1];
    LSTATUS code = ERROR_SUCCESS;
    DWORD i;
    HKEY key;

    if (RegOpenKeyExW(root, LAYERS, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS)
        return;
    for (i = 0; code != ERROR_NO_MORE_ITEMS && out->shimmed[0] == '\0'; i++) {
        DWORD program_length = PROGRAM_MAX, size = VALUE_MAX, type;

        code = RegEnumValueW(key, i, program, &program_length, NULL, &type, (BYTE *)value, &size);
        if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA)
            break;
        if (code != ERROR_SUCCESS || type != REG_SZ)
            continue;
        value[size / sizeof(wchar_t)] = L'\0';
        if (names_fix(value))
            wide_to_buffer(program, program_length, out->shimmed, sizeof(out->shimmed));
    }
    RegCloseKey(key);
}

/* __COMPAT_LAYER lists the layers of this process. */
static bool shim_here(void)
{
    wchar_t layers[VALUE_MAX / sizeof(wchar_t)];
    DWORD length = GetEnvironmentVariableW(L"__COMPAT_LAYER", layers, VALUE_MAX / sizeof(wchar_t));

    return length > 0 && length < VALUE_MAX / sizeof(wchar_t) && names_fix(layers);
}

void doctor_place(void *context, struct doctor_place *out)
{
    DWORD session;

    (void)context;
    out->session = ProcessIdToSessionId(GetCurrentProcessId(), &session) ? session : 0;
    ask_user(out);
    out->package = in_package();
    out->app_v = in_app_v();
    out->windows_container = in_windows_container();
    out->shim_here = shim_here();
    /* The user's own list first: the first program found is named. */
    find_shimmed(HKEY_CURRENT_USER, out);
    find_shimmed(HKEY_LOCAL_MACHINE, out);
}
