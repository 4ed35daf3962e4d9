/*
 * requests.h - objects on request: programs ask for them through a pipe, the rules of the
 * configuration decide, and the broker holds them like its own.
 *
 * What is granted becomes part of what is desired (desired.h, desired_more), so that a plan, the
 * state, the keeper and a reload treat it as all else. Everything here runs on the broker's thread;
 * reading from programs and writing to them is the port's (system_requests.h).
 */
#ifndef CORE_REQUESTS_H
#define CORE_REQUESTS_H

#include "broker.h"
#include "desired.h"
#include "system.h"

struct requests;

/* NULL: no memory. Free it after the last desired that it was given to. */
struct requests *requests_new(const struct system *system);
void requests_free(struct requests *requests); /* NULL is allowed */

/*
 * For desired.more, with the requests as its context: what is granted under the configuration in
 * force; under another one, what of it would be.
 */
bool requests_more(void *requests, const struct cfg *config, struct trustees *known,
                   struct inventory_more *out);

/*
 * At a start, when the state has been read and before objects are made: takes over the grants in it
 * that the configuration allows. False: no memory.
 */
bool requests_load(struct requests *requests, const struct desired *desired, struct state *state);

/* How many grants there are. */
size_t requests_count(const struct requests *requests);

/* The broker runs: opens the pipe, if there are rules. */
void requests_begin(struct requests *requests, struct broker *broker, struct desired *desired);

/*
 * After a reload, and after accounts of the configuration were resolved: `desired` is in force, and
 * the former one has ended.
 */
void requests_reloaded(struct requests *requests, struct desired *desired);

/* A reload was refused, or its files could not be read. */
void requests_not_reloaded(struct requests *requests);

/*
 * Answers messages that wait, up to REQUESTS_BATCH of them, with one change of what the broker
 * holds. True: more may wait; call it again after the broker's duties.
 */
#define REQUESTS_BATCH 64u
bool requests_serve(struct requests *requests, struct desired *desired);

/*
 * The duties: ends what no program has open any more, retries the pipe, logs and reports what has
 * come together.
 */
void requests_look(struct requests *requests, struct desired *desired);
uint32_t requests_delay(const struct requests *requests);

/* Why programs cannot ask, although there are rules; NULL: they can. */
const char *requests_trouble(const struct requests *requests);

/* At a stop: answers what waits, and closes the pipe. */
void requests_stop(struct requests *requests);

#endif
