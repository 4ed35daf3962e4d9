/*
 * The verb install. Each step leaves what undo() needs: if an essential one fails,
 * everything is as it was. Details that are refused only print a warning.
 */
#include "verb.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "client_files.h"
#include "command_line.h"
#include "console.h"
#include "elevation.h"
#include "error.h"
#include "event_source.h"
#include "file_check.h"
#include "files.h"
#include "install_files.h"
#include "load.h"
#include "machine_path.h"
#include "orders.h"
#include "paths.h"
#include "program_file.h"
#include "registration.h"
#include "scm.h"
#include "verb_start_stop.h"
#include "wide.h"

/* The installed service, the wanted one, and what has been done so far. */
struct installation {
    const struct install_options *options;
    struct command_line present; /* of the installed service; its program NULL: none */
    bool runs;
    char *source;  /* this executable */
    char *program; /* where the service's executable belongs */
    char *config;  /* absolute; NULL: the default path */
    struct first_files first;
    struct program_file file;
    struct client_files client;
    struct registration registration;
    enum shmb_exit lacks; /* of the service that was restarted, see verb_start_stop.h */
};

static void warn(const char *what, DWORD code)
{
    char text[256];

    error_text(code, text, sizeof(text));
    console_warning("shmbroker: warning: %s: %s (error %lu)", what, text, (unsigned long)code);
}

static enum shmb_exit print_failure(const char *what, enum sys_status status,
                                    const struct sys_failure *why)
{
    console_error("shmbroker: %s: %s%s%s", what, why->call != NULL ? why->call : "",
                  why->call != NULL ? ": " : "", why->text);
    return status == SYS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
}

/* ---- the installed service -------------------------------------------------- */

static enum shmb_exit look_at(SC_HANDLE service, struct installation *in)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    SERVICE_STATUS_PROCESS status;
    bool known = config != NULL && command_line_read(config->lpBinaryPathName, &in->present);
    DWORD code = GetLastError();

    free(config);
    if (!known || !scm_query(service, &status))
        return scm_failed("cannot query the installed service", known ? GetLastError() : code);
    in->runs = status.dwCurrentState != SERVICE_STOPPED;
    /* Another program may use the service's name. */
    return in->present.ours ? SHMB_EXIT_DONE : scm_not_ours(in->present.program);
}

/* Reads the installed service, if there is one, before anything is changed. */
static enum shmb_exit look(struct installation *in)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    enum shmb_exit result = SHMB_EXIT_DONE;
    SC_HANDLE service;
    DWORD code;

    if (manager == NULL)
        return scm_failed("cannot reach the service manager", GetLastError());
    service = OpenServiceW(manager, SCM_SERVICE_NAME, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS);
    code = GetLastError();
    CloseServiceHandle(manager);
    if (service != NULL)
        result = look_at(service, in);
    else if (code != ERROR_SERVICE_DOES_NOT_EXIST)
        result = scm_failed("cannot open the service", code);
    scm_close(service);
    return result;
}

/* True for \\server\share and \\?\UNC\server\share. */
static bool is_on_server(const char *path)
{
    return strncmp(path, "\\\\", 2) == 0 &&
           ((path[2] != '?' && path[2] != '.') || _strnicmp(path + 3, "\\UNC\\", 5) == 0);
}

/* Files on a server, or on a drive that only this logon has, may not be found by the service. */
static void warn_drive(const char *path)
{
    if (path != NULL && is_on_server(path))
        console_warning(
            "shmbroker: warning: \"%s\" is on a server, which the service may not reach "
            "when Windows starts, and which has to let in the account of this machine; "
            "use a path of a local disk",
            path);
    if (path != NULL && paths_drive_of_logon(path))
        console_warning(
            "shmbroker: warning: the drive of \"%s\" is a network drive or a substituted "
            "one, and the service may not have it; use a path of a local disk",
            path);
}

/* Chooses the paths. An installed service keeps those that no option changes. */
static enum shmb_exit choose(struct installation *in)
{
    const char *config = in->options->config != NULL ? in->options->config : in->present.config;

    in->source = paths_executable();
    if (in->present.program != NULL && in->options->to == NULL)
        in->program = paths_absolute(in->present.program);
    else
        in->program = program_file_target(in->options->to);
    if (config != NULL)
        in->config = paths_absolute(config);
    if (in->source == NULL || in->program == NULL || (config != NULL && in->config == NULL))
        return scm_failed("cannot find the paths of program and configuration", GetLastError());
    warn_drive(in->program);
    warn_drive(in->config);
    return SHMB_EXIT_DONE;
}

/* ---- files ------------------------------------------------------------------ */

/* Fails if the service would refuse the configuration as unsafe. */
static enum shmb_exit check_config(const char *path)
{
    struct sys_failure why;
    char *content;
    size_t length;
    enum sys_status status =
        files_read_safe(path, CFG_FILE_MAX, FILES_PATIENCE_MS, &content, &length, &why);

    free(content);
    if (status == SYS_DENIED) {
        console_error("shmbroker: the service would refuse the configuration: %s", why.text);
        return SHMB_EXIT_DENIED;
    }
    if (status != SYS_OK)
        console_warning("shmbroker: warning: the configuration %s cannot be read yet: %s; the "
                        "service does not start without it",
                        path, why.text);
    return SHMB_EXIT_DONE;
}

/* Called after a failure, too: these folders stay where they are put. */
static void print_aside(const struct first_files *first)
{
    size_t i;

    for (i = 0; i < FIRST_FOLDERS; i++)
        if (first->folders[i].taken.aside != NULL)
            console_warning("shmbroker: warning: \"%s\" could be changed by %s; it is put aside as "
                            "\"%s\", and nothing in it is used",
                            first->folders[i].path, first->folders[i].taken.who,
                            first->folders[i].taken.aside);
}

static enum shmb_exit make_folders(struct installation *in)
{
    struct sys_failure why;
    enum sys_status status = first_files_make(in->config == NULL, &in->first, &why);

    print_aside(&in->first);
    if (status != SYS_OK)
        return print_failure("the folder of the service cannot be used", status, &why);
    return in->options->unsafe ? SHMB_EXIT_DONE
                               : check_config(in->config != NULL ? in->config : in->first.config);
}

/* Who can change the program can do whatever the service can. */
static enum shmb_exit check_program(const struct installation *in)
{
    struct sys_failure why;
    enum sys_status status = file_check_file(in->program, &why);

    if (status == SYS_OK)
        return SHMB_EXIT_DONE;
    if (in->options->unsafe) {
        console_warning("shmbroker: warning: others can change the program of the service: %s",
                        why.text);
        return SHMB_EXIT_DONE;
    }
    console_error("shmbroker: the program of the service would not be safe: %s%s", why.text,
                  in->options->to != NULL ? "; or leave out --to" : "");
    return status == SYS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
}

/* `what`: "the program", or the name of a file. */
static enum shmb_exit print_copy_failure(const char *what, enum sys_status status,
                                         const struct sys_failure *why)
{
    const bool held = why->code == ERROR_SHARING_VIOLATION || why->code == ERROR_ACCESS_DENIED;
    char text[160];

    (void)snprintf(text, sizeof(text), "%s cannot be copied to its place%s", what,
                   held ? ", another program may have the file open, as a virus scanner does; run "
                          "install again"
                        : "");
    return print_failure(text, status, why);
}

static enum shmb_exit put_program(struct installation *in)
{
    struct sys_failure why;
    enum sys_status status = program_file_put(in->source, in->program, &in->file, &why);

    return status == SYS_OK ? check_program(in) : print_copy_failure("the program", status, &why);
}

/* After the program, whose folder is good then. */
static enum shmb_exit put_client_files(struct installation *in)
{
    struct sys_failure why;
    enum sys_status status =
        client_files_put(in->source, in->program, in->options->unsafe, &in->client, &why);

    return status == SYS_OK ? SHMB_EXIT_DONE : print_copy_failure(in->client.failed, status, &why);
}

/* ---- registration ----------------------------------------------------------- */

static enum shmb_exit register_it(struct installation *in)
{
    const bool audit = in->options->audit || (in->present.audit && !in->options->no_audit);
    wchar_t *command = command_line_make(in->program, in->config, in->options->unsafe, audit);
    wchar_t *word = in->options->account != NULL ? wide_from_utf8(in->options->account) : NULL;
    const struct registration_wanted wanted = {
        command, word != NULL ? registration_account(word) : NULL, in->options->start, audit};
    enum shmb_exit result;
    unsigned refused = 0;

    if (command == NULL || (in->options->account != NULL && word == NULL))
        result = scm_failed("cannot install the service", GetLastError());
    else
        result = registration_make(&wanted, &in->registration, &refused);
    free(word);
    free(command);
    if (in->registration.made) {
        /* The one that was seen was marked for deletion, and is gone. */
        command_line_free(&in->present);
        in->runs = false;
    }
    if (refused > 0)
        console_warning(
            "shmbroker: warning: %u points were refused; the service runs without them; "
            "to see which, run: shmbroker status --verify",
            refused);
    return result;
}

/* Registers the event source, records the program for `uninstall`. Neither is essential. */
static void leave_notes(const struct installation *in)
{
    DWORD code = event_source_register(in->program);

    if (code != ERROR_SUCCESS)
        warn("the event source cannot be registered; events show without their texts", code);
    code = program_file_claim(in->program);
    if (code != ERROR_SUCCESS)
        warn("to keep Windows from deleting the program at its next restart, as an earlier "
             "uninstall may have asked for, run install again, or remove the program's entries "
             "from PendingFileRenameOperations, in "
             "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager",
             code);
    code = in->file.placed ? program_file_remember(in->program) : ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        warn("shmbroker uninstall will not remove the program", code);
    code = client_files_claim(&in->client);
    if (code != ERROR_SUCCESS)
        warn("Windows may delete shmb.exe or the library at its next restart, as an earlier "
             "uninstall may have asked for; run install again",
             code);
    code = client_files_remember(&in->client);
    if (code != ERROR_SUCCESS)
        warn("shmbroker uninstall will not remove shmb.exe and the library", code);
    code = start_type_remember(in->options->start);
    if (code != ERROR_SUCCESS)
        warn("shmbroker status --verify will not know that the start type was chosen", code);
}

/* Before the start, so that the service may delete the names it takes. */
static void leave_key(void)
{
    DWORD code = recreate_prepare();

    if (code != ERROR_SUCCESS)
        warn("shmbroker reload --recreate will not reach the service", code);
}

/* True: the service that is running could not be started again. */
static bool is_disabled(const struct installation *in)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(in->registration.service);
    bool disabled = config != NULL && config->dwStartType == SERVICE_DISABLED;

    free(config);
    return disabled;
}

/* Restores everything. `start`: starts the former program again. */
static void undo(struct installation *in, bool start)
{
    struct registration *registration = &in->registration;
    enum shmb_exit lacks;

    /* In reverse order of install(). */
    if (registration->service != NULL)
        registration_undo(registration);
    client_files_undo(&in->client);
    program_file_undo(&in->file);
    first_files_undo(&in->first);
    if (start && in->present.program != NULL &&
        verb_start_service(registration->service, &lacks) == SHMB_EXIT_DONE)
        console_warning("shmbroker: the former program runs again");
}

/* Replaces the running program with this one. A keeper holds the objects in between. */
static enum shmb_exit restart(struct installation *in)
{
    enum shmb_exit result = verb_stop_service(in->registration.service, NULL);

    if (result == SHMB_EXIT_DONE)
        result = verb_start_service(in->registration.service, &in->lacks);
    if (result == SHMB_EXIT_DONE)
        return result;
    console_warning(
        "shmbroker: the service does not start with this program; everything is restored");
    (void)verb_stop_service(in->registration.service, NULL);
    undo(in, true);
    return result;
}

/* `what`: "program", or the name of a file. */
static void remove_former_of(const char *what, const char *path)
{
    struct program_file_removal removal;

    program_file_remove_former(path, &removal);
    if (removal.rest == PROGRAM_FILE_AT_RESTART)
        console_line("the former %s is still in use; it is deleted at the next shmbroker start, or "
                     "at the next restart of Windows",
                     what);
    else if (removal.rest == PROGRAM_FILE_LEFT)
        console_warning("shmbroker: warning: the former %s cannot be deleted; it is tried again "
                        "at the next shmbroker start; else delete it by hand: %s",
                        what, removal.file != NULL ? removal.file : path);
    program_file_removal_free(&removal);
}

static void remove_former(const struct installation *in)
{
    size_t i;

    remove_former_of("program", in->program);
    for (i = 0; i < CLIENT_FILES; i++)
        if (in->client.files[i].path != NULL)
            remove_former_of(client_file_name(i), in->client.files[i].path);
}

/* ---- the path --------------------------------------------------------------- */

/* The folder of shmb.exe: that of the program, or bin in it; freed with free(). NULL: neither. */
static char *folder_of_shmb(const struct installation *in)
{
    static const char *const folders[] = {"", "\\bin"};
    const size_t length = (size_t)(strrchr(in->program, '\\') - in->program);
    const size_t size = length + sizeof("\\bin\\shmb.exe");
    char *path = malloc(size);
    size_t i;

    for (i = 0; path != NULL && i < 2; i++) {
        wchar_t *wide;
        bool found;

        snprintf(path, size, "%.*s%s\\shmb.exe", (int)length, in->program, folders[i]);
        wide = wide_from_utf8(path);
        found = wide != NULL && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
        free(wide);
        *strrchr(path, '\\') = '\0';
        if (found)
            return path;
    }
    free(path);
    return NULL;
}

/* Takes out what an earlier `install` has put there, unless that is `wanted`. */
static void leave_path(const char *wanted)
{
    char *former = machine_path_recorded();
    DWORD code = ERROR_SUCCESS;

    if (former != NULL && (wanted == NULL || _stricmp(former, wanted) != 0)) {
        code = machine_path_remove(former);
        if (code == ERROR_SUCCESS)
            code = machine_path_forget();
        if (code == ERROR_SUCCESS)
            console_line("%s is no longer on the path of this machine", former);
        else
            warn("what install has put on the path of this machine stays there", code);
    }
    free(former);
}

/* Only with --allow-unsafe-config: else such a place was refused. */
static void warn_unsafe_path(const char *folder, const char *program)
{
    struct sys_failure why;

    if (machine_path_has(folder) && file_check_file(program, &why) != SYS_OK)
        console_warning("shmbroker: warning: others can change %s, from where everybody on this "
                        "machine runs programs now; take it off with: shmbroker install --no-path",
                        folder);
}

static void enter_path(const char *folder)
{
    bool added;
    DWORD code = machine_path_add(folder, &added);

    if (code == ERROR_INVALID_NAME)
        console_warning("shmbroker: warning: %s is not put on the path of this machine: a folder "
                        "with ; or %% in its name cannot stand there",
                        folder);
    else if (code != ERROR_SUCCESS)
        warn("the folder of shmb.exe is not put on the path of this machine", code);
    else
        console_line(added ? "%s is on the path of this machine now; new prompts have it"
                           : "%s is on the path of this machine already",
                     folder);
    code = code == ERROR_SUCCESS && added ? machine_path_remember(folder) : ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        warn("shmbroker uninstall will not take the folder from the path of this machine", code);
}

/* Not essential, and last: nothing of it has to be undone. */
static void set_path(const struct installation *in)
{
    char *folder = folder_of_shmb(in);

    if (in->options->no_path || (in->options->path && folder != NULL))
        leave_path(in->options->path ? folder : NULL);
    if (in->options->path && folder == NULL)
        console_warning("shmbroker: warning: there is no shmb.exe to put on the path: it was not "
                        "beside this program");
    else if (in->options->path) {
        enter_path(folder);
        warn_unsafe_path(folder, in->program);
    } else if (folder != NULL && !in->options->no_path && !machine_path_has(folder))
        console_line("to have shmb on the path of this machine, run: shmbroker install --path");
    if (in->options->path || in->options->no_path)
        machine_path_tell();
    free(folder);
}

/* ---- the end ---------------------------------------------------------------- */

static void put_client_answer(struct json *json, const struct installation *in)
{
    size_t i;

    json_array(json, "files");
    for (i = 0; i < CLIENT_FILES; i++)
        if (in->client.files[i].placed)
            json_string(json, NULL, in->client.files[i].path);
    json_array_end(json);
}

static void answer_done_with(const struct installation *in, const char *on_path, bool restarted)
{
    struct json *json = answer_open();

    if (json == NULL)
        return;
    json_string(json, "program", in->program);
    json_bool(json, "placed", in->file.placed);
    put_client_answer(json, in);
    json_string(json, "path", on_path);
    json_string(json, "first_configuration", in->first.put ? in->first.config : NULL);
    json_bool(json, "was_installed", in->present.program != NULL);
    json_bool(json, "restarted", restarted);
    json_bool(json, "degraded", in->lacks != SHMB_EXIT_DONE);
    answer_done();
}

/* The files of one state in a line that begins with `text`. */
static void print_client_files(const struct installation *in, enum client_file_state state,
                               const char *text)
{
    char names[128] = "";
    size_t length = 0, i;

    for (i = 0; i < CLIENT_FILES; i++)
        if (in->client.states[i] == state &&
            (state != CLIENT_FILE_THERE || in->client.files[i].placed))
            length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
                                       length > 0 ? ", " : "", client_file_name(i));
    if (length > 0)
        console_line("%s: %s", text, names);
}

static void print_done(const struct installation *in, bool restarted)
{
    if (in->first.put)
        console_line("a first configuration, for you to edit, is at %s", in->first.config);
    if (in->file.placed)
        console_line("the program is at %s", in->program);
    print_client_files(in, CLIENT_FILE_THERE, "beside it");
    print_client_files(in, CLIENT_FILE_ABSENT,
                       "not copied, since they are not where a package has them");
    print_client_files(in, CLIENT_FILE_FOREIGN,
                       "not copied, since they or their folder belong to another account than this "
                       "program");
    remove_former(in);
    if (in->present.program == NULL)
        console_line("ShmBroker is installed; start it with: shmbroker start");
    else if (restarted)
        console_line("ShmBroker was already installed and runs with this program now");
    else
        console_line("ShmBroker was already installed, its registration is renewed%s",
                     !in->runs         ? ""
                     : is_disabled(in) ? "; it is disabled, and goes on as it was until it stops"
                                       : "; changes take effect at its next start");
}

/*
 * Essential steps first, each undone by undo(); then a restart, which undoes by itself; then
 * notes.
 */
static enum shmb_exit install(struct installation *in)
{
    char *on_path;
    bool restarting;
    enum shmb_exit result = look(in);

    if (result == SHMB_EXIT_DONE)
        result = choose(in);
    if (result == SHMB_EXIT_DONE)
        result = make_folders(in);
    if (result == SHMB_EXIT_DONE)
        result = put_program(in);
    if (result == SHMB_EXIT_DONE)
        result = put_client_files(in);
    if (result == SHMB_EXIT_DONE)
        result = register_it(in);
    if (result != SHMB_EXIT_DONE) {
        undo(in, false);
        return result;
    }
    leave_key();
    restarting = in->runs && in->file.placed && !is_disabled(in);
    if (restarting)
        result = restart(in);
    if (result != SHMB_EXIT_DONE)
        return result;
    leave_notes(in);
    print_done(in, restarting);
    set_path(in);
    on_path = machine_path_recorded();
    answer_done_with(in, on_path, restarting);
    free(on_path);
    return in->lacks;
}

enum shmb_exit verb_install(const struct install_options *options)
{
    struct installation in = {.options = options, .lacks = SHMB_EXIT_DONE};
    enum shmb_exit result = elevation_require("install") ? install(&in) : SHMB_EXIT_DENIED;

    registration_close(&in.registration);
    program_file_free(&in.file);
    client_files_free(&in.client);
    first_files_free(&in.first);
    command_line_free(&in.present);
    free(in.source);
    free(in.program);
    free(in.config);
    return result;
}
