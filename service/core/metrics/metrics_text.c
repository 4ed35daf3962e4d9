/*
 * A reader refuses the whole text for one line that it cannot read, or for two lines about the
 * same. So a family of figures is written at once, and a label never changes two names into one.
 */
#include "metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "utf.h"

#define FILETIME_OF_1970 UINT64_C(116444736000000000)

/* ---- lines ------------------------------------------------------------------ */

static void family(struct text *out, const char *name, const char *type, const char *help)
{
    text_add(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A family of one figure. */
static void figure(struct text *out, const char *name, const char *type, uint64_t value,
                   const char *help)
{
    family(out, name, type, help);
    text_add(out, "%s %" PRIu64 "\n", name, value);
}

/* A FILETIME as seconds since 1970. */
static void moment(struct text *out, const char *name, uint64_t time, const char *help)
{
    uint64_t ms;

    if (time < FILETIME_OF_1970)
        return;
    ms = (time - FILETIME_OF_1970) / 10000;
    family(out, name, "gauge", help);
    text_add(out, "%s %" PRIu64 ".%03u\n", name, ms / 1000, (unsigned)(ms % 1000));
}

/*
 * The value of a label. What is no UTF-8, control characters and the backslash become \x and two
 * digits, so that different names stay different.
 */
static void label(struct text *out, const char *value)
{
    const char *at = value, *end = value + strlen(value);

    while (at < end && !out->failed) {
        const char *from = at;
        uint32_t point = shmb_utf8_next(&at, end);

        if (point == UINT32_MAX || point < 0x20 || point == 0x7F || point == '\\') {
            at = from + 1;
            text_add(out, "\\\\x%02x", (unsigned)(unsigned char)*from);
        } else {
            text_add(out, "%s%.*s", point == '"' ? "\\" : "", (int)(at - from), from);
        }
    }
}

/* `name{key="value"} ` */
static void labelled(struct text *out, const char *name, const char *key, const char *value)
{
    text_add(out, "%s{%s=\"", name, key);
    label(out, value);
    text_add(out, "\"} ");
}

/* ---- families --------------------------------------------------------------- */

static void put_service(struct text *out, const struct metrics *metrics)
{
    figure(out, "shmbroker_up", "gauge", metrics->up,
           "Whether the broker runs: 1, or 0 since its stop.");
    if (metrics->version[0] != '\0') {
        family(out, "shmbroker_build_info", "gauge", "Version of the running broker.");
        labelled(out, "shmbroker_build_info", "version", metrics->version);
        text_add(out, "1\n");
    }
    moment(out, "shmbroker_start_time_seconds", metrics->started, "When the broker started.");
    moment(out, "shmbroker_metrics_time_seconds", metrics->now, "When these figures were made.");
    if (metrics->every_ms != 0) {
        family(out, "shmbroker_metrics_interval_seconds", "gauge",
               "How often these figures are written.");
        text_add(out, "shmbroker_metrics_interval_seconds %" PRIu32 ".%03" PRIu32 "\n",
                 metrics->every_ms / 1000, metrics->every_ms % 1000);
    }
    if (metrics->handles != 0)
        figure(out, "shmbroker_open_handles", "gauge", metrics->handles,
               "Handles that the broker has open.");
}

static void put_requested(struct text *out, const struct metrics *metrics)
{
    size_t kind;

    family(out, "shmbroker_requested_objects", "gauge",
           "Held objects that programs have asked for, by kind. Companions are not counted.");
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++)
        if (kind != SHMB_QUEUE)
            text_add(out, "shmbroker_requested_objects{kind=\"%s\"} %zu\n",
                     shmb_kind_word((enum shmb_kind)kind), metrics->requested[kind]);
    figure(out, "shmbroker_requested_memory_bytes", "gauge", metrics->requested_bytes,
           "Bytes of the sections of these.");
}

static void put_objects(struct text *out, const struct metrics *metrics)
{
    static const char *const states[METRICS_STATES] = {"held", "deferred", "conflict", "failed"};
    size_t kind, state;

    family(out, "shmbroker_objects", "gauge",
           "Objects of the configuration, with locks and other companions, by kind and state.");
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++)
        for (state = 0; state < METRICS_STATES; state++)
            text_add(out, "shmbroker_objects{kind=\"%s\",state=\"%s\"} %zu\n",
                     shmb_kind_word((enum shmb_kind)kind), states[state],
                     metrics->objects[kind][state]);
    figure(out, "shmbroker_memory_bytes", "gauge", metrics->bytes,
           "Bytes of all sections and queues that are held.");
    put_requested(out, metrics);
}

static void put_requests(struct text *out, const struct metrics *metrics)
{
    unsigned i;

    figure(out, "shmbroker_requests_listening", "gauge", metrics->listening,
           "Whether programs can ask for objects; 0 also without requests in the configuration.");
    family(out, "shmbroker_requests_total", "counter",
           "Requests for objects since the start, by result.");
    for (i = 0; i < SHMB_OUTCOME_COUNT; i++)
        text_add(out, "shmbroker_requests_total{result=\"%s\"} %" PRIu64 "\n",
                 shmb_outcome_word((enum shmb_request_outcome)i), metrics->outcomes[i]);
    family(out, "shmbroker_requests_refused_total", "counter",
           "Refused requests since the start, by reason.");
    /* The last reason is one that the library gives, and never the broker. */
    for (i = SHMB_WHY_NONE + 1; i < SHMB_WHY_NO_PIPE; i++)
        text_add(out, "shmbroker_requests_refused_total{reason=\"%s\"} %" PRIu64 "\n",
                 shmb_reason_word((enum shmb_request_reason)i), metrics->refused[i]);
}

static void put_reasons(struct text *out, const struct metrics *metrics)
{
    const char *word;
    size_t i, count;

    figure(out, "shmbroker_degraded", "gauge", metrics->degraded,
           "Whether the broker lacks something that the configuration asks for.");
    family(out, "shmbroker_degraded_reasons", "gauge",
           "What the broker lacks: how many things of each kind.");
    for (i = 0; (word = metrics_reason(metrics, i, &count)) != NULL; i++)
        text_add(out, "shmbroker_degraded_reasons{reason=\"%s\"} %zu\n", word, count);
}

static void put_reloads(struct text *out, const struct metrics *metrics)
{
    uint32_t i;

    family(out, "shmbroker_reloads_total", "counter",
           "Reloads of the configuration since the start, by result.");
    for (i = 1; i < METRICS_RESULTS; i++)
        text_add(out, "shmbroker_reloads_total{result=\"%s\"} %" PRIu64 "\n", shmb_reload_word(i),
                 metrics->reloads[i]);
    figure(out, "shmbroker_config_last_reload_successful", "gauge",
           metrics->last_reload != SHMB_RELOAD_REFUSED && metrics->last_reload != SHMB_RELOAD_HELD,
           "Whether the last reload was applied; 1 also if there was none.");
    if (metrics->config_read != 0)
        figure(out, "shmbroker_config_read_time_seconds", "gauge", metrics->config_read,
               "When the configuration in force was read.");
}

static void put_events(struct text *out, const struct metrics *metrics)
{
    size_t i;

    family(out, "shmbroker_events_total", "counter",
           "Events in the event log since the start, by number.");
    for (i = 0; i < METRICS_EVENT_COUNT; i++)
        if (metrics->known[i])
            text_add(out, "shmbroker_events_total{event=\"%zu\"} %" PRIu64 "\n",
                     i + METRICS_EVENT_FIRST, metrics->events[i]);
}

static void put_report(struct text *out, const struct metrics *metrics)
{
    put_reasons(out, metrics);
    figure(out, "shmbroker_adopted_objects", "gauge", metrics->adopted,
           "Held objects that existed before this broker started.");
    figure(out, "shmbroker_retired_objects", "gauge", metrics->retired,
           "Objects that were released and that programs still have open.");
    figure(out, "shmbroker_keeper_up", "gauge", metrics->keeper,
           "Whether a keeper runs, which holds the objects while the broker does not run.");
    figure(out, "shmbroker_keeper_objects", "gauge", metrics->keeper_objects,
           "Objects that the keeper holds.");
    put_requests(out, metrics);
    put_reloads(out, metrics);
    put_events(out, metrics);
    figure(out, "shmbroker_report_lines_cut", "gauge", metrics->cut,
           "Lines that had no room in the broker's report; figures count without them.");
}

static void put_copies(struct text *out, const struct metrics *metrics)
{
    static const char failed[] = "shmbroker_copy_failed",
                      saved[] = "shmbroker_copy_saved_time_seconds";
    size_t i;

    family(out, failed, "gauge",
           "Whether the copy of a segment with keep: reboot could not be read or saved.");
    for (i = 0; i < metrics->copy_count; i++) {
        labelled(out, failed, "segment", metrics->copies[i].name);
        text_add(out, "%d\n", metrics->copies[i].failed);
    }
    family(out, saved, "gauge",
           "When the copy of a segment was last saved, or found to be current.");
    for (i = 0; i < metrics->copy_count; i++) {
        if (metrics->copies[i].saved == 0)
            continue;
        labelled(out, saved, "segment", metrics->copies[i].name);
        text_add(out, "%" PRIu64 "\n", metrics->copies[i].saved);
    }
    figure(out, "shmbroker_copies_left_out", "gauge", metrics->copies_left_out,
           "Copies without figures of their own, because there are too many.");
}

static uint64_t bytes_of(const struct metrics_segment *segment)
{
    return segment->bytes;
}

static uint64_t change_of(const struct metrics_segment *segment)
{
    return segment->change;
}

static uint64_t writes_of(const struct metrics_segment *segment)
{
    return segment->writes;
}

static uint64_t abandoned_of(const struct metrics_segment *segment)
{
    return segment->abandoned;
}

static void put_segments(struct text *out, const struct metrics *metrics)
{
    static const struct {
        const char *name, *type, *help;
        bool shared; /* only of segments with a block */
        uint64_t (*value)(const struct metrics_segment *segment);
    } families[] = {
        {"shmbroker_segment_bytes", "gauge", "Size of a segment.", false, bytes_of},
        {"shmbroker_segment_change_number", "gauge",
         "Change number of a segment: what programs that wait for a change compare.", true,
         change_of},
        {"shmbroker_segment_writes_total", "counter",
         "Finished writes by calls of the library. Programs with plain Win32 are not counted.",
         true, writes_of},
        {"shmbroker_segment_abandoned", "gauge",
         "Whether an owner died with the lock, and nobody has declared the content consistent.",
         true, abandoned_of},
    };
    static const char lock[] = "shmbroker_segment_lock_info";
    size_t i, f;

    family(out, lock, "gauge", "The kind of lock of a segment: mutex, fast or none.");
    for (i = 0; i < metrics->segment_count; i++) {
        text_add(out, "%s{segment=\"", lock);
        label(out, metrics->segments[i].name);
        text_add(out, "\",lock=\"%s\"} 1\n", metrics->segments[i].lock);
    }
    for (f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
        family(out, families[f].name, families[f].type, families[f].help);
        for (i = 0; i < metrics->segment_count; i++) {
            const struct metrics_segment *segment = &metrics->segments[i];

            if (families[f].shared && !segment->shared)
                continue;
            labelled(out, families[f].name, "segment", segment->name);
            text_add(out, "%" PRIu64 "\n", families[f].value(segment));
        }
    }
    figure(out, "shmbroker_segments_left_out", "gauge", metrics->segments_left_out,
           "Segments without figures of their own, because there are too many.");
}

bool metrics_text(const struct metrics *metrics, struct text *out)
{
    put_service(out, metrics);
    if (metrics->listed)
        put_objects(out, metrics);
    if (metrics->reported) {
        put_report(out, metrics);
        put_copies(out, metrics);
    }
    if (metrics->listed)
        put_segments(out, metrics);
    return !metrics->failed && !out->failed;
}
