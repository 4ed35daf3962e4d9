/* Any bytes as the head of a report: with the rest of the section zero. */
#include <stdint.h>
#include <string.h>

#include "must.h"
#include "status_report.h"

#define REPAIR 0x80u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static union {
    struct shmb_report header;
    uint8_t bytes[SHMB_REPORT_SIZE];
} section;
static char text[SHMB_REPORT_TEXT_MAX + 1];
static volatile uint8_t sink;

/* So that the checks behind the first one are reached as well. */
static void repair(size_t size)
{
    section.header.magic = SHMB_REPORT_MAGIC;
    section.header.abi_version = SHMB_ABI_VERSION;
    section.header.header_size = sizeof(section.header);
    section.header.total_size = SHMB_REPORT_SIZE;
    section.header.sequence = 2;
    section.header.result = SHMB_REPORT_COMPLETE;
    memset(section.header.reserved, 0, sizeof(section.header.reserved));
    section.header.text_size =
        size > sizeof(section.header) ? (uint32_t)(size - sizeof(section.header)) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shmb_report_line line;
    struct shmb_report out;
    size_t at = 0, field, i;

    if (size < 1 || size - 1 > sizeof(section.bytes))
        return 0;
    memset(&section, 0, sizeof(section));
    memcpy(section.bytes, data + 1, size - 1);
    if (data[0] & REPAIR)
        repair(size - 1);
    if (shmb_report_read(&section, sizeof(section), &out, text) != SHMB_READ_OK)
        return 0;
    must(out.text_size <= SHMB_REPORT_TEXT_MAX);
    while (shmb_report_next(text, out.text_size, &at, &line)) {
        must(at <= out.text_size);
        for (field = 0; field < SHMB_REPORT_FIELDS; field++)
            for (i = 0; i < line.length[field]; i++)
                sink = (uint8_t)line.field[field][i];
    }
    return 0;
}
