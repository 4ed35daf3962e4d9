#include "engine.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "mirror.h"
#include "report.h"
#include "server.h"
#include "tls.h"
#include "whole_file.h"
#include "wide.h"

#define STATUS_MS 1000u
#define TOLD_MS   60000u /* a connection that keeps failing for the same reason is told so often */

struct engine {
    const struct engine_setup *setup;
    struct mirror_shared shared;
    struct server_setup server_setup;
    struct link_place *places;
    struct tls *tls;
    char origin[REVISION_ORIGIN + 1];
    const char **channels; /* of the mirrors, in their order */
    struct mirror **mirrors;
    size_t count;
    struct report report;
    uint64_t next_status, next_metrics;
    bool connected;   /* as last told */
    char told[400];   /* the last line about a connection, */
    uint64_t told_at; /* and when */
    bool status_bad, metrics_bad;
    bool tls_bad; /* which has been told */
    LARGE_INTEGER frequency;
};

static void set_clock(struct engine *engine)
{
    LARGE_INTEGER count;
    uint64_t whole, part, frequency = (uint64_t)engine->frequency.QuadPart;

    QueryPerformanceCounter(&count);
    whole = (uint64_t)count.QuadPart / frequency;
    part = (uint64_t)count.QuadPart % frequency;
    engine->shared.now_us = whole * 1000000u + part * 1000000u / frequency + 1;
    engine->shared.now = engine->shared.now_us / 1000 + 1;
}

/* ---- what the servers tell -------------------------------------------------- */

static void on_up(void *context)
{
    struct engine *engine = context;
    size_t i;

    for (i = 0; i < engine->count; i++)
        mirror_compare(engine->mirrors[i]);
}

static void on_message(void *context, const struct answer_message *message)
{
    struct engine *engine = context;
    size_t i;

    for (i = 0; i < engine->count; i++)
        mirror_message(engine->mirrors[i], message);
}

static void on_line(void *context, const char *why)
{
    struct engine *engine = context;
    uint64_t now = engine->shared.now;

    if (strcmp(engine->told, why) == 0 && now - engine->told_at < TOLD_MS)
        return;
    snprintf(engine->told, sizeof(engine->told), "%s", why);
    engine->told_at = now;
    journal_add(engine->setup->journal, JOURNAL_WARNING, "%s", why);
}

static void tell_connected(struct engine *engine)
{
    bool connected = server_ready(engine->shared.server);
    struct server_figures figures;

    if (connected == engine->connected)
        return;
    engine->connected = connected;
    server_figures(engine->shared.server, &figures);
    if (connected) {
        engine->told[0] = '\0';
        journal_add(engine->setup->journal, JOURNAL_NOTE, "connected to %s", figures.place);
    } else {
        journal_add(engine->setup->journal, JOURNAL_WARNING,
                    "not connected; programs here go on with what they have");
    }
}

/* ---- files ------------------------------------------------------------------ */

static void fill_report(struct engine *engine)
{
    struct report *report = &engine->report;
    struct server_figures figures;
    size_t i;

    server_figures(engine->shared.server, &figures);
    report->written = (uint64_t)time(NULL);
    report->connected = server_ready(engine->shared.server);
    report->hearing = server_hearing(engine->shared.server);
    snprintf(report->server, sizeof(report->server), "%s", figures.place);
    snprintf(report->fault, sizeof(report->fault), "%s", figures.fault);
    report->connections = figures.connections;
    report->bytes_in = figures.bytes_in;
    report->bytes_out = figures.bytes_out;
    for (i = 0; i < engine->count; i++)
        mirror_report(engine->mirrors[i], &report->segments[i]);
}

static void write_file(struct engine *engine, const char *path, const struct text *text, bool *bad)
{
    uint32_t code =
        text->failed ? ERROR_NOT_ENOUGH_MEMORY : whole_file_replace(path, text->at, text->length);
    char why[160];

    if (code != 0 && !*bad) {
        error_text(code, why, sizeof(why));
        journal_add(engine->setup->journal, JOURNAL_WARNING, "%s cannot be written: %s", path, why);
    }
    *bad = code != 0;
}

static void write_files(struct engine *engine)
{
    const struct mirror_config *config = engine->setup->config;
    uint64_t now = engine->shared.now;
    bool status = engine->setup->status != NULL && now >= engine->next_status;
    bool metrics = config->metrics != NULL && now >= engine->next_metrics;
    struct text text = {0};

    if (!status && !metrics)
        return;
    fill_report(engine);
    if (status) {
        engine->next_status = now + STATUS_MS;
        report_write(&engine->report, &text);
        write_file(engine, engine->setup->status, &text, &engine->status_bad);
    }
    if (metrics) {
        engine->next_metrics = now + config->metrics_ms;
        text_reset(&text);
        report_metrics(&engine->report, &text);
        write_file(engine, config->metrics, &text, &engine->metrics_bad);
    }
    text_free(&text);
}

/* The program ends: nobody is connected any more. */
static void leave_files(struct engine *engine)
{
    struct text text = {0};

    fill_report(engine);
    engine->report.connected = engine->report.hearing = false;
    engine->report.process = 0;
    report_write(&engine->report, &text);
    if (engine->setup->status != NULL)
        write_file(engine, engine->setup->status, &text, &engine->status_bad);
    text_reset(&text);
    report_metrics(&engine->report, &text);
    if (engine->setup->config->metrics != NULL)
        write_file(engine, engine->setup->config->metrics, &text, &engine->metrics_bad);
    text_free(&text);
}

/* ---- the loop --------------------------------------------------------------- */

/* Lets all do what is to be done. Returns in how many milliseconds to come again. */
static uint32_t work(struct engine *engine, size_t signalled)
{
    uint32_t wait, one;
    size_t i;

    set_clock(engine);
    wait = server_work(engine->shared.server, signalled, engine->shared.now);
    for (i = 0; i < engine->count; i++) {
        one = mirror_work(engine->mirrors[i]);
        wait = one < wait ? one : wait;
    }
    /* Sends what they gave it. */
    one = server_work(engine->shared.server, SERVER_EVENTS, engine->shared.now);
    tell_connected(engine);
    write_files(engine);
    return one < wait ? one : wait;
}

/* The events of segments behind those that are there already. Returns the new count. */
static DWORD add_events(struct engine *engine, HANDLE handles[MAXIMUM_WAIT_OBJECTS], DWORD count,
                        uint32_t *wait)
{
    uint32_t poll = engine->setup->config->poll_ms;
    size_t i;

    for (i = 0; i < engine->count; i++) {
        void *event = mirror_event(engine->mirrors[i], wait);

        if (event != NULL && count < MAXIMUM_WAIT_OBJECTS)
            handles[count++] = event;
        else if (event != NULL && *wait > poll) /* one too many */
            *wait = poll;
    }
    return count;
}

static void run(struct engine *engine)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    size_t signalled = SERVER_EVENTS, first = 0;

    handles[0] = engine->setup->stop;
    for (;;) {
        uint32_t wait = work(engine, signalled);
        DWORD count, done;

        /* The first one that is set ends the wait: each event of the server is first in turn. */
        first ^= 1;
        handles[1] = server_event(engine->shared.server, first);
        handles[2] = server_event(engine->shared.server, first ^ 1);
        count = add_events(engine, handles, 3, &wait);
        done = WaitForMultipleObjects(count, handles, FALSE, wait) - WAIT_OBJECT_0;
        if (done == 0)
            return;
        signalled = done == 1 ? first : done == 2 ? first ^ 1 : SERVER_EVENTS;
    }
}

/* ---- start and end ---------------------------------------------------------- */

static void find_origin(struct engine *engine)
{
    wchar_t name[256];
    DWORD units = 256;
    char *text;

    if (engine->setup->config->origin != NULL) {
        snprintf(engine->origin, sizeof(engine->origin), "%s", engine->setup->config->origin);
        return;
    }
    if (!GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &units) &&
        !GetComputerNameW(name, &units))
        wcscpy(name, L"machine");
    text = wide_to_utf8(name);
    snprintf(engine->origin, sizeof(engine->origin), "%.*s", REVISION_ORIGIN,
             text != NULL ? text : "machine");
    free(text);
}

struct tls *engine_tls(const struct mirror_config *config, struct cfg_messages *messages)
{
    const struct tls_files files = {config->ca, config->certificate, config->key,
                                    config->server_name};
    const struct cfg_place whole = {config->file, 0, 0};
    const struct cfg_place *const places[] = {&whole, &config->ca_place, &config->certificate_place,
                                              &config->key_place};
    static const char *const keys[] = {"tls", "tls.ca", "tls.certificate", "tls.key"};
    enum tls_part part;
    char text[1280]; /* with a path in it */
    struct tls *tls = tls_new(&files, &part, text, sizeof(text));

    if (tls == NULL)
        cfg_message_add(messages, CFG_ERROR, places[part], keys[part], "%s", text);
    return tls;
}

/* False: what is wrong has been told. */
static bool set_up_tls(struct engine *engine)
{
    struct cfg_messages messages;
    char line[2048];
    size_t i;

    cfg_messages_init(&messages);
    engine->tls = engine_tls(engine->setup->config, &messages);
    for (i = 0; i < messages.count; i++) {
        (void)cfg_message_format(&messages.items[i], line, sizeof(line));
        journal_add(engine->setup->journal, JOURNAL_ERROR, "%s", line);
    }
    cfg_messages_free(&messages);
    engine->tls_bad = engine->tls == NULL;
    return engine->tls != NULL;
}

static bool set_up_server(struct engine *engine)
{
    const struct mirror_config *config = engine->setup->config;
    struct server_setup *setup = &engine->server_setup;
    struct server_hooks hooks = {engine, on_up, on_message, on_line};
    size_t i;

    engine->places = calloc(config->place_count, sizeof(*engine->places));
    if (engine->places == NULL)
        return false;
    for (i = 0; i < config->place_count; i++) {
        snprintf(engine->places[i].host, sizeof(engine->places[i].host), "%s",
                 config->places[i].host);
        engine->places[i].port = config->places[i].port;
    }
    if (config->tls && !set_up_tls(engine))
        return false;
    setup->kind = config->servers == MIRROR_ONE        ? SERVER_ONE
                  : config->servers == MIRROR_SENTINEL ? SERVER_SENTINEL
                                                       : SERVER_CLUSTER;
    setup->places = engine->places;
    setup->count = config->place_count;
    setup->master = config->master;
    setup->database = config->database;
    setup->user = config->user;
    setup->password = engine->setup->password;
    setup->sentinel_user = config->sentinel_user;
    setup->sentinel_password = engine->setup->sentinel_password;
    setup->tls = engine->tls;
    setup->silence_ms = config->timeout_ms;
    setup->channels = engine->channels;
    setup->channel_count = engine->count;
    engine->shared.server = server_new(setup, &hooks);
    return engine->shared.server != NULL;
}

static bool set_up_mirrors(struct engine *engine)
{
    const struct mirror_config *config = engine->setup->config;

    engine->mirrors = calloc(config->count, sizeof(*engine->mirrors));
    engine->channels = calloc(config->count, sizeof(*engine->channels));
    engine->report.segments = calloc(config->count, sizeof(*engine->report.segments));
    if (engine->mirrors == NULL || engine->channels == NULL || engine->report.segments == NULL)
        return false;
    engine->report.count = config->count;
    while (engine->count < config->count) {
        engine->mirrors[engine->count] =
            mirror_new(&engine->shared, &config->segments[engine->count]);
        if (engine->mirrors[engine->count] == NULL)
            return false;
        engine->channels[engine->count] = mirror_channel(engine->mirrors[engine->count]);
        engine->count++;
    }
    return true;
}

static void set_up_report(struct engine *engine)
{
    struct report *report = &engine->report;
    FILETIME started = {0}, ignored;

    GetProcessTimes(GetCurrentProcess(), &started, &ignored, &ignored, &ignored);
    report->process = GetCurrentProcessId();
    report->process_started = (uint64_t)started.dwHighDateTime << 32 | started.dwLowDateTime;
    snprintf(report->version, sizeof(report->version), "%s", engine->setup->version);
    snprintf(report->origin, sizeof(report->origin), "%s", engine->origin);
    snprintf(report->bucket, sizeof(report->bucket), "%s", engine->setup->config->bucket);
    snprintf(report->config, sizeof(report->config), "%s", engine->setup->config->file);
}

static bool set_up(struct engine *engine)
{
    FILETIME time;

    QueryPerformanceFrequency(&engine->frequency);
    set_clock(engine);
    GetSystemTimeAsFileTime(&time);
    engine->shared.random = ((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) ^
                            (uint64_t)GetCurrentProcessId() << 40 ^ engine->shared.now_us;
    engine->shared.config = engine->setup->config;
    engine->shared.journal = engine->setup->journal;
    engine->shared.origin = engine->origin;
    find_origin(engine);
    set_up_report(engine);
    return set_up_mirrors(engine) && set_up_server(engine);
}

static void tear_down(struct engine *engine)
{
    server_free(engine->shared.server);
    while (engine->count > 0)
        mirror_free(engine->mirrors[--engine->count]);
    free(engine->mirrors);
    free(engine->channels);
    report_free(&engine->report);
    free(engine->places);
    tls_free(engine->tls);
}

enum shmb_exit engine_run(const struct engine_setup *setup)
{
    struct engine engine = {.setup = setup};
    bool good = set_up(&engine);

    if (good) {
        journal_add(setup->journal, JOURNAL_NOTE, "%zu segment%s as machine %s", engine.count,
                    engine.count == 1 ? "" : "s", engine.origin);
        run(&engine);
        leave_files(&engine);
        journal_add(setup->journal, JOURNAL_NOTE, "ended");
    } else if (!engine.tls_bad) {
        journal_add(setup->journal, JOURNAL_ERROR, "out of memory, or Windows has no sockets");
    }
    tear_down(&engine);
    return good ? SHMB_EXIT_DONE : SHMB_EXIT_SYSTEM;
}
