#include "verb_run.h"

#include <windows.h>

#include <stdlib.h>

#include "console.h"
#include "engine.h"
#include "mirror_file.h"
#include "secret.h"

static HANDLE stop_event; /* the handler of Ctrl+C has no context */

static BOOL WINAPI on_control(DWORD kind)
{
    (void)kind;
    SetEvent(stop_event);
    if (kind == CTRL_C_EVENT || kind == CTRL_BREAK_EVENT)
        return TRUE;
    Sleep(INFINITE); /* the process ends when this returns: wait for the orderly end */
    return TRUE;
}

struct secrets {
    char *password, *sentinel;
};

static bool read_secrets(const struct mirror_config *config, struct journal *journal,
                         struct secrets *out)
{
    char why[1024];

    if (secret_read(config->password_file, L"SHMBMIRROR_PASSWORD", &out->password, why,
                    sizeof(why)) &&
        secret_read(config->sentinel_password_file, L"SHMBMIRROR_SENTINEL_PASSWORD", &out->sentinel,
                    why, sizeof(why)))
        return true;
    journal_add(journal, JOURNAL_ERROR, "%s", why);
    return false;
}

static enum shmb_exit run_with(const struct mirror_config *config, struct journal *journal,
                               void *stop)
{
    char *status = mirror_file_status(config);
    struct secrets secrets = {NULL, NULL};
    struct engine_setup setup = {.config = config,
                                 .journal = journal,
                                 .version = SHMB_VERSION_TEXT,
                                 .status = status,
                                 .stop = stop};
    enum shmb_exit result = SHMB_EXIT_NOT_SO;

    if (read_secrets(config, journal, &secrets)) {
        setup.password = secrets.password;
        setup.sentinel_password = secrets.sentinel;
        result = engine_run(&setup);
    }
    secret_free(secrets.password);
    secret_free(secrets.sentinel);
    free(status);
    return result;
}

/* Without a console, the errors of the file go to the event log. */
static void tell_messages(const char *path, const struct cfg_messages *messages)
{
    struct journal_setup setup = {.event_log = true};
    struct journal *journal = journal_open(&setup);
    char line[2048];
    size_t i;

    for (i = 0; journal != NULL && i < messages->count; i++) {
        (void)cfg_message_format(&messages->items[i], line, sizeof(line));
        journal_add(journal,
                    messages->items[i].severity == CFG_ERROR ? JOURNAL_ERROR : JOURNAL_WARNING,
                    "%s", line);
    }
    if (journal != NULL && messages->errors == 0)
        journal_add(journal, JOURNAL_ERROR, "%s: out of memory", path);
    journal_close(journal);
}

enum shmb_exit verb_run_until(const char *path, bool service, void *stop)
{
    struct journal_setup setup = {.console = !service, .event_log = service};
    struct cfg_messages messages;
    struct mirror_config *config;
    struct journal *journal;
    enum shmb_exit result;

    cfg_messages_init(&messages);
    result = mirror_file_read(path, &config, service ? &messages : NULL);
    if (result != SHMB_EXIT_DONE && service)
        tell_messages(path, &messages);
    cfg_messages_free(&messages);
    if (result != SHMB_EXIT_DONE)
        return result;
    setup.file = config->log;
    setup.size = config->log_size;
    setup.former = config->log_former;
    setup.json = config->log_json;
    journal = journal_open(&setup);
    result = journal != NULL ? run_with(config, journal, stop) : SHMB_EXIT_SYSTEM;
    journal_close(journal);
    mirror_config_free(config);
    return result;
}

enum shmb_exit verb_run(const char *config)
{
    enum shmb_exit result;

    stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (stop_event == NULL) {
        console_error("shmbmirror: out of memory");
        return SHMB_EXIT_SYSTEM;
    }
    SetConsoleCtrlHandler(on_control, TRUE);
    result = verb_run_until(config, false, stop_event);
    SetConsoleCtrlHandler(on_control, FALSE);
    CloseHandle(stop_event);
    return result;
}
