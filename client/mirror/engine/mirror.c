/*
 * agreement.c decides what to do; this does it: with the segment (local.c), with the server
 * (server.c). Buffers: `content` is what both had last, or until that is known what was here first;
 * `copy` what is being sent, `incoming` what is to be written here as soon as the lock can be had.
 * There is never more than one of each, so what comes faster than it can go is overtaken by what is
 * newer.
 */
#include "mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "requests.h"
#include "script.h"

#define OPEN_MS    200u  /* how often a segment that is not there is looked for */
#define STATE_MS   400u  /* how often it is asked whether it is still the broker's */
#define TICK_MS    200u  /* how often there is a look at anything */
#define BUSY_MS    5u    /* after a writer was busy */
#define REFUSED_MS 1000u /* after an answer that is a refusal */
#define LATER_MS   100u  /* after one that says: not now */
#define PATIENT_MS 1000u /* how long it may say so before that is told */

struct mirror {
    struct mirror_shared *shared;
    const struct mirror_segment *config;
    char *key;
    char *channel, *heard; /* where this mirror tells, and where it is told */
    struct agreement agreement;
    struct local local;
    struct server_route route;
    struct allowance allowance;
    uint64_t room; /* bytes of each buffer */
    unsigned char *content, *copy, *incoming;
    bool known;                     /* `content` is what both had */
    bool first;                     /* `content` is what was here when it was opened */
    bool pending;                   /* `incoming` is to be written */
    struct revision_head head;      /* of `incoming` */
    uint64_t generation;            /* of the segment that was open last */
    uint64_t copy_change;           /* change number of `copy` */
    char stamp[REVISION_STAMP + 1]; /* of what is sent */
    bool whole_script;              /* the server does not know the script */
    bool plain;                     /* look for what programs without the library wrote */
    uint64_t next_open, next_state, next_local, next_step, next_look;
    uint64_t changed_us, coming_us; /* when the change was seen, the message came; 0: none */
    uint64_t behind_since;          /* 0: it is not */
    uint64_t later_since;           /* since when the server says: not now; 0: it does not */
    char told[REPORT_TEXT];         /* the last line about the segment or a refusal */
    bool half_told;
    struct report_segment figures;
};

/* ---- telling ---------------------------------------------------------------- */

static void tell(struct mirror *mirror, enum journal_severity severity, const char *text)
{
    const struct cfg_place *place = &mirror->config->place;

    journal_add(mirror->shared->journal, severity, "%s:%u:%u: segments.%s: %s", place->file,
                place->line, place->column, mirror->config->name, text);
}

/* The same, unless it was the last text. */
static void tell_new(struct mirror *mirror, enum journal_severity severity, const char *text)
{
    snprintf(mirror->figures.why, sizeof(mirror->figures.why), "%s", text);
    if (strcmp(mirror->told, text) == 0)
        return;
    snprintf(mirror->told, sizeof(mirror->told), "%s", text);
    tell(mirror, severity, text);
}

static unsigned long long number(uint64_t value)
{
    return (unsigned long long)value;
}

/* What agreement.c wants to be told. */
static void tell_events(struct mirror *mirror, unsigned events, const struct revision_head *head)
{
    char text[REPORT_TEXT];

    if ((events & AGREEMENT_CONFLICT) != 0) {
        mirror->figures.conflicts++;
        snprintf(
            text, sizeof(text),
            "conflict: %s publishes it, too (revision %llu); the content of who wrote last stays",
            head->origin, number(head->revision.number));
        tell(mirror, JOURNAL_WARNING, text);
    }
    if ((events & (AGREEMENT_BACK | AGREEMENT_EMPTY)) != 0) {
        snprintf(text, sizeof(text), "the server went back from revision %llu to %llu%s",
                 number(mirror->agreement.base.number), number(head->revision.number),
                 (events & AGREEMENT_AGAIN) != 0 ? "; this machine puts its content there again"
                                                 : "; the content here stays until somebody "
                                                   "publishes");
        tell(mirror, JOURNAL_WARNING, text);
    }
    if ((events & AGREEMENT_SIZE) != 0) {
        mirror->figures.refused++;
        snprintf(text, sizeof(text),
                 "size: %llu bytes here, %llu at the server (revision %llu of %s); nothing is sent "
                 "or taken until they are equal: make the segments equal, then delete the key %s",
                 number(mirror->local.size), number(head->size), number(head->revision.number),
                 head->origin, mirror->key);
        snprintf(mirror->figures.why, sizeof(mirror->figures.why), "%s", text);
        tell(mirror, JOURNAL_ERROR, text);
    }
}

/* ---- the segment here ------------------------------------------------------- */

static bool make_room(struct mirror *mirror)
{
    uint64_t size = mirror->local.size;
    unsigned char **const buffers[] = {&mirror->content, &mirror->copy, &mirror->incoming};
    size_t i;

    if (mirror->room == size)
        return true;
    mirror->room = 0;
    mirror->known = mirror->pending = false;
    for (i = 0; i < 3; i++) {
        free(*buffers[i]);
        *buffers[i] = malloc((size_t)size);
    }
    if (mirror->content == NULL || mirror->copy == NULL || mirror->incoming == NULL)
        return false;
    mirror->room = size;
    return true;
}

static void open_segment(struct mirror *mirror)
{
    struct mirror_shared *shared = mirror->shared;
    bool first = mirror->generation == 0 || mirror->room == 0;

    mirror->next_open = shared->now + OPEN_MS;
    if (local_open(&mirror->local, ANSWERS_SIZE_MOST) != LOCAL_DONE) {
        tell_new(mirror, JOURNAL_WARNING, mirror->local.why);
        return;
    }
    first = first || mirror->local.generation != mirror->generation ||
            mirror->local.size != mirror->room;
    if (!make_room(mirror)) {
        local_close(&mirror->local);
        tell_new(mirror, JOURNAL_ERROR, "out of memory");
        return;
    }
    mirror->generation = mirror->local.generation;
    mirror->figures.why[0] = mirror->told[0] = '\0';
    mirror->next_state = shared->now + STATE_MS;
    if (first) {
        (void)local_change(&mirror->local, &mirror->local.seen);
        mirror->known = mirror->pending = false;
        mirror->first = mirror->config->publish && mirror->config->follow &&
                        local_copy(&mirror->local, mirror->content) == LOCAL_DONE;
        agreement_anew(&mirror->agreement);
    } else {
        mirror->plain = true; /* what came meanwhile has no change number that we know */
        agreement_look(&mirror->agreement);
    }
}

static void lost_segment(struct mirror *mirror)
{
    mirror->next_open = mirror->shared->now;
    tell_new(mirror, JOURNAL_NOTE, mirror->local.why);
}

static void half_written(struct mirror *mirror)
{
    if (!mirror->half_told)
        tell(mirror, JOURNAL_WARNING,
             "a writer died in the middle of a write; it is sent again as soon as a program has "
             "repaired it");
    mirror->half_told = true;
    mirror->next_local = mirror->shared->now + REFUSED_MS;
}

/* Somebody has written it, or it has an initial content. */
static bool is_written(const struct mirror *mirror, uint64_t change)
{
    const unsigned char *bytes;
    void *data;
    uint64_t i;

    if (change != 0 || shmb_data(mirror->local.segment, &data) != SHMB_OK)
        return change != 0;
    bytes = data;
    for (i = 0; i < mirror->local.size; i++)
        if (bytes[i] != 0)
            return true;
    return false;
}

static struct agreement_here here(const struct mirror *mirror)
{
    struct agreement_here result = {mirror->shared->origin, mirror->local.generation, 0,
                                    mirror->local.size, false};

    if (mirror->local.segment == NULL)
        return result;
    (void)local_change(&mirror->local, &result.change);
    result.written = is_written(mirror, result.change);
    return result;
}

static void notice_change(struct mirror *mirror)
{
    uint64_t change;

    if (!local_change(&mirror->local, &change) || (change == mirror->local.seen && !mirror->plain))
        return;
    if (change != mirror->local.seen && mirror->changed_us == 0)
        mirror->changed_us = mirror->shared->now_us;
    agreement_change(&mirror->agreement);
}

static void swap(unsigned char **a, unsigned char **b)
{
    unsigned char *other = *a;

    *a = *b;
    *b = other;
}

/* What both had, or what was here when the segment was opened. NULL: neither is known. */
static const unsigned char *content_before(const struct mirror *mirror)
{
    return mirror->known || mirror->first ? mirror->content : NULL;
}

static void taken(struct mirror *mirror, const struct local_found *found)
{
    struct mirror_shared *shared = mirror->shared;
    char text[REPORT_TEXT];

    if (found->other && content_before(mirror) != NULL && mirror->config->publish) {
        mirror->figures.lost++;
        snprintf(text, sizeof(text),
                 "lost: a change of this machine; revision %llu of %s was there first",
                 number(mirror->head.revision.number), mirror->head.origin);
        tell(mirror, JOURNAL_WARNING, text);
    } else if (!found->same && !mirror->known && mirror->config->publish) {
        snprintf(text, sizeof(text), "the content is now revision %llu of %s",
                 number(mirror->head.revision.number), mirror->head.origin);
        tell(mirror, JOURNAL_NOTE, text);
    }
    if (!found->same) {
        mirror->figures.received++;
        if (mirror->coming_us != 0)
            mirror->figures.lag_us = shared->now_us - mirror->coming_us;
    }
    mirror->coming_us = mirror->changed_us = 0;
    swap(&mirror->content, &mirror->incoming);
    mirror->known = true;
    mirror->pending = false;
    snprintf(mirror->figures.origin, sizeof(mirror->figures.origin), "%s", mirror->head.origin);
    agreement_taken(&mirror->agreement, &mirror->head.revision);
}

static void put_incoming(struct mirror *mirror)
{
    struct local_found found;

    switch (local_put(&mirror->local, mirror->incoming, content_before(mirror), &found)) {
    case LOCAL_DONE:
        taken(mirror, &found);
        break;
    case LOCAL_GONE:
        mirror->pending = false;
        lost_segment(mirror);
        agreement_anew(&mirror->agreement);
        break;
    default:
        if (mirror->local.why[0] != '\0')
            tell_new(mirror, JOURNAL_WARNING, mirror->local.why);
        mirror->next_local = mirror->shared->now + BUSY_MS;
        break;
    }
}

/* ---- answers ---------------------------------------------------------------- */

static void wait_step(struct mirror *mirror, uint32_t ms)
{
    mirror->next_step = mirror->shared->now + ms;
}

static void refused(struct mirror *mirror, const char *why)
{
    char text[REPORT_TEXT];

    snprintf(text, sizeof(text), "refused: %s", why);
    tell_new(mirror, JOURNAL_ERROR, text);
    wait_step(mirror, REFUSED_MS);
}

/* The server says: not now. Most such answers are of a moment. */
static void put_off(struct mirror *mirror, const char *why)
{
    uint64_t now = mirror->shared->now;
    char text[REPORT_TEXT];

    wait_step(mirror, LATER_MS);
    if (mirror->later_since == 0)
        mirror->later_since = now;
    if (now - mirror->later_since < PATIENT_MS)
        return;
    snprintf(text, sizeof(text), "the server is not ready, and is asked again: %s", why);
    tell_new(mirror, JOURNAL_WARNING, text);
}

/* False: the step has failed, and will be done again. */
static bool good(struct mirror *mirror, const redisReply *reply, enum agreement_step step)
{
    struct mirror_shared *shared = mirror->shared;
    struct answer_fault fault;
    enum answer kind;

    if (reply == NULL) {
        agreement_cut(&mirror->agreement);
        return false;
    }
    kind = answer_sort(reply, &fault);
    if (kind == ANSWER_GOOD)
        return true;
    if (kind == ANSWER_FAULT)
        agreement_cut(&mirror->agreement); /* a part may have been done */
    else
        agreement_failed(&mirror->agreement, step);
    if (kind == ANSWER_UNKNOWN) {
        mirror->whole_script = true;
    } else if (kind == ANSWER_ELSEWHERE || kind == ANSWER_ASK) {
        if (!server_redirect(shared->server, &mirror->route, kind, fault.place, shared->now))
            wait_step(mirror, LATER_MS);
    } else if (kind == ANSWER_LEAVE) {
        /* It tells why, once for all segments. */
        server_doubt(shared->server, &mirror->route, fault.text);
        mirror->route = (struct server_route){0};
        wait_step(mirror, LATER_MS);
    } else if (kind == ANSWER_LATER) {
        mirror->route = (struct server_route){0};
        put_off(mirror, fault.text);
    } else {
        refused(mirror, fault.text);
    }
    return false;
}

/* The answer makes no sense. */
static void not_understood(struct mirror *mirror, enum agreement_step step,
                           const struct answer_fault *fault)
{
    agreement_failed(&mirror->agreement, step);
    refused(mirror, fault->text);
}

static void nothing_amiss(struct mirror *mirror)
{
    mirror->later_since = 0;
    mirror->figures.why[0] = mirror->told[0] = '\0';
}

/* A question was answered. What is still to be sent may be what the server does not take. */
static void understood(struct mirror *mirror)
{
    if (!mirror->agreement.misfit && !mirror->agreement.changed)
        nothing_amiss(mirror);
}

/* `stamp`: what had been sent before the answer, which may show that it was done. */
static void settle_copy(struct mirror *mirror, const char *stamp)
{
    if (stamp[0] == '\0' || strcmp(mirror->agreement.base.stamp, stamp) != 0)
        return;
    swap(&mirror->content, &mirror->copy);
    mirror->known = true;
    mirror->figures.sent++;
    mirror->figures.bytes_sent += mirror->room;
}

/*
 * This content was here before: there is nothing to write, and what a program here has written
 * since is newer. Who only follows writes it all the same, in place of what a program here should
 * not have written.
 */
static bool was_here(const struct mirror *mirror, const char *content)
{
    const unsigned char *before = content_before(mirror);

    return mirror->config->publish && before != NULL &&
           memcmp(content, before, (size_t)mirror->room) == 0;
}

/* `content` is as large as the segment. */
static void came(struct mirror *mirror, const struct revision_head *head, const char *content)
{
    mirror->figures.bytes_received += head->size;
    if (was_here(mirror, content)) {
        mirror->known = true;
        mirror->pending = false;
        mirror->coming_us = 0;
        snprintf(mirror->figures.origin, sizeof(mirror->figures.origin), "%s", head->origin);
        agreement_unchanged(&mirror->agreement, &head->revision);
        return;
    }
    memcpy(mirror->incoming, content, (size_t)head->size);
    mirror->head = *head;
    mirror->pending = true;
    mirror->next_local = 0;
}

/* The segment had at `change` what the server has. What was written since is sent. */
static void know_content(struct mirror *mirror, uint64_t change)
{
    bool copied = local_copy(&mirror->local, mirror->content) == LOCAL_DONE;

    mirror->known = copied && mirror->local.seen == change;
    if (copied && !mirror->known)
        agreement_change(&mirror->agreement);
}

/* The server went back: whether it stays so is looked at in time, however seldom it is else. */
static void look_after_grace(struct mirror *mirror)
{
    const uint64_t since = mirror->agreement.back_since, end = since + AGREEMENT_GRACE_MS;

    if (since != 0 && end > mirror->shared->now && end < mirror->next_look)
        mirror->next_look = end;
}

static void on_looked(void *context, const redisReply *reply)
{
    struct mirror *mirror = context;
    struct agreement_here segment = here(mirror);
    struct answer_fault fault;
    struct revision_head head;
    char stamp[REVISION_STAMP + 1];
    bool met = mirror->agreement.met;

    if (!good(mirror, reply, AGREEMENT_LOOK))
        return;
    fault.text[0] = '\0';
    if (reply->type != REDIS_REPLY_ARRAY ||
        !answer_value(reply->element, reply->elements, &head, NULL, &fault)) {
        not_understood(mirror, AGREEMENT_LOOK, &fault);
        return;
    }
    memcpy(stamp, mirror->agreement.sending.stamp, sizeof(stamp));
    tell_events(mirror, agreement_looked(&mirror->agreement, &head, &segment, mirror->shared->now),
                &head);
    understood(mirror);
    settle_copy(mirror, stamp);
    if (!met && mirror->agreement.base.number != 0) /* ours, of a former run */
        know_content(mirror, segment.change);
    look_after_grace(mirror);
}

static void on_fetched(void *context, const redisReply *reply)
{
    struct mirror *mirror = context;
    struct agreement_here segment = here(mirror);
    struct answer_fault fault;
    struct revision_head head;
    const char *content;
    bool take;

    if (!good(mirror, reply, AGREEMENT_FETCH))
        return;
    fault.text[0] = '\0';
    if (reply->type != REDIS_REPLY_ARRAY ||
        !answer_value(reply->element, reply->elements, &head, &content, &fault)) {
        not_understood(mirror, AGREEMENT_FETCH, &fault);
        return;
    }
    tell_events(mirror,
                agreement_fetched(&mirror->agreement, &head, &segment, mirror->shared->now, &take),
                &head);
    understood(mirror);
    look_after_grace(mirror);
    if (take && segment.size == head.size)
        came(mirror, &head, content);
    else if (take)
        agreement_failed(&mirror->agreement, AGREEMENT_FETCH);
    else
        mirror->coming_us = 0; /* there was nothing to come */
}

static void sent(struct mirror *mirror, uint64_t revision)
{
    struct mirror_shared *shared = mirror->shared;

    agreement_sent(&mirror->agreement, revision);
    swap(&mirror->content, &mirror->copy);
    mirror->known = true;
    mirror->figures.sent++;
    mirror->figures.bytes_sent += mirror->room;
    if (mirror->changed_us != 0)
        mirror->figures.lag_us = shared->now_us - mirror->changed_us;
    mirror->changed_us = 0;
    snprintf(mirror->figures.origin, sizeof(mirror->figures.origin), "%s", shared->origin);
}

static void on_written(void *context, const redisReply *reply)
{
    struct mirror *mirror = context;
    struct agreement_here segment = here(mirror);
    struct answer_fault fault;
    struct revision_head head;
    enum answer_write result;
    const char *content;
    char stamp[REVISION_STAMP + 1];
    uint64_t revision;
    bool take;

    if (!good(mirror, reply, AGREEMENT_SEND))
        return;
    mirror->whole_script = false;
    if (!answer_written(reply, &result, &revision, &head, &content, &fault)) {
        not_understood(mirror, AGREEMENT_SEND, &fault);
        return;
    }
    if (result == WRITE_DONE) {
        nothing_amiss(mirror);
        sent(mirror, revision);
        return;
    }
    memcpy(stamp, mirror->agreement.sending.stamp, sizeof(stamp));
    tell_events(mirror,
                agreement_refused(&mirror->agreement, &head, &segment, mirror->shared->now, &take),
                &head);
    settle_copy(mirror, stamp);
    if (take && content != NULL && segment.size == head.size)
        came(mirror, &head, content);
    else if (take)
        agreement_failed(&mirror->agreement, AGREEMENT_FETCH);
}

/* ---- steps ------------------------------------------------------------------ */

static bool ask(struct mirror *mirror, const struct request *request, enum agreement_step step,
                link_answer *answer)
{
    struct mirror_shared *shared = mirror->shared;

    if (!server_send(shared->server, &mirror->route, request, answer, mirror, shared->now))
        return false;
    agreement_begin(&mirror->agreement, step, mirror->stamp);
    return true;
}

static void look(struct mirror *mirror)
{
    struct request request;

    request_head(&request, mirror->key);
    (void)ask(mirror, &request, AGREEMENT_LOOK, on_looked);
}

static void fetch(struct mirror *mirror)
{
    struct mirror_shared *shared = mirror->shared;
    struct request request;

    if (!server_ready(shared->server) ||
        !allowance_take(&mirror->allowance, mirror->local.size, shared->now))
        return;
    request_value(&request, mirror->key);
    (void)ask(mirror, &request, AGREEMENT_FETCH, on_fetched);
}

/* The copy is not to be sent: it is what both had, or what nobody has written. */
static bool is_no_news(const struct mirror *mirror)
{
    const struct agreement *agreement = &mirror->agreement;

    if (!mirror->known)
        return !is_written(mirror, mirror->copy_change);
    return agreement->server.number >= agreement->base.number &&
           memcmp(mirror->copy, mirror->content, (size_t)mirror->room) == 0;
}

/* Copies the segment. False: not now, or there is nothing to send. */
static bool make_copy(struct mirror *mirror)
{
    switch (local_copy(&mirror->local, mirror->copy)) {
    case LOCAL_DONE:
        break;
    case LOCAL_GONE:
        lost_segment(mirror);
        return false;
    case LOCAL_HALF:
        half_written(mirror);
        return false;
    default:
        mirror->next_local = mirror->shared->now + BUSY_MS;
        return false;
    }
    mirror->half_told = false;
    mirror->plain = false;
    mirror->copy_change = mirror->local.seen;
    if (!is_no_news(mirror))
        return true;
    mirror->agreement.changed = false;
    mirror->changed_us = 0;
    nothing_amiss(mirror);
    return false;
}

static void send(struct mirror *mirror)
{
    struct mirror_shared *shared = mirror->shared;
    struct agreement *agreement = &mirror->agreement;
    struct request_write write = {.key = mirror->key,
                                  .channel = mirror->channel,
                                  .expected = &agreement->server,
                                  .greater_than = agreement->highest,
                                  .stamp = mirror->stamp,
                                  .tell = mirror->room <= SCRIPT_WITH_MESSAGE,
                                  .bring = mirror->config->follow};
    struct request request;

    if (!server_ready(shared->server) || shared->now < mirror->next_local ||
        shared->now < agreement->hold_until ||
        allowance_wait(&mirror->allowance, shared->now) > 0 || !make_copy(mirror))
        return;
    (void)allowance_take(&mirror->allowance, mirror->room, shared->now);
    shared->random = shared->random * UINT64_C(6364136223846793005) + shared->now_us;
    revision_new_stamp(shared->random ^ shared->random >> 29, mirror->stamp);
    write.script = mirror->whole_script ? NULL : SCRIPT_NAME;
    snprintf(write.head.origin, sizeof(write.head.origin), "%s", shared->origin);
    write.head.generation = mirror->local.generation;
    write.head.change = mirror->copy_change;
    write.head.size = mirror->room;
    write.content = mirror->copy;
    request_write(&request, &write);
    (void)ask(mirror, &request, AGREEMENT_SEND, on_written);
}

static void step(struct mirror *mirror)
{
    if (mirror->shared->now < mirror->next_step)
        return;
    switch (agreement_next(&mirror->agreement)) {
    case AGREEMENT_LOOK:
        look(mirror);
        break;
    case AGREEMENT_FETCH:
        fetch(mirror);
        break;
    case AGREEMENT_SEND:
        send(mirror);
        break;
    default:
        break;
    }
}

/* ---- for the engine --------------------------------------------------------- */

/* A limited one asks for the newest value whenever it may have one. */
static bool wants_content(const struct mirror_segment *config)
{
    return config->follow && config->bandwidth == 0;
}

struct mirror *mirror_new(struct mirror_shared *shared, const struct mirror_segment *config)
{
    struct mirror *mirror = calloc(1, sizeof(*mirror));
    size_t size = strlen(shared->config->bucket) + strlen(config->name) + 4, room = size + 32;
    char database[16] = "";

    if (mirror == NULL)
        return NULL;
    mirror->key = malloc(size);
    mirror->channel = malloc(room);
    mirror->heard = malloc(room);
    if (mirror->key == NULL || mirror->channel == NULL || mirror->heard == NULL) {
        mirror_free(mirror);
        return NULL;
    }
    snprintf(mirror->key, size, "%s:{%s}", shared->config->bucket, config->name);
    /* Channels are those of all databases of a server. */
    if (shared->config->database != 0)
        snprintf(database, sizeof(database), "@%u", shared->config->database);
    snprintf(mirror->channel, room, "%s%s", mirror->key, database);
    snprintf(mirror->heard, room, "%s%s", mirror->channel,
             wants_content(config) ? "" : SCRIPT_SHORT_CHANNEL);
    mirror->shared = shared;
    mirror->config = config;
    mirror->agreement.publish = config->publish;
    mirror->agreement.follow = config->follow;
    mirror->local.name = config->name;
    mirror->local.write = config->follow;
    allowance_start(&mirror->allowance, config->bandwidth, shared->now);
    shared->random = shared->random * UINT64_C(6364136223846793005) + 1;
    mirror->next_look = shared->now + (shared->random >> 33) % shared->config->check_ms;
    return mirror;
}

void mirror_free(struct mirror *mirror)
{
    if (mirror == NULL)
        return;
    local_close(&mirror->local);
    free(mirror->content);
    free(mirror->copy);
    free(mirror->incoming);
    free(mirror->key);
    free(mirror->channel);
    free(mirror->heard);
    free(mirror);
}

void mirror_compare(struct mirror *mirror)
{
    agreement_look(&mirror->agreement);
    mirror->next_step = 0;
}

const char *mirror_channel(const struct mirror *mirror)
{
    return mirror->heard;
}

void mirror_message(struct mirror *mirror, const struct answer_message *message)
{
    struct agreement *agreement = &mirror->agreement;
    const struct revision *revision = &message->head.revision;
    const uint64_t coming_us = mirror->coming_us != 0 ? mirror->coming_us : mirror->shared->now_us;
    char stamp[REVISION_STAMP + 1];

    if (strcmp(message->channel, mirror->heard) != 0)
        return;
    if (message->content != NULL && message->head.size == mirror->local.size &&
        agreement_takes(agreement, revision)) {
        mirror->coming_us = coming_us;
        agreement_told(agreement, revision);
        came(mirror, &message->head, message->content);
        return;
    }
    memcpy(stamp, agreement->sending.stamp, sizeof(stamp));
    agreement_message(agreement, revision);
    settle_copy(mirror, stamp);
    if (agreement->fetch)
        mirror->coming_us = coming_us;
}

static void keep_open(struct mirror *mirror)
{
    uint64_t now = mirror->shared->now;

    if (mirror->local.segment != NULL && now >= mirror->next_state) {
        mirror->next_state = now + STATE_MS;
        if (local_check(&mirror->local) == LOCAL_GONE)
            lost_segment(mirror);
    }
    if (mirror->local.segment == NULL && now >= mirror->next_open)
        open_segment(mirror);
}

static void note_behind(struct mirror *mirror)
{
    const struct agreement *agreement = &mirror->agreement;
    bool behind = mirror->local.segment == NULL || agreement->busy || agreement->changed ||
                  agreement->fetch || mirror->pending || !server_ready(mirror->shared->server);

    if (!behind)
        mirror->behind_since = 0;
    else if (mirror->behind_since == 0)
        mirror->behind_since = mirror->shared->now;
}

/* In how many milliseconds `time` is; `wait` at most. */
static uint32_t until(const struct mirror *mirror, uint64_t time, uint32_t wait)
{
    uint64_t now = mirror->shared->now;

    return time > now && time - now < wait ? (uint32_t)(time - now) : wait;
}

static uint32_t next_time(const struct mirror *mirror)
{
    uint32_t wait = TICK_MS, rate = allowance_wait(&mirror->allowance, mirror->shared->now);

    wait = until(mirror, mirror->next_look, wait);
    wait = until(mirror, mirror->next_local, wait);
    wait = until(mirror, mirror->next_step, wait);
    wait = until(mirror, mirror->agreement.hold_until, wait);
    return rate > 0 && rate < wait ? rate : wait;
}

uint32_t mirror_work(struct mirror *mirror)
{
    struct mirror_shared *shared = mirror->shared;

    keep_open(mirror);
    if (mirror->local.segment != NULL) {
        if (shared->now >= mirror->next_look) {
            mirror->next_look = shared->now + shared->config->check_ms;
            mirror->plain = mirror->config->publish;
            agreement_look(&mirror->agreement);
        }
        if (mirror->config->publish)
            notice_change(mirror);
        if (mirror->pending && shared->now >= mirror->next_local)
            put_incoming(mirror);
        if (mirror->local.segment != NULL)
            step(mirror);
    }
    note_behind(mirror);
    return next_time(mirror);
}

void *mirror_event(struct mirror *mirror, uint32_t *wait)
{
    uint64_t change;
    void *event;

    if (!mirror->config->publish || mirror->agreement.changed ||
        !local_change(&mirror->local, &change))
        return NULL;
    event = local_event(&mirror->local);
    if (event == NULL && mirror->local.notifies)
        *wait = 0; /* a change came meanwhile */
    else if (event == NULL && *wait > mirror->shared->config->poll_ms)
        *wait = mirror->shared->config->poll_ms;
    return event;
}

void mirror_report(const struct mirror *mirror, struct report_segment *out)
{
    const struct agreement *agreement = &mirror->agreement;

    *out = mirror->figures;
    snprintf(out->name, sizeof(out->name), "%s", mirror->config->name);
    out->publish = mirror->config->publish;
    out->follow = mirror->config->follow;
    out->size = mirror->local.size;
    out->revision = agreement->base.number;
    out->behind_ms = mirror->behind_since != 0 ? mirror->shared->now - mirror->behind_since : 0;
    if (mirror->local.segment == NULL)
        out->state = REPORT_NO_SEGMENT;
    else if (agreement->misfit)
        out->state = REPORT_SIZE;
    else if (out->why[0] != '\0')
        out->state = REPORT_FAULT;
    else
        out->state = out->behind_ms > 0 || !agreement->met ? REPORT_BEHIND : REPORT_AGREED;
}
