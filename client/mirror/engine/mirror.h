/*
 * mirror.h - one segment that is kept in step with its value at the server.
 *
 * All calls are made by the engine's thread.
 */
#ifndef MIRROR_MIRROR_H
#define MIRROR_MIRROR_H

#include "agreement.h"
#include "journal.h"
#include "local.h"
#include "mirror_config.h"
#include "pace.h"
#include "report.h"
#include "server.h"

/* What all mirrors share. */
struct mirror_shared {
    const struct mirror_config *config;
    const char *origin;
    struct server *server;
    struct journal *journal;
    uint64_t now;    /* milliseconds of one clock, set before each call */
    uint64_t now_us; /* the same in microseconds */
    uint64_t random; /* changes with each stamp */
};

struct mirror;

/* `shared` and `config` must live on. NULL: no memory. */
struct mirror *mirror_new(struct mirror_shared *shared, const struct mirror_segment *config);
void mirror_free(struct mirror *mirror); /* NULL is allowed */

/* The server takes commands again, or messages may have been missed. */
void mirror_compare(struct mirror *mirror);

/* Where it is told of new revisions. */
const char *mirror_channel(const struct mirror *mirror);

/* A message for this segment, or another one. */
void mirror_message(struct mirror *mirror, const struct answer_message *message);

/* Does what is to be done. Returns in how many milliseconds it must be called again at the latest.
 */
uint32_t mirror_work(struct mirror *mirror);

/*
 * The event of the next change here. NULL: none. `*wait` becomes less where mirror_work must look
 * before that, in milliseconds.
 */
void *mirror_event(struct mirror *mirror, uint32_t *wait);

void mirror_report(const struct mirror *mirror, struct report_segment *out);

#endif
