/* The status as text. */
#include "status.h"

#include <windows.h>

#include <stdio.h>
#include <string.h>

#include "console.h"
#include "names.h"

/* A FILETIME as local time: the date, and hours and minutes. */
static void local_time(uint64_t time, SYSTEMTIME *out)
{
    FILETIME there = {(DWORD)time, (DWORD)(time >> 32)};
    SYSTEMTIME universal;

    if (!FileTimeToSystemTime(&there, &universal) ||
        !SystemTimeToTzSpecificLocalTime(NULL, &universal, out))
        *out = (SYSTEMTIME){0};
}

/* After the state of a service that does not run: who holds its objects, and how long. */
static void describe_keeper(const struct status *status, char *out, size_t size)
{
    SYSTEMTIME until;

    out[0] = '\0';
    if (status->keeper != 0 && status->keeper_until != 0) {
        local_time(status->keeper_until, &until);
        (void)snprintf(out, size, "; held until %02u:%02u by keeper %lu", until.wHour,
                       until.wMinute, (unsigned long)status->keeper);
    } else if (status->keeper != 0) {
        (void)snprintf(out, size, "; held by keeper %lu", (unsigned long)status->keeper);
    } else if (status->administrator && !status_broker_beside(status)) {
        (void)snprintf(out, size, "; no keeper holds its objects");
    }
}

/* When the broker started, and how long ago. */
static void print_since(const struct status *status)
{
    FILETIME file;
    SYSTEMTIME since;
    uint64_t now, minutes;

    if (status->since == 0)
        return;
    GetSystemTimeAsFileTime(&file);
    now = (uint64_t)file.dwHighDateTime << 32 | file.dwLowDateTime;
    minutes = now > status->since ? (now - status->since) / 600000000 : 0;
    local_time(status->since, &since);
    console_line("since:         %04u-%02u-%02u %02u:%02u (%llu d %llu h %llu min)", since.wYear,
                 since.wMonth, since.wDay, since.wHour, since.wMinute,
                 (unsigned long long)(minutes / 1440), (unsigned long long)(minutes / 60 % 24),
                 (unsigned long long)(minutes % 60));
}

/* The version that runs, if the broker tells it, and that of the program file, if it is another. */
static void print_version(const struct status *status)
{
    const char *runs = status_version(status);
    const bool known = status->installed[0] != '\0';

    if (runs != NULL && known && strcmp(runs, status->installed) != 0)
        console_line("version:       %s; the program file is %s, which the next start runs", runs,
                     status->installed);
    else if (runs != NULL || known)
        console_line("version:       %s", runs != NULL ? runs : status->installed);
}

static void print_config(const struct status *status)
{
    const char *read = status->runs ? status_field(status, "file", 3) : NULL;

    console_line("configuration: %s%s%s", status->config == NULL ? "(not known)" : status->config,
                 read != NULL && read[0] != '\0' ? ", " : "", read != NULL ? read : "");
}

static void print_service(const struct status *status)
{
    char keeper[80];

    if (status->runs || status->end == NULL)
        console_line("state:         %s, process %lu", status->state_word,
                     (unsigned long)status->process);
    else {
        describe_keeper(status, keeper, sizeof(keeper));
        console_line("state:         %s; %s%s", status->state_word, status->end, keeper);
    }
    print_since(status);
    print_version(status);
    if (status->account != NULL)
        console_line("account:       %s", status->account);
    if (status->start_word != NULL)
        console_line("start:         %s", status->start_word);
    print_config(status);
}

/* Else what follows would pass for what is so now, or for the service's. */
static void print_publisher(const struct status *status)
{
    const unsigned long process = status->publisher;

    if (status_broker_beside(status))
        console_line("broker:        runs in a console, process %lu; what follows is what it holds",
                     process);
    else if (status->ended && status->runs)
        console_line("directory:     not the service's; what follows is what process %lu left when "
                     "it ended",
                     process);
    else if (status->ended)
        console_line("broker:        does not run; what follows is what process %lu left when it "
                     "ended",
                     process);
}

/* Only the reasons, in short; later lines have the details. */
static void print_degraded(const struct status *status)
{
    const struct status_reasons *reasons = &status->reasons;
    size_t i;

    for (i = 0; i < reasons->count; i++)
        console_coloured(COLOUR_WARNING, "%s%s", i == 0 ? "degraded:      " : "               ",
                         reasons->text[i]);
}

static void print_counts(const struct status *status)
{
    static const enum status_state others[] = {STATUS_DEFERRED, STATUS_CONFLICT, STATUS_FAILED};
    size_t i;

    if (!status->directory)
        return;
    console_line("revision:      %llu", (unsigned long long)status->revision);
    console_line("objects:       %zu held, %llu bytes",
                 status_count(status, STATUS_HELD) + status_count(status, STATUS_DEFERRED),
                 (unsigned long long)status->bytes);
    if (status->slots > 0)
        console_line("slots:         %llu for fast locks and queues, %llu bytes",
                     (unsigned long long)status->slots, (unsigned long long)status->slot_bytes);
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (status_count(status, others[i]) > 0)
            console_line("               %zu %s", status_count(status, others[i]),
                         status_word(others[i]));
}

/* The keeper, and the objects that were lost because no keeper held them. */
static void print_keeper(const struct status *status)
{
    size_t i, lost = 0;

    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        if (strcmp(field[0], "keeper") == 0)
            console_line("keeper:        process %s, holds %s%s", field[1], field[3],
                         strcmp(field[2], "holds") == 0 ? "" : ", not yet all");
        lost += strcmp(field[0], "lost") == 0;
    }
    if (lost > 0)
        console_line("lost:          objects that were gone and were created again:");
    for (i = 0; i < status->line_count && lost > 0; i++)
        if (strcmp(status->lines[i].field[0], "lost") == 0)
            console_line("               %s", status->lines[i].field[1]);
}

/* What programs have asked for. What the pipe lacks is among the troubles. */
static void print_requests(const struct status *status)
{
    const char *pipe = status_field(status, "requests", 2);
    size_t i;

    if (pipe != NULL && strcmp(pipe, "open") == 0)
        console_line("requests:      programs can ask for objects");
    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        if (strcmp(field[0], "grants") == 0)
            console_line("               %s: %s", field[1], field[3]);
    }
}

/* The last reload and its messages. Its steps are shown by `reload` and --json. */
static void print_reload(const struct status *status)
{
    const char *word = shmb_reload_word(status->report.reload_result);
    size_t i;

    if (!status->reported) {
        if (status->directory)
            console_line("last reload:   %s", status->administrator
                                                  ? "not known, the report cannot be read"
                                                  : "shown to administrators only, as are reasons");
        return;
    }
    console_line("last reload:   %s%s", word != NULL ? word : "none since the start",
                 (status->report.reloads & 1) != 0 ? "; another one is in progress" : "");
    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        if (strcmp(field[0], "message") == 0)
            console_line("               %s: %s: %s", field[1], field[2], field[3]);
    }
}

/*
 * ", held by app.exe (...); see shmb holders X" for a name that status_find_holders looked for;
 * else empty. Static buffer.
 */
static const char *held_by(const struct status *status, const char *name)
{
    const struct holders *holders = status_holders_of(status, name);
    static char text[HOLDERS_TEXT + 64 + SHMB_NAME_WORD];
    char word[SHMB_NAME_WORD];
    size_t used = 2;

    text[0] = '\0';
    if (holders == NULL)
        return text;
    memcpy(text, ", ", used);
    holders_text(holders, text + used);
    used += strlen(text + used);
    (void)snprintf(text + used, sizeof(text) - used, "; see shmb holders %s",
                   shmb_name_word(name + sizeof(SHMB_GLOBAL_PREFIX) - 1, word));
    return text;
}

/* What is not about a configured object: names that are taken, and faults. */
static void print_troubles(const struct status *status)
{
    size_t i;

    for (i = 0; i < status->stranger_count; i++)
        console_line("taken %s: %s%s", status->strangers[i].name, status->strangers[i].text,
                     held_by(status, status->strangers[i].name));
    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        if (status_is_trouble(&status->lines[i]))
            console_line("%s %s: %s, %s%s", field[0], field[1], field[2], field[3],
                         held_by(status, field[1]));
    }
}

/* Copies, retired objects, and how much the report had no room for. */
static void print_rest(const struct status *status)
{
    size_t i;

    for (i = 0; i < status->line_count; i++) {
        const char *const *field = status->lines[i].field;

        if (status_is_copy(&status->lines[i]) && !status_is_trouble(&status->lines[i]))
            console_line("%s %s: %s, %s", field[0], field[1], field[2], field[3]);
        else if (strcmp(field[0], "retired") == 0)
            console_line("%s %s: retired; %s%s", field[2], field[1], field[3],
                         held_by(status, field[1]));
        else if (strcmp(field[0], "cut") == 0)
            console_line("(%s more lines of the report are not shown)", field[1]);
    }
}

/* False: no memory. */
static bool print_object(const struct status *status, const struct status_object *object,
                         struct text *access)
{
    const char *kind = shmb_kind_word(object->kind), *name = object->name;
    const char *reason = object->reason;

    if (!status_access_words(object, access))
        return false;
    status_request_words(object, access);
    if (access->failed)
        return false;
    switch (object->state) {
    case STATUS_HELD:
        console_line("%s %s: held%s", kind, name, access->at);
        break;
    case STATUS_DEFERRED:
        text_add(access, "; to have it: ");
        status_deferred_remedy(name + strlen(SHMB_GLOBAL_PREFIX),
                               status->console || status_broker_beside(status), access);
        if (access->failed)
            return false;
        console_coloured(COLOUR_WARNING, "%s %s: held, deferred: %s%s%s", kind, name, reason,
                         held_by(status, name), access->at);
        break;
    case STATUS_CONFLICT:
        console_coloured(COLOUR_ERROR, "%s %s: taken by %s%s", kind, name,
                         reason != NULL ? reason : "an object the broker did not make",
                         held_by(status, name));
        break;
    case STATUS_HIDDEN:
        console_line("%s %s: not visible (access denied)", kind, name);
        break;
    default:
        console_coloured(COLOUR_ERROR, "%s %s: missing%s%s", kind, name, reason != NULL ? ", " : "",
                         reason != NULL ? reason : "");
    }
    return true;
}

/* A lock or a change event that is held goes with its segment, unless all are asked for. */
static bool is_shown(const struct status *status, const struct status_object *object)
{
    return status->all || status->selected || !object->companion || object->state != STATUS_HELD;
}

/* On a screen a held object is a row. What it lacks is never cut. */
static bool is_row(const struct status *status, const struct status_object *object)
{
    return status->width > 0 && object->state == STATUS_HELD && is_shown(status, object);
}

/* False: no memory. */
static bool print_objects(const struct status *status)
{
    struct text access = {0};
    bool enough = true;
    size_t i, hidden = 0;

    for (i = 0; i < status->object_count && enough; i++)
        if (!is_shown(status, &status->objects[i]))
            hidden++;
        else if (!is_row(status, &status->objects[i]))
            enough = print_object(status, &status->objects[i], &access);
    enough = enough && status_print_table(status, is_row);
    text_free(&access);
    if (hidden > 0)
        console_line("(%zu locks, events and snapshots of these are held, too: status --all)",
                     hidden);
    return enough;
}

bool status_print(const struct status *status)
{
    if (!status->selected) {
        print_service(status);
        print_publisher(status);
        print_degraded(status);
        print_counts(status);
        print_keeper(status);
        print_requests(status);
        print_reload(status);
    }
    print_troubles(status);
    print_rest(status);
    if (status->unknown != NULL)
        console_line("objects:       not known, %s", status->unknown);
    return print_objects(status);
}

bool status_print_lacks(const struct status *status)
{
    struct text access = {0};
    bool enough = true;
    size_t i;

    print_degraded(status);
    print_troubles(status);
    for (i = 0; i < status->object_count && enough; i++)
        if (status->objects[i].state != STATUS_HELD && status->objects[i].state != STATUS_HIDDEN)
            enough = print_object(status, &status->objects[i], &access);
    text_free(&access);
    return enough;
}
