#include "config_reader.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "command_line.h"
#include "instance.h"
#include "privileges.h"
#include "process_facts.h"
#include "published.h"
#include "scm.h"
#include "descriptor.h"
#include "wide.h"

/* The account of the broker in a console. NULL: LocalSystem, or not known. */
static char *console_account(void)
{
    char system[ACCOUNT_NAME_MAX];
    static struct process_facts facts; /* large */
    uint64_t started;
    uint32_t process;

    if (!published_broker(&process, &started))
        return NULL;
    process_facts_find(process, &facts);
    accounts_name(SID_SYSTEM, system);
    if (facts.started != started || facts.account[0] == '\0' ||
        _stricmp(facts.account, system) == 0 || strcmp(facts.account, SID_SYSTEM) == 0)
        return NULL;
    return _strdup(facts.account);
}

void config_reader_ask(struct config_reader *out)
{
    QUERY_SERVICE_CONFIGW *config = NULL;
    struct command_line line = {0};
    SC_HANDLE handle;

    *out = (struct config_reader){0};
    out->console = scm_find(SERVICE_QUERY_CONFIG, &handle) == ERROR_SERVICE_DOES_NOT_EXIST &&
                   instance_exists();
    out->installed = handle != NULL;
    if (handle != NULL)
        config = scm_query_config(handle);
    if (config != NULL && command_line_read(config->lpBinaryPathName, &line) && line.ours) {
        out->file = command_line_config(&line);
        out->unsafe = line.unsafe;
    } else if (line.program != NULL) {
        out->other = line.program;
        line.program = NULL;
    }
    if (config != NULL && !privileges_is_system(config->lpServiceStartName))
        out->account = wide_to_utf8(config->lpServiceStartName);
    command_line_free(&line);
    free(config);
    scm_close(handle);
    if (out->console) {
        out->file = published_config();
        out->account = console_account();
    }
}

void config_reader_free(struct config_reader *reader)
{
    free(reader->file);
    free(reader->account);
    free(reader->other);
    *reader = (struct config_reader){0};
}
