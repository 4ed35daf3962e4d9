/* Every key is always there. */
#include "process_json.h"

#include <windows.h>

#include <stdio.h>

static const char *known(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

void process_json_time(struct json *json, const char *key, uint64_t time)
{
    FILETIME file = {(DWORD)time, (DWORD)(time >> 32)};
    SYSTEMTIME parts;
    char text[40];

    if (time == 0 || !FileTimeToSystemTime(&file, &parts)) {
        json_null(json, key);
        return;
    }
    (void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", parts.wYear, parts.wMonth,
                   parts.wDay, parts.wHour, parts.wMinute, parts.wSecond);
    json_string(json, key, text);
}

void process_json_put(struct json *json, const struct process_facts *facts)
{
    json_number(json, "process", facts->process);
    json_string(json, "path", known(facts->path));
    if (facts->session != PROCESS_NO_SESSION)
        json_number(json, "session", facts->session);
    else
        json_null(json, "session");
    json_string(json, "account", known(facts->account));
    process_json_time(json, "started", facts->started);
}
