/*
 * The outcomes are stated in README.md of client/mirror. In short: who publishes brings its content
 * to the server; who follows takes what the server has; who does both takes the newer one of the
 * server, also in place of a change of its own. A server that lost what it had gets it again from
 * whoever may publish it.
 */
#include "agreement.h"

#include <string.h>

static const struct revision none;

/* A message that leaps further is not believed; the server is asked. */
#define LEAP_MOST (UINT64_C(1) << 20)

static void note_server(struct agreement *agreement, const struct revision *revision)
{
    agreement->server = *revision;
    if (revision->number > agreement->highest)
        agreement->highest = revision->number;
}

/* `event`, unless it was told of this revision. */
static unsigned tell_once(struct agreement *agreement, const struct revision *revision,
                          unsigned event)
{
    if (revision_same(&agreement->told, revision) && revision->number != 0)
        return 0;
    agreement->told = *revision;
    return event;
}

void agreement_look(struct agreement *agreement)
{
    agreement->look = true;
}

void agreement_cut(struct agreement *agreement)
{
    agreement->busy = false; /* `sending` stays: it may have been done or not */
    agreement->look = true;
}

void agreement_anew(struct agreement *agreement)
{
    agreement->base = none;
    agreement->sending = none;
    agreement->met = false;
    agreement->changed = false;
    agreement->misfit = false;
    agreement->taking = false;
    agreement->fetch = false;
    agreement->hold_until = 0;
    agreement->look = true;
}

void agreement_change(struct agreement *agreement)
{
    agreement->changed = true;
}

/* Of the write whose connection ended, a message proves that it was done. */
static void was_done(struct agreement *agreement, const struct revision *revision)
{
    agreement->base = *revision;
    agreement->sending = none;
    if (revision->number > agreement->server.number)
        note_server(agreement, revision);
}

void agreement_message(struct agreement *agreement, const struct revision *revision)
{
    if (revision_same(revision, &agreement->base) || revision_same(revision, &agreement->server))
        return;
    if (strcmp(revision->stamp, agreement->sending.stamp) == 0) {
        if (!agreement->busy) /* else the answer tells */
            was_done(agreement, revision);
        return;
    }
    if (revision->number > agreement->wanted)
        agreement->wanted = revision->number;
    if (agreement->follow && !agreement->misfit && revision->number >= agreement->base.number)
        agreement->fetch = true;
    else
        agreement->look = true;
}

bool agreement_takes(const struct agreement *agreement, const struct revision *revision)
{
    const struct revision *server = &agreement->server;

    /* An answer that is awaited may be older than the message: the server would seem to go back. */
    if (!agreement->follow || !agreement->met || agreement->busy || agreement->misfit)
        return false;
    /* Was a write done whose answer was lost? That must be known first. */
    if (agreement->sending.stamp[0] != '\0')
        return false;
    return revision->number > agreement->base.number && revision->number > server->number &&
           revision->number - server->number <= LEAP_MOST;
}

void agreement_told(struct agreement *agreement, const struct revision *revision)
{
    note_server(agreement, revision);
    if (revision->number >= agreement->wanted)
        agreement->fetch = false;
    agreement->taking = true;
}

enum agreement_step agreement_next(const struct agreement *agreement)
{
    if (agreement->busy)
        return AGREEMENT_WAIT;
    if (agreement->look)
        return AGREEMENT_LOOK;
    if (agreement->misfit)
        return AGREEMENT_WAIT;
    if (agreement->follow && agreement->fetch)
        return AGREEMENT_FETCH;
    return agreement->publish && agreement->changed && !agreement->taking ? AGREEMENT_SEND
                                                                          : AGREEMENT_WAIT;
}

void agreement_begin(struct agreement *agreement, enum agreement_step step, const char *stamp)
{
    agreement->busy = true;
    if (step == AGREEMENT_LOOK)
        agreement->look = false;
    if (step == AGREEMENT_FETCH)
        agreement->fetch = false;
    if (step != AGREEMENT_SEND)
        return;
    agreement->changed = false;
    memcpy(agreement->sending.stamp, stamp, sizeof(agreement->sending.stamp));
}

void agreement_failed(struct agreement *agreement, enum agreement_step step)
{
    agreement->busy = false;
    if (step == AGREEMENT_LOOK)
        agreement->look = true;
    if (step == AGREEMENT_FETCH) {
        agreement->fetch = true;
        agreement->taking = false;
    }
    if (step != AGREEMENT_SEND)
        return;
    agreement->sending = none;
    agreement->changed = true;
}

/* An answer to the write whose connection ended: was it done? */
static void settle(struct agreement *agreement, const struct revision *have)
{
    if (agreement->sending.stamp[0] == '\0')
        return;
    if (strcmp(have->stamp, agreement->sending.stamp) == 0)
        agreement->base = *have;
    else
        agreement->changed = true;
    agreement->sending = none;
}

/* The server has nothing, or an older revision than this machine has seen. */
static unsigned went_back(struct agreement *agreement, const struct revision *have,
                          const struct agreement_here *here, uint64_t now)
{
    unsigned event = have->number == 0 ? AGREEMENT_EMPTY : AGREEMENT_BACK;
    bool first = agreement->back_since == 0;

    if (first)
        agreement->back_since = now > 0 ? now : 1;
    if (agreement->publish) {
        agreement->changed |= here->written;
        return !first ? 0 : here->written ? event | AGREEMENT_AGAIN : event;
    }
    if (!first && have->number != 0 && now - agreement->back_since >= AGREEMENT_GRACE_MS)
        agreement->fetch = true;
    return first ? event : 0;
}

/*
 * The first comparison since the segment was opened: what it contains is of no known revision.
 * Returns what to tell.
 */
static unsigned first_meeting(struct agreement *agreement, const struct revision_head *have,
                              const struct agreement_here *here, uint64_t now)
{
    bool mine = strcmp(have->origin, here->origin) == 0 && have->generation == here->generation;

    agreement->met = true;
    if (agreement->publish && agreement->follow && agreement->highest == 0)
        agreement->hold_until = now + AGREEMENT_GRACE_MS;
    if (mine && have->change == here->change && here->change != 0) {
        /* Two machines may have one name by mistake: who may write here compares the content. */
        if (agreement->follow)
            agreement->fetch = true;
        else
            agreement->base = have->revision;
    } else if (agreement->publish && (mine || !agreement->follow || have->revision.number == 0)) {
        agreement->changed |= here->written;
    } else if (agreement->follow) {
        agreement->fetch = have->revision.number != 0;
    }
    if (agreement->follow || have->revision.number == 0 || strcmp(have->origin, here->origin) == 0)
        return 0;
    return tell_once(agreement, &have->revision, AGREEMENT_CONFLICT);
}

/* True: the sizes differ, and nothing is done until they do not. */
static bool misfits(struct agreement *agreement, const struct revision_head *have,
                    const struct agreement_here *here, unsigned *events)
{
    agreement->misfit = have->revision.number != 0 && here->size != 0 && have->size != here->size;
    *events = 0;
    if (!agreement->misfit)
        return false;
    *events = tell_once(agreement, &have->revision, AGREEMENT_SIZE);
    return true;
}

unsigned agreement_looked(struct agreement *agreement, const struct revision_head *have,
                          const struct agreement_here *here, uint64_t now)
{
    unsigned events;

    agreement->busy = false;
    settle(agreement, &have->revision);
    note_server(agreement, &have->revision);
    if (misfits(agreement, have, here, &events))
        return events;
    if (!agreement->met)
        return first_meeting(agreement, have, here, now);
    if (revision_same(&have->revision, &agreement->base)) {
        agreement->back_since = 0;
        return 0;
    }
    if (have->revision.number < agreement->base.number)
        return went_back(agreement, &have->revision, here, now);
    agreement->back_since = 0;
    if (agreement->follow) {
        agreement->fetch = true;
        return 0;
    }
    return tell_once(agreement, &have->revision, AGREEMENT_CONFLICT);
}

unsigned agreement_fetched(struct agreement *agreement, const struct revision_head *have,
                           const struct agreement_here *here, uint64_t now, bool *take)
{
    unsigned events;

    *take = false;
    agreement->busy = false;
    note_server(agreement, &have->revision);
    if (misfits(agreement, have, here, &events))
        return events;
    agreement->met = true;
    if (revision_same(&have->revision, &agreement->base))
        return 0;
    if (have->revision.number < agreement->base.number &&
        (agreement->publish || have->revision.number == 0 || agreement->back_since == 0 ||
         now - agreement->back_since < AGREEMENT_GRACE_MS))
        return went_back(agreement, &have->revision, here, now);
    *take = agreement->taking = have->revision.number != 0;
    return 0;
}

void agreement_sent(struct agreement *agreement, uint64_t number)
{
    agreement->busy = false;
    agreement->base = agreement->sending;
    agreement->base.number = number;
    agreement->sending = none;
    agreement->met = true;
    agreement->back_since = 0;
    note_server(agreement, &agreement->base);
}

unsigned agreement_refused(struct agreement *agreement, const struct revision_head *have,
                           const struct agreement_here *here, uint64_t now, bool *take)
{
    unsigned events;

    *take = false;
    agreement->busy = false;
    settle(agreement, &have->revision);
    note_server(agreement, &have->revision);
    if (revision_same(&have->revision, &agreement->base))
        return 0; /* the server had done it already */
    if (misfits(agreement, have, here, &events))
        return events;
    if (have->revision.number < agreement->base.number)
        return went_back(agreement, &have->revision, here, now);
    if (!agreement->follow)
        return tell_once(agreement, &have->revision, AGREEMENT_CONFLICT);
    *take = agreement->taking = true;
    return 0;
}

void agreement_taken(struct agreement *agreement, const struct revision *revision)
{
    agreement->changed = false;
    agreement_unchanged(agreement, revision);
}

void agreement_unchanged(struct agreement *agreement, const struct revision *revision)
{
    agreement->base = *revision;
    agreement->taking = false;
    agreement->sending = none;
    agreement->hold_until = 0;
    agreement->met = true;
    agreement->back_since = 0;
}
