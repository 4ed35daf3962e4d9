#include "mirror_file.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "console.h"
#include "error.h"
#include "tls.h"
#include "whole_file.h"
#include "wide.h"

/* A file below the folder for program data; freed with free(). NULL: not available. */
static char *below_program_data(const char *name)
{
    wchar_t wide[MAX_PATH];
    char *folder, *path = NULL;
    size_t size;

    /* The variable is right in a service, too, and needs no shell. */
    if (GetEnvironmentVariableW(L"ProgramData", wide, MAX_PATH) - 1 >= MAX_PATH - 1)
        return NULL;
    folder = wide_to_utf8(wide);
    if (folder == NULL)
        return NULL;
    size = strlen(folder) + strlen(name) + 2;
    path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s\\%s", folder, name);
    free(folder);
    return path;
}

char *mirror_file_default(void)
{
    return below_program_data("ShmBroker\\shmbmirror.yaml");
}

char *mirror_file_status(const struct mirror_config *config)
{
    return config->status != NULL ? _strdup(config->status)
                                  : below_program_data("ShmBroker\\mirror\\shmbmirror.status");
}

void mirror_file_print(const struct cfg_messages *messages)
{
    char line[2048];
    size_t i;

    for (i = 0; i < messages->count; i++) {
        (void)cfg_message_format(&messages->items[i], line, sizeof(line));
        console_error("%s", line);
    }
}

static enum shmb_exit unreadable(const char *path, uint32_t code, struct cfg_messages *messages)
{
    const struct cfg_place place = {path, 0, 0};
    char why[160];

    error_text(code, why, sizeof(why));
    if (messages != NULL) {
        cfg_message_add(messages, CFG_ERROR, &place, NULL, "cannot be read: %s (error %lu)", why,
                        (unsigned long)code);
    } else {
        answer_fault(NULL, code);
        console_error("shmbmirror: %s cannot be read: %s (error %lu)", path, why,
                      (unsigned long)code);
    }
    return code == ERROR_ACCESS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_NOT_SO;
}

enum shmb_exit mirror_file_read(const char *path, struct mirror_config **out,
                                struct cfg_messages *messages)
{
    struct cfg_messages own;
    enum cfg_result result;
    char *text;
    size_t length;
    uint32_t code = whole_file_read(path, MIRROR_FILE_MAX, &text, &length);

    *out = NULL;
    if (code != 0)
        return unreadable(path, code, messages);
    cfg_messages_init(&own);
    result = mirror_config_load(path, text, length, tls_available(),
                                messages != NULL ? messages : &own, out);
    free(text);
    mirror_file_print(&own);
    cfg_messages_free(&own);
    if (result == CFG_NO_MEMORY)
        console_error("shmbmirror: out of memory");
    return result == CFG_OK        ? SHMB_EXIT_DONE
           : result == CFG_INVALID ? SHMB_EXIT_NOT_SO
                                   : SHMB_EXIT_SYSTEM;
}
