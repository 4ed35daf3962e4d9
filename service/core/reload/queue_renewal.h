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
 * open get SHMB_STALE, open it again, and find its messages. A program that needs more than a
 * second for one put gets SHMB_STALE at its end; its message may be there, or lost, or take the
 * place of another one. True: there was one.
 *
 * `renumber`: the generations are given here, and recorded in the state, not yet written; call it
 * before the queues are published with their new slots. Otherwise publication_change has given
 * and published them; until the headers have them, nobody can open such a queue.
 */
bool queues_renew(const struct maker *maker, struct inventory *inventory,
                  struct publication *publication, bool renumber);

#endif
