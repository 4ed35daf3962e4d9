/*
 * What objects/ and copies/ get of the broker is built for each call: a reload replaces the
 * inventory and the cache.
 */
#include "broker_context.h"

#include <stdlib.h>

const struct backoff broker_backoff = {1000, 30000};

struct maker broker_maker(struct broker *broker)
{
    const struct maker maker = {.system = broker->system,
                                .identity = &broker->identity,
                                .inventory = broker->inventory,
                                .cache = broker->cache,
                                .state = broker->state,
                                .stamp = &broker->stamp,
                                .patience = &broker->patience};

    return maker;
}

/* copies/ cannot use publication/ itself: saving gets these two functions. */
static const struct shmb_block *find_block(void *publication, size_t item)
{
    return publication_block(publication, item);
}

static void end_block(void *publication, size_t item)
{
    publication_block_end(publication, item);
}

struct copy_save broker_saving(struct broker *broker)
{
    const struct copy_save saving = {.system = broker->system,
                                     .boot = broker->identity.boot,
                                     .stamp = &broker->stamp,
                                     .blocks = {broker->publication, find_block, end_block},
                                     .inventory = broker->inventory};

    return saving;
}

bool broker_stopping(const struct broker *broker)
{
    return broker->system->stopping(broker->system->self);
}

void broker_release(struct broker *broker)
{
    descriptor_cache_free(broker->cache);
    publication_free(broker->publication);
    aliases_free(broker->aliases);
    retired_free(&broker->retired);
    state_free(broker->state);
    report_lines_free(&broker->report.reload_notes);
    report_lines_free(&broker->report.faults);
    report_lines_free(&broker->report.lasting);
    report_lines_free(&broker->report.sessions);
    report_lines_free(&broker->copies);
    report_lines_free(&broker->report.keeper);
    report_lines_free(&broker->report.requests);
    report_lines_free(&broker->report.lost);
    free(broker);
}
