/*
 * The event log's texts come from EventCreate.exe of Windows, which has a message "%1" for each
 * number up to 1000: `install` registers it (registration.c).
 */
#include "journal.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "error.h"
#include "json.h"
#include "visible.h"
#include "wide.h"

#define LINE_MAX 2048

struct journal {
    struct journal_setup setup;
    wchar_t *path;
    HANDLE file; /* NULL: not open */
    uint64_t used;
    HANDLE events; /* NULL: none */
    bool told;     /* that the file cannot be written */
};

static const char *const words[] = {"note", "warning", "error"};

struct journal *journal_open(const struct journal_setup *setup)
{
    struct journal *journal = calloc(1, sizeof(*journal));

    if (journal == NULL)
        return NULL;
    journal->setup = *setup;
    if (setup->file != NULL) {
        journal->path = wide_from_utf8(setup->file);
        if (journal->path == NULL) {
            free(journal);
            return NULL;
        }
    }
    if (setup->event_log)
        journal->events = RegisterEventSourceW(NULL, JOURNAL_SOURCE);
    return journal;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->file != NULL)
        CloseHandle(journal->file);
    if (journal->events != NULL)
        DeregisterEventSource(journal->events);
    free(journal->path);
    free(journal);
}

/* FILE.2 becomes FILE.3, and so on. */
static void make_former(struct journal *journal)
{
    size_t size = wcslen(journal->path) + 16;
    wchar_t *from = malloc(size * sizeof(*from)), *to = malloc(size * sizeof(*to));
    uint32_t i;

    for (i = journal->setup.former; i > 0 && from != NULL && to != NULL; i--) {
        _snwprintf(to, size, L"%ls.%u", journal->path, i);
        if (i > 1)
            _snwprintf(from, size, L"%ls.%u", journal->path, i - 1);
        else
            _snwprintf(from, size, L"%ls", journal->path);
        MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING);
    }
    free(from);
    free(to);
}

static bool open_file(struct journal *journal)
{
    LARGE_INTEGER size;

    if (journal->file != NULL)
        return true;
    journal->file = CreateFileW(journal->path, FILE_APPEND_DATA,
                                FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS, 0, NULL);
    if (journal->file == INVALID_HANDLE_VALUE) {
        journal->file = NULL;
        return false;
    }
    journal->used = GetFileSizeEx(journal->file, &size) ? (uint64_t)size.QuadPart : 0;
    return true;
}

static void put_in_event_log(struct journal *journal, enum journal_severity severity,
                             const char *line)
{
    wchar_t *wide = wide_from_utf8(line);
    const wchar_t *texts[] = {wide};

    if (wide != NULL)
        ReportEventW(journal->events,
                     severity == JOURNAL_ERROR ? EVENTLOG_ERROR_TYPE : EVENTLOG_WARNING_TYPE, 0,
                     severity == JOURNAL_ERROR ? 2 : 1, NULL, 1, 0, texts, NULL);
    free(wide);
}

static void add_to_file(struct journal *journal, const char *text, size_t length)
{
    char why[160], line[1400];
    DWORD done;

    if (journal->used + length > journal->setup.size && journal->file != NULL) {
        CloseHandle(journal->file);
        journal->file = NULL;
        make_former(journal);
    }
    if (open_file(journal) && WriteFile(journal->file, text, (DWORD)length, &done, NULL)) {
        journal->used += length;
        journal->told = false;
        return;
    }
    if (!journal->told) {
        error_text(GetLastError(), why, sizeof(why));
        snprintf(line, sizeof(line), "%s cannot be written: %s", journal->setup.file, why);
        console_warning("shmbmirror: warning: %s", line);
        if (journal->events != NULL)
            put_in_event_log(journal, JOURNAL_WARNING, line);
    }
    journal->told = true;
}

static void put_in_file(struct journal *journal, enum journal_severity severity, const char *line)
{
    SYSTEMTIME t;
    struct json json = {.one_line = true};
    struct text text = {0};
    char time[40];

    GetSystemTime(&t);
    snprintf(time, sizeof(time), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", t.wYear, t.wMonth, t.wDay,
             t.wHour, t.wMinute, t.wSecond, t.wMilliseconds);
    if (journal->setup.json) {
        json_object(&json, NULL);
        json_string(&json, "time", time);
        json_string(&json, "severity", words[severity]);
        json_string(&json, "text", line);
        json_object_end(&json);
        text_add(&text, "%s\n", json.text.at != NULL ? json.text.at : "");
    } else {
        text_add(&text, "%s %s: %s\n", time, words[severity], line);
    }
    if (!text.failed && text.at != NULL)
        add_to_file(journal, text.at, text.length);
    text_free(&text);
    json_free(&json);
}

void journal_add(struct journal *journal, enum journal_severity severity, const char *format, ...)
{
    char line[LINE_MAX];
    va_list values;

    va_start(values, format);
    if (vsnprintf(line, sizeof(line), format, values) >= (int)sizeof(line))
        wide_mark_cut(line, sizeof(line));
    va_end(values);
    shmb_make_visible(line, false);
    if (journal->setup.console && severity == JOURNAL_NOTE)
        console_line("shmbmirror: %s", line);
    else if (journal->setup.console)
        console_error("shmbmirror: %s: %s", words[severity], line);
    if (journal->setup.file != NULL)
        put_in_file(journal, severity, line);
    if (journal->events != NULL && severity != JOURNAL_NOTE)
        put_in_event_log(journal, severity, line);
}
