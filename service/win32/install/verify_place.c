/* The points of verify.h that concern the registry and the disk. */
#include "verify_point.h"

#include <aclapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_files.h"
#include "event_source.h"
#include "failure.h"
#include "file_check.h"
#include "file_version.h"
#include "machine_path.h"
#include "owner.h"
#include "paths.h"
#include "registration.h"
#include "secure_folder.h"
#include "wide.h"

/* ---- registry --------------------------------------------------------------- */

static void ask_key(const struct verify_subject *subject, struct verify_answer *answer)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL list = NULL;
    LSTATUS code;
    HKEY key;

    (void)subject;
    code = RegOpenKeyExW(HKEY_LOCAL_MACHINE, REGISTRATION_KEY, 0, READ_CONTROL, &key);
    if (code == ERROR_SUCCESS) {
        code = (LSTATUS)GetSecurityInfo(key, SE_REGISTRY_KEY, DACL_SECURITY_INFORMATION, NULL, NULL,
                                        &list, NULL, &descriptor);
        RegCloseKey(key);
    }
    if (code == ERROR_SUCCESS)
        verify_list(answer, list, REGISTRATION_KEY_SDDL);
    else
        verify_unreadable(answer, (unsigned long)code);
    LocalFree(descriptor);
}

static void ask_event_source(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *program = event_source_program();

    if (program == NULL && GetLastError() == ERROR_FILE_NOT_FOUND)
        verify_found(answer, false, "not registered");
    else if (program == NULL)
        verify_unreadable(answer, GetLastError());
    else
        verify_found(answer, _stricmp(program, subject->line->program) == 0, program);
    free(program);
}

/* ---- files ------------------------------------------------------------------ */

/* Access denied without a Win32 code: a rule is broken. With one: it could not be examined. */
static void answer_for(struct verify_answer *answer, enum sys_status status,
                       const struct sys_failure *why)
{
    if (status == SYS_OK)
        verify_found(answer, true, "only administrators can change it");
    else if (status == SYS_DENIED && why->code == 0)
        verify_found(answer, false, why->text);
    else if (why->code != 0)
        verify_unreadable(answer, why->code);
    else {
        answer->verdict = VERIFY_UNKNOWN;
        (void)snprintf(answer->text, sizeof(answer->text), "cannot be read: %s", why->text);
    }
}

static void ask_program(const struct verify_subject *subject, struct verify_answer *answer)
{
    struct sys_failure why = {0};
    enum sys_status status = file_check_file(subject->line->program, &why);

    answer_for(answer, status, &why);
}

static void ask_config(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *path =
        subject->line->config != NULL ? _strdup(subject->line->config) : paths_default_config();
    struct sys_failure why = {0};

    if (path == NULL)
        verify_unreadable(answer, ERROR_NOT_ENOUGH_MEMORY);
    else
        answer_for(answer, file_check_file(path, &why), &why);
    free(path);
}

/* Compares the owner, then the access list. */
static void compare_folder(HANDLE folder, const char *sddl, struct verify_answer *answer)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char sid[OWNER_SID_MAX];
    PACL list = NULL;
    PSID owner = NULL;
    DWORD code = GetSecurityInfo(folder, SE_FILE_OBJECT,
                                 OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                                 NULL, &list, NULL, &descriptor);

    if (code != ERROR_SUCCESS) {
        verify_unreadable(answer, code);
        return;
    }
    if (owner == NULL || !owner_sid_text(owner, sid))
        strcpy(sid, "nobody");
    if (!owner_trusted(sid)) {
        verify_found(answer, false, "");
        (void)snprintf(answer->text, sizeof(answer->text), "it belongs to %s", sid);
    } else {
        verify_list(answer, list, sddl);
    }
    LocalFree(descriptor);
}

/* Compares a folder with the owner and list that `install` gives it; a link as itself. */
static void ask_folder(const char *path, const char *sddl, struct verify_answer *answer)
{
    wchar_t *wide = path != NULL ? wide_from_utf8(path) : NULL;
    HANDLE folder;

    if (wide == NULL) {
        verify_unreadable(answer, GetLastError());
        return;
    }
    folder =
        CreateFileW(wide, READ_CONTROL | FILE_READ_ATTRIBUTES,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    free(wide);
    if (folder == INVALID_HANDLE_VALUE && failure_status(GetLastError()) == SYS_NOT_FOUND) {
        verify_found(answer, false, "there is none");
    } else if (folder == INVALID_HANDLE_VALUE) {
        verify_unreadable(answer, GetLastError());
    } else {
        compare_folder(folder, sddl, answer);
        CloseHandle(folder);
    }
}

static void ask_data_folder(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *path = paths_default_config();

    (void)subject;
    if (path != NULL && strrchr(path, '\\') != NULL)
        *strrchr(path, '\\') = '\0';
    ask_folder(path, SECURE_FOLDER_READ, answer);
    free(path);
}

static void ask_state_folder(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *path = paths_default_state();

    (void)subject;
    ask_folder(path, SECURE_FOLDER_OWN, answer);
    free(path);
}

static void ask_keep_folder(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *path = paths_default_keep();

    (void)subject;
    ask_folder(path, SECURE_FOLDER_OWN, answer);
    free(path);
}

/* ---- shmb.exe and the library ----------------------------------------------- */

/* `out` is empty if it has no version. False: there is no such file. */
static bool version_of(const char *path, char out[FILE_VERSION_TEXT])
{
    wchar_t *wide = wide_from_utf8(path);
    bool there = true;

    out[0] = '\0';
    if (wide != NULL) {
        there = GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES ||
                failure_status(GetLastError()) != SYS_NOT_FOUND;
        file_version_text(wide, out);
    }
    free(wide);
    return there;
}

/* False: the answer says what is wrong with the file. */
static bool ask_client_file(const char *path, const char *wanted, struct verify_answer *answer)
{
    static const char remedy[] = "run bin\\shmbroker.exe install of the package";
    char version[FILE_VERSION_TEXT];
    struct sys_failure why = {0};

    verify_found(answer, false, "");
    if (!version_of(path, version))
        (void)snprintf(answer->text, sizeof(answer->text), "%s is missing; %s", path, remedy);
    else if (wanted[0] != '\0' && strcmp(version, wanted) != 0)
        (void)snprintf(answer->text, sizeof(answer->text), "%s has %s%s, the program %s; %s", path,
                       version[0] != '\0' ? "version " : "no version", version, wanted, remedy);
    else
        answer_for(answer, file_check_file(path, &why), &why);
    return answer->verdict == VERIFY_OK;
}

static void ask_client_files(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *list = client_files_recorded(), wanted[FILE_VERSION_TEXT];
    const char *path = list;

    (void)version_of(subject->line->program, wanted);
    if (list == NULL)
        verify_found(answer, true, "install has not copied them");
    else
        verify_found(answer, true, "install has copied none beside this program");
    for (; path != NULL && *path != '\0'; path += strlen(path) + 1)
        /* Those of a former --to stay until uninstall, and no installation renews them. */
        if (client_files_is_beside(path, subject->line->program) &&
            !ask_client_file(path, wanted, answer))
            break;
    free(list);
}

/* Being on the path is a choice: only an entry that is gone differs. */
static void ask_path(const struct verify_subject *subject, struct verify_answer *answer)
{
    char *folder = machine_path_recorded();
    const bool there = folder != NULL && machine_path_has(folder);

    (void)subject;
    verify_found(answer, folder == NULL || there,
                 folder == NULL ? "install has put nothing on it" : "");
    if (folder != NULL)
        (void)snprintf(answer->text, sizeof(answer->text), "%s is %s it", folder,
                       there ? "on" : "no longer on");
    free(folder);
}

const struct verify_point verify_place_points[] = {
    {"access to its registry key", "shmbroker install", ask_key},
    {"event source", "shmbroker install", ask_event_source},
    {"program", NULL, ask_program},
    {"configuration", NULL, ask_config},
    {"folder of its data", "shmbroker install", ask_data_folder},
    {"folder of its state", "shmbroker install", ask_state_folder},
    {"folder of its copies", "shmbroker install", ask_keep_folder},
    {"shmb.exe and the library", NULL, ask_client_files},
    {"path of this machine", "shmbroker install --path", ask_path},
    {NULL, NULL, NULL},
};
