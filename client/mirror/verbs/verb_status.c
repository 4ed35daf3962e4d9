#include "verb_status.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "console.h"
#include "error.h"
#include "mirror_file.h"
#include "report.h"
#include "whole_file.h"

#define STATUS_FILE_MAX (4u * 1024 * 1024)

/* Does the process that wrote the report still run? One that may not be opened does. */
static bool runs(const struct report *report)
{
    FILETIME started = {0}, ignored;
    HANDLE process;
    bool same;

    if (report->process == 0)
        return false;
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, report->process);
    if (process == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED;
    same = GetProcessTimes(process, &started, &ignored, &ignored, &ignored) &&
           ((uint64_t)started.dwHighDateTime << 32 | started.dwLowDateTime) ==
               report->process_started &&
           WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
    CloseHandle(process);
    return same;
}

static void print_segment(const struct report_segment *s)
{
    console_line("%-24s %-15s %-13s revision %llu%s%s", s->name,
                 s->publish && s->follow ? "publish, follow"
                 : s->publish            ? "publish"
                                         : "follow",
                 report_state_word(s->state), (unsigned long long)s->revision,
                 s->origin[0] != '\0' ? " of " : "", s->origin);
    console_line("    sent %llu, received %llu, conflicts %llu, lost %llu, refused %llu, lag "
                 "%.3f ms",
                 (unsigned long long)s->sent, (unsigned long long)s->received,
                 (unsigned long long)s->conflicts, (unsigned long long)s->lost,
                 (unsigned long long)s->refused, (double)s->lag_us / 1000);
    if (s->why[0] != '\0')
        console_line("    %s", s->why);
}

static void print_report(const struct report *report, bool running)
{
    size_t i;

    if (!running)
        console_line("not running; this is what it left:");
    console_line("machine %s, bucket %s, %s%s", report->origin, report->bucket,
                 report->connected && running ? "connected to " : "not connected",
                 report->connected && running ? report->server : "");
    if ((!report->connected || !report->hearing) && report->fault[0] != '\0')
        console_line("    last failure: %s", report->fault);
    for (i = 0; i < report->count; i++)
        print_segment(&report->segments[i]);
}

static enum shmb_exit verdict(const struct report *report, bool running)
{
    size_t i;

    if (!running)
        return SHMB_EXIT_NO_BROKER;
    if (!report->connected || !report->hearing)
        return SHMB_EXIT_NOT_SO;
    for (i = 0; i < report->count; i++)
        if (report->segments[i].state > REPORT_BEHIND)
            return SHMB_EXIT_NOT_SO;
    return SHMB_EXIT_DONE;
}

static enum shmb_exit show(const char *path)
{
    struct report report;
    struct json *json;
    enum shmb_exit result;
    char why[160], *text;
    size_t length;
    uint32_t code = whole_file_read(path, STATUS_FILE_MAX, &text, &length);
    bool running;

    if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) {
        console_error("shmbmirror: it has not run with this configuration: there is no %s", path);
        return SHMB_EXIT_NO_BROKER;
    }
    if (code != 0) {
        error_text(code, why, sizeof(why));
        answer_fault(NULL, code);
        console_error("shmbmirror: %s cannot be read: %s", path, why);
        return code == ERROR_ACCESS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
    }
    if (!report_read(text, length, &report)) {
        free(text);
        console_error("shmbmirror: %s is no status file of this version", path);
        return SHMB_EXIT_SYSTEM;
    }
    free(text);
    running = runs(&report);
    json = answer_open();
    if (json != NULL) {
        report_json(&report, running, json);
        answer_done();
    } else {
        print_report(&report, running);
    }
    result = verdict(&report, running);
    report_free(&report);
    return result;
}

enum shmb_exit verb_status(const char *path)
{
    struct mirror_config *config;
    enum shmb_exit result = mirror_file_read(path, &config, NULL);
    char *status;

    if (result != SHMB_EXIT_DONE)
        return result;
    status = mirror_file_status(config);
    result = status != NULL ? show(status) : SHMB_EXIT_SYSTEM;
    free(status);
    mirror_config_free(config);
    return result;
}
