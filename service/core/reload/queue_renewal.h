/*
 * queue_renewal.h - a queue comes to use other slots, because its access list is another one than
 * that of the objects it shared slots with, or because its slots are gone: the owners in its lock
 * words are threads of other slots.
 */
#ifndef CORE_QUEUE_RENEWAL_H
#define CORE_QUEUE_RENEWAL_H

#include "maker.h"
#include "publication.h"

/*
 * Frees the lock words of each such queue, and gives it a new generation: programs that have it
 * open get SHMB_STALE, open it again, and find its messages. A program that is just putting a
 * message may lose it, or another program that puts one right then. True: there was one; it is
 * recorded in the state, not yet written, and not yet published.
 */
bool queues_renew(const struct maker *maker, struct inventory *inventory,
                  struct publication *publication);

#endif
