/*
 * The figures of a running broker, from what it publishes: the directory, the report, and the
 * blocks of segments in the control sections.
 */
#include "status_metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "control.h"
#include "message_table.h"
#include "published.h"

static enum metrics_state state_of(const struct status_object *object)
{
    switch (object->state) {
    case STATUS_HELD:
        return METRICS_HELD;
    case STATUS_DEFERRED:
        return METRICS_DEFERRED;
    case STATUS_CONFLICT:
        return METRICS_CONFLICT;
    default:
        return METRICS_FAILED;
    }
}

/* A block of another generation belongs to the segment no longer. */
static void add_block(const struct status_object *object, struct metrics_segment *out)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    uint64_t size = shmb_control_size((uint64_t)object->control_block + 1);
    struct section_view view;
    const struct shmb_block *block;

    if (object->control == 0)
        return;
    shmb_control_name(object->control, name);
    if (!published_map(name, size, &view))
        return;
    block = shmb_control_block(view.data, (size_t)size, object->control_block);
    if (block != NULL && shmb_load64(&block->generation) == object->generation)
        metrics_block(out, shmb_load64(&block->change), shmb_load64(&block->sequence),
                      shmb_load32(&block->abandoned));
    section_unmap(&view);
}

static void add_segment(const struct status_object *object, struct metrics *out)
{
    struct metrics_segment *segment =
        metrics_segment(out, object->name + sizeof(SHMB_GLOBAL_PREFIX) - 1);

    if (segment == NULL)
        return;
    segment->bytes = object->size;
    if (object->lock != NULL)
        segment->lock = object->fast ? "fast" : "mutex";
    add_block(object, segment);
}

static void add_objects(const struct status *status, struct metrics *out)
{
    size_t i;

    for (i = 0; i < status->object_count; i++) {
        const struct status_object *object = &status->objects[i];
        enum metrics_state state = state_of(object);

        metrics_object(out, object->kind, state, object->size);
        if ((state == METRICS_HELD || state == METRICS_DEFERRED) && object->rule != NULL)
            metrics_requested(out, object->kind, object->companion, object->size);
        if ((state == METRICS_HELD || state == METRICS_DEFERRED) && object->kind == SHMB_SECTION &&
            !object->companion)
            add_segment(object, out);
    }
}

/* Reads the report again: the fields of the one in `status` are cut. */
static void add_report(struct metrics *out)
{
    struct shmb_report report;
    char *text = published_report(&report);
    uint32_t number;

    if (text == NULL)
        return;
    for (number = EVENT_FIRST; number <= EVENT_LAST; number++)
        if (message_is_known(number))
            metrics_event(out, number, 0);
    metrics_report(out, &report, text);
    free(text);
}

static uint32_t handles_of(uint32_t process)
{
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    DWORD count = 0;

    if (handle == NULL)
        return 0;
    if (!GetProcessHandleCount(handle, &count))
        count = 0;
    CloseHandle(handle);
    return count;
}

void status_metrics(const struct status *status, struct metrics *out)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    out->now = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    out->up = status_broker_runs(status);
    if (!out->up)
        return;
    out->started = status->since;
    out->handles = handles_of(status->publisher);
    if (!status->ended)
        (void)snprintf(out->version, sizeof(out->version), "%s", status->published);
    if (status->directory)
        add_objects(status, out);
    add_report(out);
}
