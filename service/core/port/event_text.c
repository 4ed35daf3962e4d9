/*
 * Uses buffers of fixed size on the stack: many of these events report a lack of memory. Only a
 * list of messages needs the heap; without it the event is logged without the list.
 */
#include "event_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hash.h"

#define TAIL_ROOM 64 /* for the line that says how many messages are missing */

void event_failure_text(const struct sys_failure *why, char out[REPORT_FAILURE])
{
    const char *text = why->text[0] != '\0' ? why->text : "failed";
    char number[32] = "";

    if (why->code != 0)
        (void)snprintf(number, sizeof(number), " (error %" PRIu32 ")", why->code);
    (void)snprintf(out, REPORT_FAILURE, "%s%s%s%s", why->call != NULL ? why->call : "",
                   why->call != NULL ? ": " : "", text, number);
}

void event_reason(enum sys_status status, const struct sys_failure *why, char out[REPORT_FAILURE])
{
    if (status == SYS_TAKEN)
        (void)snprintf(out, REPORT_FAILURE, "%s", why->text);
    else
        event_failure_text(why, out);
}

/* The text of a failure depends on its code, so only a conflict needs the text itself. */
uint32_t event_cause(enum sys_status status, const struct sys_failure *why)
{
    const char *text = status == SYS_TAKEN ? why->text : why->call;
    uint32_t hash = shmb_hash_add(SHMB_HASH_START, (uint32_t)status);

    hash = shmb_hash_add(hash, why->code);
    if (text != NULL)
        hash = shmb_hash_text(hash, text);
    return hash | 1u;
}

#define TICKS_PER_SECOND UINT64_C(10000000)
#define DAYS_TO_1601     584694u /* from 1 March of the year 0 to 1 January 1601 */
#define DAYS_OF_ERA      146097u /* 400 years, after which the calendar repeats */

/* Counts years from March, so that the leap day is the last day of a year. */
void event_time(uint64_t time, char out[REPORT_TIME])
{
    uint64_t seconds = time / TICKS_PER_SECOND, days = seconds / 86400 + DAYS_TO_1601;
    unsigned second = (unsigned)(seconds % 86400), day = (unsigned)(days % DAYS_OF_ERA);
    unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365, month;

    day -= 365 * year + year / 4 - year / 100;
    /* Five months from March have 153 days, and so have the next five from August. */
    month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    (void)snprintf(out, REPORT_TIME, "%04u-%02u-%02u %02u:%02u:%02u UTC",
                   (unsigned)(days / DAYS_OF_ERA) * 400 + year + (month >= 10),
                   month < 10 ? month + 3 : month - 9, day + 1, second / 3600, second / 60 % 60,
                   second % 60);
}

void event_log_start_failed(const struct system *system, const struct sys_failure *why)
{
    char text[REPORT_FAILURE];
    const char *inserts[] = {text};

    event_failure_text(why, text);
    system->log(system->self, EVENT_START_FAILED, inserts, 1);
}

void event_log_no_memory(const struct system *system)
{
    const char *inserts[] = {"not enough memory"};

    system->log(system->self, EVENT_START_FAILED, inserts, 1);
}

/* Adds the messages that fit, one a line. Returns how many. */
static size_t put_lines(const struct cfg_messages *list, enum cfg_severity severity, char *out,
                        size_t *used)
{
    size_t i, shown = 0;

    for (i = 0; i < list->count; i++) {
        size_t lead = *used == 0 ? 0 : 1;
        size_t room = REPORT_LINES_MAX - TAIL_ROOM - *used - lead, need;

        if (list->items[i].severity != severity)
            continue;
        need = cfg_message_format(&list->items[i], out + *used + lead, room);
        /* It was cut: this message and all that follow count as missing. */
        if (need >= room)
            break;
        if (lead == 1)
            out[*used] = '\n';
        *used += lead + need;
        shown++;
    }
    out[*used] = '\0';
    return shown;
}

void event_log_messages(const struct system *system, enum event_id event, const char *file,
                        const struct cfg_messages *list)
{
    bool numbered = event == EVENT_CONFIG_INVALID, invalid = event != EVENT_CONFIG_WARNING;
    size_t total = invalid ? list->errors : list->warnings, shown = 0, used = 0;
    char *lines = malloc(REPORT_LINES_MAX);
    char number[24];
    const char *inserts[3];
    size_t count = 0;

    if (lines != NULL)
        shown = put_lines(list, invalid ? CFG_ERROR : CFG_WARNING, lines, &used);
    if (lines != NULL && shown < total)
        (void)snprintf(lines + used, TAIL_ROOM, "%s... and %zu more", used == 0 ? "" : "\n",
                       total - shown);
    (void)snprintf(number, sizeof(number), "%zu", total);
    inserts[count++] = file;
    if (numbered)
        inserts[count++] = number;
    inserts[count++] = lines != NULL ? lines : "(not enough memory to list them)";
    system->log(system->self, event, inserts, count);
    free(lines);
}

void event_log_state(const struct system *system, const struct sys_failure *why)
{
    char text[REPORT_FAILURE];
    const char *inserts[] = {text};

    event_failure_text(why, text);
    system->log(system->self, EVENT_STATE_FAILED, inserts, 1);
}

void event_log_state_recovered(const struct system *system, const char *what)
{
    const char *inserts[] = {what};

    system->log(system->self, EVENT_STATE_RECOVERED, inserts, 1);
}
