#include "metrics.h"

#include <stdlib.h>
#include <string.h>

/* Reasons to be degraded, as lines of the report. `state` NULL: any; objects have no line here. */
static const struct {
    const char *word, *kind, *state;
} reasons[] = {
    {"last_good_configuration", "degraded", "last-good"},
    {"include_left_out", "degraded", "left-out"},
    {"configuration_file_held", "degraded", "held"},
    {"last_good_not_saved", "degraded", "unsaved"},
    {"configuration_not_watched", "degraded", "unwatched"},
    {"account_pending", "degraded", "pending"},
    {"metrics_not_written", "degraded", "unwritten"},
    {"log_not_written", "degraded", "unlogged"},
    {"state_not_written", "state", "failed"},
    {"keeper_incomplete", "degraded", "failed"},
    {"former_keeper", "degraded", "spared"},
    {"requests_name_taken", "requests", "conflict"},
    {"requests_failed", "requests", "failed"},
    {"copy_failed", "copy", "failed"},
    {"instance_name_taken", "instance", NULL},
    {"publication_incomplete", "publication", NULL},
    {"object_not_audited", "audit", NULL},
    {"object_access_due", "access", "due"},
    {"plain_name_taken", "alias", NULL},
};
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

static_assert(REASONS <= METRICS_REASONS, "room for each reason");

/* Those of objects follow. */
static const struct {
    const char *word;
    enum metrics_state state;
} lacking[] = {{"object_conflict", METRICS_CONFLICT},
               {"object_failed", METRICS_FAILED},
               {"object_deferred", METRICS_DEFERRED}};
#define LACKING (sizeof(lacking) / sizeof(lacking[0]))

const char *metrics_reason(const struct metrics *metrics, size_t which, size_t *count)
{
    size_t kind;

    *count = 0;
    if (which < REASONS) {
        *count = metrics->reasons[which];
        return reasons[which].word;
    }
    which -= REASONS;
    if (which >= LACKING)
        return NULL;
    for (kind = 0; kind < SHMB_KIND_COUNT; kind++)
        *count += metrics->objects[kind][lacking[which].state];
    return lacking[which].word;
}

void metrics_object(struct metrics *metrics, enum shmb_kind kind, enum metrics_state state,
                    uint64_t bytes)
{
    if ((unsigned)kind >= SHMB_KIND_COUNT)
        return;
    metrics->listed = true;
    metrics->objects[kind][state]++;
    if (state == METRICS_HELD || state == METRICS_DEFERRED)
        metrics->bytes += bytes;
}

void metrics_requested(struct metrics *metrics, enum shmb_kind kind, bool companion, uint64_t bytes)
{
    if ((unsigned)kind >= SHMB_KIND_COUNT)
        return;
    metrics->requested_bytes += bytes;
    if (!companion)
        metrics->requested[kind]++;
}

/*
 * Room for one more entry; grows at every power of two. NULL: one too many, which is counted, or no
 * memory, which is noted.
 */
static void *grow(struct metrics *metrics, void *entries, size_t count, size_t size,
                  size_t *left_out)
{
    if (count == METRICS_SEGMENTS_MOST) {
        (*left_out)++;
        return NULL;
    }
    if ((count & (count - 1)) == 0)
        entries = realloc(entries, (count == 0 ? 1 : 2 * count) * size);
    metrics->failed |= entries == NULL;
    return entries;
}

static char *copy_name(const char *name, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy != NULL) {
        memcpy(copy, name, length);
        copy[length] = '\0';
    }
    return copy;
}

struct metrics_segment *metrics_segment(struct metrics *metrics, const char *name)
{
    struct metrics_segment *entries = grow(metrics, metrics->segments, metrics->segment_count,
                                           sizeof(*entries), &metrics->segments_left_out);
    struct metrics_segment *entry;

    if (entries == NULL)
        return NULL;
    metrics->segments = entries;
    entry = &entries[metrics->segment_count];
    *entry = (struct metrics_segment){.name = copy_name(name, strlen(name)), .lock = "none"};
    if (entry->name == NULL) {
        metrics->failed = true;
        return NULL;
    }
    metrics->segment_count++;
    return entry;
}

void metrics_block(struct metrics_segment *segment, uint64_t change, uint64_t sequence,
                   uint32_t abandoned)
{
    segment->shared = true;
    segment->change = change;
    segment->writes = sequence / 2; /* odd while one is in progress */
    segment->abandoned = abandoned != 0;
}

void metrics_event(struct metrics *metrics, uint32_t number, uint64_t count)
{
    if (number < METRICS_EVENT_FIRST || number - METRICS_EVENT_FIRST >= METRICS_EVENT_COUNT)
        return;
    metrics->known[number - METRICS_EVENT_FIRST] = true;
    metrics->events[number - METRICS_EVENT_FIRST] = count;
}

/* ---- lines of the report ---------------------------------------------------- */

static bool is(const struct shmb_report_line *line, size_t field, const char *text)
{
    return line->length[field] == strlen(text) &&
           memcmp(line->field[field], text, line->length[field]) == 0;
}

/* The number at the start of a field; 0: there is none. */
static uint64_t number_of(const struct shmb_report_line *line, size_t field)
{
    uint64_t number = 0;
    size_t i;

    for (i = 0; i < line->length[field] && i < 19; i++) {
        char c = line->field[field][i];

        if (c < '0' || c > '9')
            break;
        number = 10 * number + (uint64_t)(c - '0');
    }
    return number;
}

static const char time_shape[] = "0000-00-00 00:00:00 UTC";
#define TIME_LENGTH (sizeof(time_shape) - 1)

static unsigned digits(const char *at, size_t count)
{
    unsigned number = 0;

    while (count-- > 0)
        number = 10 * number + (unsigned)(*at++ - '0');
    return number;
}

/*
 * Seconds since 1970 of the time at the end of a field, as event_time of core/port writes it;
 * 0: there is none.
 */
static uint64_t time_of(const struct shmb_report_line *line, size_t field)
{
    const char *at = line->field[field] + line->length[field] - TIME_LENGTH;
    unsigned year, month, day;
    int64_t days;
    size_t i;

    if (line->length[field] < TIME_LENGTH)
        return 0;
    for (i = 0; i < TIME_LENGTH; i++)
        if (time_shape[i] == '0' ? at[i] < '0' || at[i] > '9' : at[i] != time_shape[i])
            return 0;
    year = digits(at, 4);
    month = digits(at + 5, 2);
    day = digits(at + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return 0;
    /* Years begin in March, so that the day that comes and goes is the last one. */
    year -= month < 3;
    month = month < 3 ? month + 9 : month - 3;
    days = (int64_t)365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day -
           1 - 719468; /* from 1 March of the year 0 to 1970 */
    return (uint64_t)days * 86400 + digits(at + 11, 2) * 3600 + digits(at + 14, 2) * 60 +
           digits(at + 17, 2);
}

static void take_copy(struct metrics *metrics, const struct shmb_report_line *line)
{
    const size_t prefix = sizeof(SHMB_GLOBAL_PREFIX) - 1;
    struct metrics_copy *entries, *entry;

    if (line->length[1] <= prefix)
        return;
    entries = grow(metrics, metrics->copies, metrics->copy_count, sizeof(*entries),
                   &metrics->copies_left_out);
    if (entries == NULL)
        return;
    metrics->copies = entries;
    entry = &entries[metrics->copy_count];
    entry->name = copy_name(line->field[1] + prefix, line->length[1] - prefix);
    entry->saved = time_of(line, 3);
    entry->failed = is(line, 2, "failed");
    if (entry->name == NULL)
        metrics->failed = true;
    else
        metrics->copy_count++;
}

static void take_count(struct metrics *metrics, const struct shmb_report_line *line)
{
    uint64_t count = number_of(line, 3);
    uint32_t i;

    if (is(line, 1, "adopted"))
        metrics->adopted = (size_t)count;
    else if (is(line, 1, "event"))
        metrics_event(metrics, (uint32_t)number_of(line, 2), count);
    else if (is(line, 1, "reload"))
        for (i = 1; i < METRICS_RESULTS; i++)
            if (is(line, 2, shmb_reload_word(i)))
                metrics->reloads[i] = count;
    if (is(line, 1, "request"))
        for (i = 0; i < SHMB_OUTCOME_COUNT; i++)
            if (is(line, 2, shmb_outcome_word((enum shmb_request_outcome)i)))
                metrics->outcomes[i] = count;
    if (is(line, 1, "refused"))
        for (i = 0; i < SHMB_WHY_COUNT; i++)
            if (is(line, 2, shmb_reason_word((enum shmb_request_reason)i)))
                metrics->refused[i] = count;
}

static void take_reason(struct metrics *metrics, const struct shmb_report_line *line)
{
    size_t i;

    for (i = 0; i < REASONS; i++)
        if (is(line, 0, reasons[i].kind) && !is(line, 2, "avoided") &&
            (reasons[i].state == NULL || is(line, 2, reasons[i].state)))
            metrics->reasons[i]++;
}

static void take_version(struct metrics *metrics, const struct shmb_report_line *line)
{
    size_t length = line->length[2] < sizeof(metrics->version) - 1 ? line->length[2]
                                                                   : sizeof(metrics->version) - 1;

    memcpy(metrics->version, line->field[2], length);
    metrics->version[length] = '\0';
}

void metrics_report(struct metrics *metrics, const struct shmb_report *report, const char *text)
{
    struct shmb_report_line line;
    size_t at = 0;

    metrics->reported = true;
    metrics->degraded = report->result != SHMB_REPORT_COMPLETE;
    metrics->last_reload = report->reload_result;
    while (shmb_report_next(text, report->text_size, &at, &line)) {
        take_reason(metrics, &line);
        if (is(&line, 0, "version")) {
            take_version(metrics, &line);
        } else if (is(&line, 0, "file")) {
            metrics->config_read = time_of(&line, 3);
        } else if (is(&line, 0, "count")) {
            take_count(metrics, &line);
        } else if (is(&line, 0, "copy")) {
            take_copy(metrics, &line);
        } else if (is(&line, 0, "retired")) {
            metrics->retired++;
        } else if (is(&line, 0, "cut")) {
            metrics->cut = (size_t)number_of(&line, 1);
        } else if (is(&line, 0, "keeper")) {
            metrics->keeper = true;
            metrics->keeper_objects = number_of(&line, 3);
        } else if (is(&line, 0, "requests")) {
            metrics->listening = is(&line, 2, "open");
        }
    }
}

void metrics_free(struct metrics *metrics)
{
    size_t i;

    for (i = 0; i < metrics->segment_count; i++)
        free(metrics->segments[i].name);
    for (i = 0; i < metrics->copy_count; i++)
        free(metrics->copies[i].name);
    free(metrics->segments);
    free(metrics->copies);
    *metrics = (struct metrics){0};
}
