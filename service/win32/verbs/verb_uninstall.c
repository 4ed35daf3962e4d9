/* The verb uninstall. If the service is gone, prints what else cannot be removed and goes on. */
#include "verb.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "audit_right.h"
#include "client_files.h"
#include "command_line.h"
#include "console.h"
#include "elevation.h"
#include "error.h"
#include "event_source.h"
#include "install_files.h"
#include "machine_path.h"
#include "orders.h"
#include "program_file.h"
#include "scm.h"
#include "verb_start_stop.h"

#define GONE_MS    100u
#define GONE_TIMES 20u

/* The executable that `install` put in place, freed with free(). NULL: there is none. */
static char *placed_program(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    struct command_line line = {0};
    char *program = NULL;

    if (config != NULL && command_line_read(config->lpBinaryPathName, &line) &&
        program_file_is_ours(line.program)) {
        program = line.program;
        line.program = NULL;
    }
    command_line_free(&line);
    free(config);
    return program;
}

/* Another program may use the service's name. */
static enum shmb_exit check_ours(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config = scm_query_config(service);
    struct command_line line = {0};
    enum shmb_exit result = SHMB_EXIT_DONE;

    if (config == NULL || !command_line_read(config->lpBinaryPathName, &line)) {
        result = scm_failed("cannot query the configuration of the service", GetLastError());
    } else if (!line.ours) {
        result = scm_not_ours(line.program);
    }
    command_line_free(&line);
    free(config);
    return result;
}

static enum shmb_exit stop_and_delete(SC_HANDLE service)
{
    enum shmb_exit result;
    size_t ended;
    DWORD code;

    (void)release_ask(); /* if this fails, the keeper is ended below */
    result = verb_stop_service(service, NULL);
    if (result != SHMB_EXIT_DONE)
        return result;
    (void)verb_stop_keepers(&ended); /* a failure is printed, and stops nothing */
    if (DeleteService(service))
        return SHMB_EXIT_DONE;
    code = GetLastError();
    return code == ERROR_SERVICE_MARKED_FOR_DELETE ? SHMB_EXIT_DONE
                                                   : scm_failed("cannot remove the service", code);
}

/* Others may have the service open. Until they close it, it is still there. */
static void wait_until_gone(void)
{
    unsigned tries;
    SC_HANDLE service;

    for (tries = 0; scm_find(SERVICE_QUERY_STATUS, &service) == ERROR_SUCCESS; tries++) {
        scm_close(service);
        if (tries == GONE_TIMES) {
            console_warning("shmbroker: the service is marked for deletion; it disappears when the "
                            "last program closes it (services.msc, Task Manager, Event Viewer)");
            return;
        }
        Sleep(GONE_MS);
    }
}

/* `what`: "the program", or "a file". */
static void remove_program(const char *what, const char *program)
{
    struct program_file_removal removal;

    program_file_remove(program, &removal);
    if (removal.rest == PROGRAM_FILE_AT_RESTART)
        console_line("%s at %s is in use; it is deleted at the next restart of Windows", what,
                     program);
    else if (removal.rest == PROGRAM_FILE_LEFT)
        console_warning("shmbroker: warning: %s cannot be deleted, neither now nor at the "
                        "next restart of Windows; delete it by hand: %s",
                        what, removal.file != NULL ? removal.file : program);
    program_file_removal_free(&removal);
}

/* What `install` has recorded in the service's key, which goes with the service. */
struct recorded {
    char *program; /* NULL: `install` did not put it there */
    char *files;   /* client_files_recorded */
    char *path;    /* machine_path_recorded */
};

static void read_records(SC_HANDLE service, struct recorded *out)
{
    out->program = placed_program(service);
    out->files = client_files_recorded();
    out->path = machine_path_recorded();
}

static void free_records(struct recorded *recorded)
{
    free(recorded->program);
    free(recorded->files);
    free(recorded->path);
}

static void take_from_path(const char *folder)
{
    const uint32_t code = machine_path_remove(folder);
    char text[256];

    if (code == ERROR_SUCCESS) {
        machine_path_tell();
        return;
    }
    error_text(code, text, sizeof(text));
    console_warning("shmbroker: warning: %s stays on the path of this machine: %s (error %lu)",
                    folder, text, (unsigned long)code);
}

/* The last file first: those in x86, and that folder, before the folder it is in. */
static void remove_files(const char *list)
{
    size_t length = 0, i;

    while (list[length] != '\0')
        length += strlen(list + length) + 1;
    for (i = length; i > 0; i--)
        if (i == 1 || list[i - 2] == '\0')
            if (list[i - 1] != '\0')
                remove_program("a file", list + i - 1);
}

static void remove_recorded(const struct recorded *recorded)
{
    if (recorded->path != NULL)
        take_from_path(recorded->path);
    if (recorded->files != NULL)
        remove_files(recorded->files);
    if (recorded->program != NULL)
        remove_program("the program", recorded->program);
}

static enum shmb_exit uninstall(void)
{
    struct recorded recorded = {NULL, NULL, NULL};
    char text[256];
    SC_HANDLE service;
    enum shmb_exit result =
        scm_open(SERVICE_STOP | SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG | DELETE,
                 "it ends with Ctrl+C", &service);
    DWORD code;

    if (result == SHMB_EXIT_DONE) {
        result = check_ours(service);
        if (result != SHMB_EXIT_DONE) {
            scm_close(service);
            return result;
        }
        read_records(service, &recorded);
        result = stop_and_delete(service);
        scm_close(service);
        if (result == SHMB_EXIT_DONE)
            wait_until_gone();
    }
    /* Without a service, what an earlier attempt left is removed all the same. */
    if (result != SHMB_EXIT_DONE && result != SHMB_EXIT_NO_BROKER) {
        free_records(&recorded);
        return result;
    }
    code = event_source_remove();
    if (code != ERROR_SUCCESS) {
        error_text(code, text, sizeof(text));
        console_warning("shmbroker: warning: the event source cannot be removed: %s (error %lu)",
                        text, (unsigned long)code);
    }
    code = audit_right_remove();
    if (code != ERROR_SUCCESS) {
        error_text(code, text, sizeof(text));
        console_warning("shmbroker: warning: the right to audit cannot be removed: %s (error %lu)",
                        text, (unsigned long)code);
    }
    remove_recorded(&recorded);
    free_records(&recorded);
    if (result == SHMB_EXIT_DONE)
        console_line(first_files_remove_unchanged()
                         ? "ShmBroker is removed, with its configuration, which was never changed"
                         : "ShmBroker is removed; its configuration stays");
    return result;
}

enum shmb_exit verb_uninstall(void)
{
    return elevation_require("uninstall") ? uninstall() : SHMB_EXIT_DENIED;
}
