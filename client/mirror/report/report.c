/* The status file: a line for each fact, its parts between tabs. The first line names the form. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define FORM       "shmbmirror-status\t1"
#define PARTS_MOST 20

static const char *const words[REPORT_STATES] = {"agreed", "behind", "no segment", "size differs",
                                                 "refused"};

const char *report_state_word(enum report_state state)
{
    return words[state];
}

static unsigned long long number(uint64_t value)
{
    return (unsigned long long)value;
}

void report_write(const struct report *report, struct text *out)
{
    size_t i;

    text_add(out, FORM "\n");
    text_add(out, "program\t%s\t%lu\t%llu\t%llu\n", report->version, (unsigned long)report->process,
             number(report->process_started), number(report->written));
    text_add(out, "machine\t%s\t%s\t%s\n", report->origin, report->bucket, report->config);
    text_add(out, "server\t%d\t%d\t%s\t%llu\t%llu\t%llu\t%s\n", report->connected, report->hearing,
             report->server, number(report->connections), number(report->bytes_in),
             number(report->bytes_out), report->fault);
    for (i = 0; i < report->count; i++) {
        const struct report_segment *s = &report->segments[i];

        text_add(out, "segment\t%s\t%d\t%d\t%d\t%llu\t%llu\t%s\t", s->name, s->publish, s->follow,
                 (int)s->state, number(s->size), number(s->revision), s->origin);
        text_add(out, "%llu\t%llu\t%llu\t%llu\t%llu\t", number(s->sent), number(s->received),
                 number(s->conflicts), number(s->lost), number(s->refused));
        text_add(out, "%llu\t%llu\t%llu\t%llu\t%s\n", number(s->bytes_sent),
                 number(s->bytes_received), number(s->lag_us), number(s->behind_ms), s->why);
    }
    text_add(out, "end\n");
}

/* ---- reading ---------------------------------------------------------------- */

struct line {
    char *parts[PARTS_MOST];
    size_t count;
    bool good;
};

/* Cuts a line at its tabs, in place. */
static struct line cut(char *text)
{
    struct line line = {.good = true};

    for (;;) {
        char *tab = strchr(text, '\t');

        if (line.count == PARTS_MOST) {
            line.good = false;
            return line;
        }
        line.parts[line.count++] = text;
        if (tab == NULL)
            return line;
        *tab = '\0';
        text = tab + 1;
    }
}

static uint64_t take_number(struct line *line, size_t which)
{
    uint64_t value = 0;

    if (which >= line->count ||
        !revision_number(line->parts[which], strlen(line->parts[which]), UINT64_MAX, &value))
        line->good = false;
    return value;
}

static void take_text(struct line *line, size_t which, char *out, size_t size)
{
    if (which < line->count && strlen(line->parts[which]) < size)
        strcpy(out, line->parts[which]);
    else
        line->good = false;
}

#define TAKE_TEXT(line, which, field) take_text(line, which, field, sizeof(field))

static void read_segment(struct line *line, struct report_segment *s)
{
    uint64_t state = take_number(line, 4);

    TAKE_TEXT(line, 1, s->name);
    s->publish = take_number(line, 2) != 0;
    s->follow = take_number(line, 3) != 0;
    if (state >= REPORT_STATES)
        line->good = false;
    else
        s->state = (enum report_state)state;
    s->size = take_number(line, 5);
    s->revision = take_number(line, 6);
    TAKE_TEXT(line, 7, s->origin);
    s->sent = take_number(line, 8);
    s->received = take_number(line, 9);
    s->conflicts = take_number(line, 10);
    s->lost = take_number(line, 11);
    s->refused = take_number(line, 12);
    s->bytes_sent = take_number(line, 13);
    s->bytes_received = take_number(line, 14);
    s->lag_us = take_number(line, 15);
    s->behind_ms = take_number(line, 16);
    TAKE_TEXT(line, 17, s->why);
}

static void read_line(struct line *line, struct report *out)
{
    if (strcmp(line->parts[0], "program") == 0) {
        TAKE_TEXT(line, 1, out->version);
        out->process = (uint32_t)take_number(line, 2);
        out->process_started = take_number(line, 3);
        out->written = take_number(line, 4);
    } else if (strcmp(line->parts[0], "machine") == 0) {
        TAKE_TEXT(line, 1, out->origin);
        TAKE_TEXT(line, 2, out->bucket);
        TAKE_TEXT(line, 3, out->config);
    } else if (strcmp(line->parts[0], "server") == 0) {
        out->connected = take_number(line, 1) != 0;
        out->hearing = take_number(line, 2) != 0;
        TAKE_TEXT(line, 3, out->server);
        out->connections = take_number(line, 4);
        out->bytes_in = take_number(line, 5);
        out->bytes_out = take_number(line, 6);
        TAKE_TEXT(line, 7, out->fault);
    } else if (strcmp(line->parts[0], "segment") == 0) {
        read_segment(line, &out->segments[out->count++]);
    } else {
        line->good = false;
    }
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    while ((text = strchr(text, '\n')) != NULL) {
        count++;
        text++;
    }
    return count;
}

static bool read_lines(char *text, struct report *out)
{
    char *next = strchr(text, '\n');
    struct line line;

    if (next == NULL || strncmp(text, FORM "\n", sizeof(FORM)) != 0)
        return false;
    for (;;) {
        text = next + 1;
        next = strchr(text, '\n');
        if (next == NULL)
            return false;
        *next = '\0';
        if (strcmp(text, "end") == 0)
            return true;
        line = cut(text);
        if (line.good)
            read_line(&line, out);
        if (!line.good)
            return false;
    }
}

bool report_read(const char *text, size_t length, struct report *out)
{
    char *copy = malloc(length + 1);
    bool good = false;

    *out = (struct report){0};
    if (copy == NULL)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    out->segments = calloc(count_lines(copy) + 1, sizeof(*out->segments));
    if (out->segments != NULL)
        good = read_lines(copy, out);
    free(copy);
    if (!good)
        report_free(out);
    return good;
}

void report_free(struct report *report)
{
    free(report->segments);
    *report = (struct report){0};
}

/* ---- showing ---------------------------------------------------------------- */

static void put_segment(const struct report_segment *s, struct json *json)
{
    json_object(json, NULL);
    json_name(json, "name", s->name);
    json_bool(json, "publish", s->publish);
    json_bool(json, "follow", s->follow);
    json_string(json, "state", words[s->state]);
    json_string(json, "reason", s->why[0] != '\0' ? s->why : NULL);
    json_number(json, "bytes", s->size);
    json_number(json, "revision", s->revision);
    json_string(json, "origin", s->origin[0] != '\0' ? s->origin : NULL);
    json_number(json, "sent", s->sent);
    json_number(json, "received", s->received);
    json_number(json, "conflicts", s->conflicts);
    json_number(json, "lost", s->lost);
    json_number(json, "refused", s->refused);
    json_number(json, "bytes_sent", s->bytes_sent);
    json_number(json, "bytes_received", s->bytes_received);
    json_number(json, "lag_us", s->lag_us);
    json_number(json, "behind_ms", s->behind_ms);
    json_object_end(json);
}

void report_json(const struct report *report, bool running, struct json *json)
{
    size_t i;

    json_bool(json, "running", running);
    json_number(json, "process", report->process);
    json_string(json, "version", report->version);
    json_string(json, "configuration", report->config);
    json_string(json, "origin", report->origin);
    json_string(json, "bucket", report->bucket);
    json_number(json, "written", report->written);
    json_bool(json, "connected", running && report->connected);
    json_bool(json, "hearing", running && report->hearing);
    json_string(json, "server", report->server[0] != '\0' ? report->server : NULL);
    json_string(json, "fault", report->fault[0] != '\0' ? report->fault : NULL);
    json_number(json, "connections", report->connections);
    json_number(json, "bytes_in", report->bytes_in);
    json_number(json, "bytes_out", report->bytes_out);
    json_array(json, "segments");
    for (i = 0; i < report->count; i++)
        put_segment(&report->segments[i], json);
    json_array_end(json);
}

/* A label's value. */
static void add_label(struct text *out, const char *label, const char *value)
{
    text_add(out, "%s=\"", label);
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            text_add(out, "\\");
        text_add(out, "%c", *value);
    }
    text_add(out, "\"");
}

static void add_plain(struct text *out, const char *name, const char *kind, const char *help,
                      uint64_t value)
{
    text_add(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, kind, name,
             number(value));
}

/* A figure of each segment: a member of uint64_t at `offset`. */
struct figure {
    const char *name, *kind, *help;
    size_t offset;
    double unit;
};

static void add_figure(const struct report *report, const struct figure *figure, struct text *out)
{
    size_t i;

    text_add(out, "# HELP %s %s\n# TYPE %s %s\n", figure->name, figure->help, figure->name,
             figure->kind);
    for (i = 0; i < report->count; i++) {
        uint64_t value;

        memcpy(&value, (const char *)&report->segments[i] + figure->offset, sizeof(value));
        text_add(out, "%s{", figure->name);
        add_label(out, "segment", report->segments[i].name);
        if (figure->unit == 1)
            text_add(out, "} %llu\n", number(value));
        else
            text_add(out, "} %.6f\n", (double)value * figure->unit);
    }
}

static void add_states(const struct report *report, struct text *out)
{
    size_t i, state;

    text_add(out, "# HELP shmb_mirror_state Whether the segment is in this state.\n"
                  "# TYPE shmb_mirror_state gauge\n");
    for (i = 0; i < report->count; i++)
        for (state = 0; state < REPORT_STATES; state++) {
            text_add(out, "shmb_mirror_state{");
            add_label(out, "segment", report->segments[i].name);
            text_add(out, ",");
            add_label(out, "state", words[state]);
            text_add(out, "} %d\n", report->segments[i].state == (enum report_state)state);
        }
}

#define OFFSET(member) offsetof(struct report_segment, member)

void report_metrics(const struct report *report, struct text *out)
{
    static const struct figure figures[] = {
        {"shmb_mirror_sent_total", "counter", "Values sent to the server.", OFFSET(sent), 1},
        {"shmb_mirror_received_total", "counter", "Values taken from the server.", OFFSET(received),
         1},
        {"shmb_mirror_conflicts_total", "counter",
         "Values of another machine where this one publishes.", OFFSET(conflicts), 1},
        {"shmb_mirror_lost_total", "counter",
         "Changes of this machine that another machine's took the place of.", OFFSET(lost), 1},
        {"shmb_mirror_refused_total", "counter", "Values not sent or taken: the size differs.",
         OFFSET(refused), 1},
        {"shmb_mirror_sent_bytes_total", "counter", "Bytes of values sent.", OFFSET(bytes_sent), 1},
        {"shmb_mirror_received_bytes_total", "counter", "Bytes of values taken.",
         OFFSET(bytes_received), 1},
        {"shmb_mirror_revision", "gauge", "Revision that the segment has.", OFFSET(revision), 1},
        {"shmb_mirror_lag_seconds", "gauge",
         "From the change or the message to its end, of the last value.", OFFSET(lag_us), 1e-6},
        {"shmb_mirror_behind_seconds", "gauge", "How long the segment has been behind.",
         OFFSET(behind_ms), 1e-3},
    };
    size_t i;

    text_add(out, "# HELP shmb_mirror_info The program.\n# TYPE shmb_mirror_info gauge\n"
                  "shmb_mirror_info{");
    add_label(out, "version", report->version);
    text_add(out, ",");
    add_label(out, "origin", report->origin);
    text_add(out, "} 1\n");
    add_plain(out, "shmb_mirror_written_timestamp_seconds", "gauge",
              "When this file was written, in seconds since 1970.", report->written);
    add_plain(out, "shmb_mirror_connected", "gauge", "Whether the server takes commands.",
              report->connected);
    add_plain(out, "shmb_mirror_hearing", "gauge", "Whether messages of new revisions are heard.",
              report->hearing);
    add_plain(out, "shmb_mirror_connections_total", "counter", "Connections made to servers.",
              report->connections);
    add_plain(out, "shmb_mirror_in_bytes_total", "counter", "Bytes read from servers.",
              report->bytes_in);
    add_plain(out, "shmb_mirror_out_bytes_total", "counter", "Bytes written to servers.",
              report->bytes_out);
    for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        add_figure(report, &figures[i], out);
    add_states(report, out);
}
