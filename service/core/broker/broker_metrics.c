/*
 * The figures of objects come from the inventory, all others from the text of the report: so they
 * are those that an administrator reads there.
 */
#include "broker_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "broker_context.h"
#include "compiler.h"

static enum metrics_state state_of(const struct item *item)
{
    switch (item->state) {
    case ITEM_HELD:
        return METRICS_HELD;
    case ITEM_DEFERRED:
        return METRICS_DEFERRED;
    case ITEM_CONFLICT:
        return METRICS_CONFLICT;
    default:
        return METRICS_FAILED;
    }
}

/* What programs write in the block of a segment. They may write anything there. */
static void add_block(const struct shmb_block *block, struct metrics_segment *out)
{
    metrics_block(out, shmb_load64(&block->change), shmb_load64(&block->sequence),
                  shmb_load32(&block->abandoned));
}

static void add_segment(struct broker *broker, size_t index, struct metrics *out)
{
    const struct item *item = &broker->inventory->items[index];
    struct metrics_segment *segment = metrics_segment(out, item->spec.name);
    const struct shmb_block *block;

    if (segment == NULL)
        return;
    segment->bytes = item->spec.size;
    if (item->lock != NULL)
        segment->lock = item->fast ? "fast" : "mutex";
    block = publication_block(broker->publication, index);
    if (block != NULL)
        add_block(block, segment);
    publication_block_end(broker->publication, index);
}

/* A lock, an event or the snapshots of a requested segment. */
static bool is_companion(const struct item *item)
{
    return strcmp(item->spec.name, item->from->name) != 0;
}

static void add_objects(struct broker *broker, struct metrics *out)
{
    size_t i;

    for (i = 0; i < broker->inventory->count; i++) {
        const struct item *item = &broker->inventory->items[i];

        const uint64_t bytes =
            shmb_kernel_kind(item->spec.kind) == SHMB_SECTION ? item->spec.size : 0;

        metrics_object(out, item->spec.kind, state_of(item), bytes);
        if (item_is_held(item) && item->from->request != NULL)
            metrics_requested(out, item->spec.kind, is_companion(item), bytes);
        if (item_is_held(item) && item->spec.kind == SHMB_SECTION && !item->pair)
            add_segment(broker, i, out);
    }
}

static void add_report(struct broker *broker, struct metrics *out)
{
    void *copy = calloc(1, SHMB_REPORT_SIZE);
    char *text = malloc(SHMB_REPORT_TEXT_MAX + 1);
    struct shmb_report report;

    if (copy == NULL || text == NULL) {
        out->failed = true;
    } else {
        publication_report(broker->publication, copy);
        if (shmb_report_read(copy, SHMB_REPORT_SIZE, &report, text) == SHMB_READ_OK)
            metrics_report(out, &report, text);
    }
    free(copy);
    free(text);
}

void broker_metrics(struct broker *broker, struct metrics *out)
{
    const struct system *system = broker->system;
    uint32_t number;

    out->up = true;
    out->started = broker->identity.started;
    out->handles = system->handles(system->self);
    add_objects(broker, out);
    for (number = EVENT_FIRST; number <= EVENT_LAST; number++) {
        uint64_t count = system->logged(system->self, number);

        if (count != UINT64_MAX)
            metrics_event(out, number, count);
    }
    add_report(broker, out);
}
