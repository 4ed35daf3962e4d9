/*
 * The text of the report: lines of four fields, KIND, NAME, STATE, REASON, separated by tabs.
 * status_report.h describes it for readers.
 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "auditing.h"
#include "compiler.h"
#include "event_text.h"
#include "full_name.h"
#include "names.h"
#include "utf.h"

#ifndef SHMB_VERSION_TEXT
#error "SHMB_VERSION_TEXT comes from CMake: the version of the project"
#endif

#define CUT_ROOM 40 /* for the line that says how many are left out */

/* The text while it is being written. */
struct page {
    char *text;
    size_t used;
    size_t left_out; /* lines */
};

/* Writes a field; control characters and invalid UTF-8 become spaces. False: no room. */
static bool put_field(struct page *page, const char *field, char end)
{
    const char *at = field, *stop = field + strlen(field);

    while (at < stop) {
        const char *from = at;
        uint32_t point = shmb_utf8_next(&at, stop);
        bool plain = point != UINT32_MAX && point >= 0x20 && (point < 0x7F || point >= 0xA0);
        size_t length = plain ? (size_t)(at - from) : 1;

        if (point == UINT32_MAX)
            at++;
        if (page->used + length >= SHMB_REPORT_TEXT_MAX - CUT_ROOM)
            return false;
        memcpy(page->text + page->used, plain ? from : " ", length);
        page->used += length;
    }
    page->text[page->used++] = end;
    return true;
}

/* Writes whole lines only, and none after the first that has no room. */
static void put_line(struct page *page, const char *kind, const char *name, const char *state,
                     const char *reason)
{
    size_t before = page->used;

    if (page->left_out == 0 && put_field(page, kind, '\t') && put_field(page, name, '\t') &&
        put_field(page, state, '\t') && put_field(page, reason, '\n'))
        return;
    page->used = before;
    page->left_out++;
}

static void put_trouble(struct page *page, const struct trouble *trouble, const char *state)
{
    if (trouble->cause != 0)
        put_line(page, "publication", trouble->name, state, trouble->reason);
}

static void put_item(struct page *page, const struct item *item)
{
    char name[FULL_NAME_BYTES];
    const char *reason = item_rare(item)->reason != NULL ? item_rare(item)->reason : "not known";

    full_name(item->spec.name, name);
    put_line(page, shmb_kind_word(item->spec.kind), name,
             item->state == ITEM_CONFLICT   ? "conflict"
             : item->state == ITEM_DEFERRED ? "deferred"
                                            : "failed",
             reason);
}

static void put_corrections(struct page *page, const struct item *item)
{
    char name[FULL_NAME_BYTES], times[64];

    full_name(item->spec.name, name);
    (void)snprintf(times, sizeof(times), "a program changed its access; times: %" PRIu32,
                   item_rare(item)->corrections);
    put_line(page, "access", name, "corrected", times);
}

static void put_repairs(struct page *page, const struct item *item)
{
    char name[FULL_NAME_BYTES], times[64];

    full_name(item->spec.name, name);
    (void)snprintf(times, sizeof(times), "a program damaged it; times: %" PRIu32,
                   item_rare(item)->repairs);
    put_line(page, "queue", name, "repaired", times);
}

static bool is_access_due(const struct item *item)
{
    return item->access_due && item_has_access(item);
}

static void put_access_due(struct page *page, const struct item *item)
{
    char name[FULL_NAME_BYTES];

    full_name(item->spec.name, name);
    /* The reason of a deferred object says why it is deferred. */
    put_line(page, "access", name, "due",
             item->state == ITEM_DEFERRED ? "event 305 says why"
             : item_rare(item)->reason    ? item_rare(item)->reason
                                          : "not known");
}

/* The object is held, but not as the configuration wants it. */
static bool lacks(const struct item *item)
{
    return item->state == ITEM_DEFERRED || auditing_lacks(item) || is_access_due(item);
}

static void put_auditing(struct page *page, const struct item *item)
{
    char name[FULL_NAME_BYTES];

    full_name(item->spec.name, name);
    put_line(page, "audit", name, item->auditing == AUDITING_REFUSED ? "refused" : "failed",
             auditing_reason(item));
}

static void put_cut(struct page *page)
{
    if (page->left_out > 0)
        page->used += (size_t)snprintf(page->text + page->used, CUT_ROOM, "cut\t%zu\tlines\t\n",
                                       page->left_out);
}

static void put_notes(struct page *page, const struct report_lines *notes)
{
    size_t i;

    for (i = 0; i < notes->count; i++)
        put_line(page, notes->items[i].kind, notes->items[i].name, notes->items[i].state,
                 notes->items[i].reason);
    page->left_out += notes->left_out;
}

/* Writes the failed copies, or the others. A failed copy makes the report incomplete. */
static void put_copies(struct page *page, const struct report_lines *copies, bool failed,
                       struct shmb_report *report)
{
    size_t i;

    for (i = 0; copies != NULL && i < copies->count; i++) {
        const struct report_line *copy = &copies->items[i];

        if ((strcmp(copy->state, "failed") == 0) != failed)
            continue;
        put_line(page, copy->kind, copy->name, copy->state, copy->reason);
        if (failed)
            report->result = SHMB_REPORT_INCOMPLETE;
    }
    if (copies != NULL && !failed)
        page->left_out += copies->left_out;
}

static bool is_empty(const struct report_lines *lines)
{
    return lines->count + lines->left_out == 0;
}

static void put_count(struct page *page, const char *what, const char *which, uint64_t count)
{
    char number[24];

    (void)snprintf(number, sizeof(number), "%" PRIu64, count);
    if (count > 0)
        put_line(page, "count", what, which, number);
}

/* What is counted since the start, unless it is 0. */
static void put_counts(struct page *page, const struct report_news *news)
{
    const struct inventory *inventory = news->inventory;
    uint64_t adopted = 0;
    uint32_t number;
    size_t i;

    for (i = 0; i < inventory->count; i++)
        adopted += item_is_held(&inventory->items[i]) && inventory->items[i].adopted;
    put_count(page, "adopted", "objects", adopted);
    for (number = 1; news->broker != NULL && shmb_reload_word(number) != NULL; number++)
        put_count(page, "reload", shmb_reload_word(number), news->broker->reload_results[number]);
    for (number = EVENT_FIRST; news->system != NULL && number <= EVENT_LAST; number++) {
        uint64_t count = news->system->logged(news->system->self, number);
        char text[24];

        (void)snprintf(text, sizeof(text), "%" PRIu32, number);
        put_count(page, "event", text, count != UINT64_MAX ? count : 0);
    }
}

static void put_broker(struct page *page, const struct report_broker *broker,
                       struct shmb_report *report)
{
    size_t i;

    report->reloads = broker->reload_count;
    report->reload_result = (uint32_t)broker->reload_result;
    if (!is_empty(&broker->faults) || !is_empty(&broker->lasting) || !is_empty(&broker->sessions))
        report->result = SHMB_REPORT_INCOMPLETE;
    for (i = 0; i < broker->keeper.count; i++)
        if (strcmp(broker->keeper.items[i].kind, "degraded") == 0)
            report->result = SHMB_REPORT_INCOMPLETE;
    for (i = 0; i < broker->requests.count; i++)
        if (strcmp(broker->requests.items[i].kind, "requests") == 0 &&
            strcmp(broker->requests.items[i].state, "open") != 0)
            report->result = SHMB_REPORT_INCOMPLETE;
    put_notes(page, &broker->faults);
    put_notes(page, &broker->requests);
    put_notes(page, &broker->keeper);
    put_notes(page, &broker->lasting);
    put_notes(page, &broker->sessions);
    put_notes(page, &broker->lost);
    if (broker->retired != NULL)
        put_notes(page, broker->retired);
    put_notes(page, &broker->reload_notes);
}

static void put_file(struct page *page, const struct report_news *news)
{
    const char *file = news->inventory->file;
    char time[REPORT_TIME], read[REPORT_TIME + 8] = "";

    if (news->broker != NULL && news->broker->read != 0) {
        event_time(news->broker->read, time);
        (void)snprintf(read, sizeof(read), "read %s", time);
    }
    put_line(page, "file", file != NULL ? file : "", "used", read);
    if (news->broker != NULL && news->broker->digest[0] != '\0')
        put_line(page, "digest", file != NULL ? file : "", "sha256", news->broker->digest);
}

/*
 * Troubles of the publication come first: there are few, and they explain others. What can be left
 * out comes last.
 */
static void put_all(struct page *page, const struct report_news *news, struct shmb_report *report)
{
    const struct inventory *inventory = news->inventory;
    size_t i;

    put_line(page, "version", SHMB_SERVICE_NAME, SHMB_VERSION_TEXT, "");
    put_file(page, news);
    put_counts(page, news);
    for (i = 0; i < news->trouble_count; i++) {
        const struct trouble *trouble = &news->troubles[i];

        put_trouble(page, trouble, trouble->conflict ? "conflict" : "failed");
        if (trouble->cause != 0)
            report->result = SHMB_REPORT_INCOMPLETE;
    }
    put_trouble(page, news->avoided, "avoided");
    if (news->repaired != NULL)
        put_notes(page, news->repaired);
    for (i = 0; i < inventory->count; i++) {
        if (item_is_held(&inventory->items[i]))
            report->held++;
        if (inventory->items[i].state != ITEM_HELD)
            put_item(page, &inventory->items[i]);
        if (item_rare(&inventory->items[i])->corrections > 0)
            put_corrections(page, &inventory->items[i]);
        if (item_rare(&inventory->items[i])->repairs > 0)
            put_repairs(page, &inventory->items[i]);
        if (auditing_lacks(&inventory->items[i]))
            put_auditing(page, &inventory->items[i]);
        if (is_access_due(&inventory->items[i]))
            put_access_due(page, &inventory->items[i]);
        if (lacks(&inventory->items[i]))
            report->result = SHMB_REPORT_INCOMPLETE;
    }
    report->missing = (uint32_t)(inventory->count - report->held);
    if (report->missing > 0)
        report->result = SHMB_REPORT_INCOMPLETE;
    put_copies(page, news->copies, true, report);
    if (news->broker != NULL)
        put_broker(page, news->broker, report);
    put_copies(page, news->copies, false, report);
    put_cut(page);
}

void report_write(void *view, const struct report_news *news)
{
    struct shmb_report *report = view;
    uint32_t sequence = report->sequence;
    struct page page = {.text = (char *)view + sizeof(*report)};

    shmb_store32(&report->sequence, sequence + 1);
    shmb_fence_release();
    report->magic = SHMB_REPORT_MAGIC;
    report->abi_version = SHMB_ABI_VERSION;
    report->header_size = sizeof(*report);
    report->total_size = SHMB_REPORT_SIZE;
    report->result = SHMB_REPORT_COMPLETE;
    report->revision = news->revision;
    report->held = 0;
    put_all(&page, news, report);
    report->text_size = (uint32_t)page.used;
    /* 0 means that nothing was written. */
    shmb_store32(&report->sequence, sequence + 2 != 0 ? sequence + 2 : 2);
}

const char *report_version(void)
{
    return SHMB_VERSION_TEXT;
}
