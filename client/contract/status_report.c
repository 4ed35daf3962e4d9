/*
 * The reading side of the report: a sequence lock, as in snapshot.c. The broker owns the
 * section, but every length is checked all the same.
 */
#include "status_report.h"

#include <string.h>

#include "compiler.h"
#include "utf.h"

static enum shmb_read check_header(const struct shmb_report *report)
{
    size_t i;

    if (report->magic != SHMB_REPORT_MAGIC)
        return SHMB_READ_CORRUPT;
    if (report->abi_version != SHMB_ABI_VERSION)
        return SHMB_READ_VERSION;
    if (report->header_size != sizeof(*report) || report->total_size != SHMB_REPORT_SIZE ||
        (report->result != SHMB_REPORT_COMPLETE && report->result != SHMB_REPORT_INCOMPLETE) ||
        report->reload_result > SHMB_RELOAD_HELD || report->text_size > SHMB_REPORT_TEXT_MAX)
        return SHMB_READ_CORRUPT;
    for (i = 0; i < sizeof(report->reserved); i++)
        if (report->reserved[i] != 0)
            return SHMB_READ_CORRUPT;
    return SHMB_READ_OK;
}

/* The text goes to consoles: it must be well-formed, without control characters but TAB and LF. */
static bool is_plain_text(const char *text, size_t size)
{
    const char *at = text, *end = text + size;

    while (at < end) {
        uint32_t point = shmb_utf8_next(&at, end);

        if (point == UINT32_MAX || (point < 0x20 && point != '\t' && point != '\n') ||
            (point >= 0x7F && point < 0xA0))
            return false;
    }
    return true;
}

enum shmb_read shmb_report_read(const void *bytes, size_t size, struct shmb_report *out, char *text)
{
    const struct shmb_report *report = bytes;
    enum shmb_read verdict;
    uint32_t sequence;

    memset(out, 0, sizeof(*out));
    text[0] = '\0';
    if (size < SHMB_REPORT_SIZE)
        return SHMB_READ_CORRUPT;
    sequence = shmb_load32(&report->sequence);
    if (sequence == 0)
        return SHMB_READ_EMPTY;
    if ((sequence & 1) != 0)
        return SHMB_READ_AGAIN;
    memcpy(out, bytes, sizeof(*out));
    verdict = check_header(out);
    if (verdict == SHMB_READ_OK)
        memcpy(text, (const char *)bytes + sizeof(*out), out->text_size);
    shmb_fence_acquire();
    /* A wrong header may have been half written: then read again. */
    if (shmb_load32(&report->sequence) != sequence)
        verdict = SHMB_READ_AGAIN;
    else if (verdict == SHMB_READ_OK && !is_plain_text(text, out->text_size))
        verdict = SHMB_READ_CORRUPT;
    if (verdict != SHMB_READ_OK)
        memset(out, 0, sizeof(*out));
    /* After a failure text_size is 0, and the text empty. */
    text[out->text_size] = '\0';
    return verdict;
}

const char *shmb_reload_word(uint32_t result)
{
    switch (result) {
    case SHMB_RELOAD_APPLIED:
        return "applied";
    case SHMB_RELOAD_INCOMPLETE:
        return "incomplete";
    case SHMB_RELOAD_REFUSED:
        return "refused";
    case SHMB_RELOAD_HELD:
        return "held";
    default:
        return NULL;
    }
}

bool shmb_report_next(const char *text, size_t size, size_t *at, struct shmb_report_line *out)
{
    size_t i, field = 0;

    memset(out, 0, sizeof(*out));
    if (*at >= size)
        return false;
    /* Fields that the line lacks are empty, but not NULL. */
    for (i = 0; i < SHMB_REPORT_FIELDS; i++)
        out->field[i] = text + *at;
    for (; *at < size && text[*at] != '\n'; ++*at) {
        /* The last field takes the rest of the line, TABs included. */
        if (text[*at] == '\t' && field + 1 < SHMB_REPORT_FIELDS)
            out->field[++field] = text + *at + 1;
        else
            out->length[field]++;
    }
    if (*at < size)
        ++*at;
    return true;
}
