/*
 * Machines and a server that are made up: each outcome that README.md of client/mirror states, and
 * then all of them at once, at random.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement.h"

#define MACHINES 4
#define SIZE     64

struct server {
    struct revision_head head;
    uint64_t content;
};

struct machine {
    struct agreement agreement;
    char origin[8];
    uint64_t content, change, generation, size;
    uint64_t known; /* the content that both had, or until that is known the first one here */
    bool is_known, is_first;
    unsigned told, sent, received, lost;
    /* a step that is under way */
    enum agreement_step step;
    struct revision_head answer;
    uint64_t answer_content, sending, sending_change;
    enum { DONE, OTHER, MISFIT } outcome;
};

static struct server server;
static struct machine machines[MACHINES];
static uint64_t now;
static uint64_t stamps;
static bool with_content; /* messages bring it; the same comes of it */

static struct agreement_here here(const struct machine *m)
{
    return (struct agreement_here){m->origin, m->generation, m->change, m->size,
                                   m->change != 0 || m->content != 0};
}

static void begin(bool publish, bool follow, size_t which)
{
    struct machine *m = &machines[which];

    *m = (struct machine){.generation = 7, .size = SIZE};
    m->agreement.publish = publish;
    m->agreement.follow = follow;
    m->agreement.look = true;
    m->is_first = publish && follow;
    snprintf(m->origin, sizeof(m->origin), "m%zu", which);
}

/* Its mirror ends, and another one begins. */
static void start_again(struct machine *m)
{
    struct machine was = *m;

    begin(was.agreement.publish, was.agreement.follow, (size_t)(m - machines));
    m->content = m->known = was.content;
    m->change = was.change;
    m->lost = was.lost;
}

static void make_anew(struct machine *m)
{
    m->content = m->known = m->change = 0;
    m->generation++;
    m->is_known = false;
    agreement_anew(&m->agreement);
}

static int setup(void **state)
{
    (void)state;
    server = (struct server){0};
    now = 1000;
    with_content = false;
    return 0;
}

/* What mirror.c does before it sends: the same content is not sent. */
static bool nothing_to_send(struct machine *m)
{
    if (!m->is_known || !revision_same(&m->agreement.base, &m->agreement.server) ||
        m->content != m->known)
        return false;
    m->agreement.changed = false;
    return true;
}

static void at_server(struct machine *m, const char *stamp)
{
    bool same = revision_same(&server.head.revision, &m->agreement.server);

    m->outcome = !same                                                             ? OTHER
                 : server.head.revision.number != 0 && server.head.size != m->size ? MISFIT
                                                                                   : DONE;
    if (m->outcome == DONE) {
        uint64_t last = server.head.revision.number;

        last = m->agreement.highest > last ? m->agreement.highest : last;
        server.head.revision.number = last + 1;
        memcpy(server.head.revision.stamp, stamp, REVISION_STAMP + 1);
        snprintf(server.head.origin, sizeof(server.head.origin), "%s", m->origin);
        server.head.generation = m->generation;
        server.head.change = m->sending_change;
        server.head.size = m->size;
        server.content = m->sending;
    }
}

/* Asks: the server has done it, and the answer is on its way. */
static bool ask(struct machine *m)
{
    enum agreement_step step = agreement_next(&m->agreement);
    char stamp[REVISION_STAMP + 1];

    if (step == AGREEMENT_WAIT ||
        (step == AGREEMENT_SEND && (now < m->agreement.hold_until || nothing_to_send(m))))
        return false;
    revision_new_stamp(++stamps, stamp);
    m->step = step;
    if (step == AGREEMENT_SEND) {
        m->sending = m->content;
        m->sending_change = m->change;
        at_server(m, stamp);
    }
    agreement_begin(&m->agreement, step, stamp);
    m->answer = server.head;
    m->answer_content = server.content;
    return true;
}

static void take(struct machine *m, const struct revision *revision, uint64_t content)
{
    if (m->agreement.publish && (m->is_known || m->is_first) && content == m->known) {
        m->is_known = true;
        agreement_unchanged(&m->agreement, revision);
        return;
    }
    if (m->content != content) {
        if ((m->is_known || m->is_first) && m->agreement.publish && m->content != m->known)
            m->lost++;
        m->content = content;
        m->change++;
        m->received++;
    }
    m->known = m->content;
    m->is_known = true;
    agreement_taken(&m->agreement, revision);
}

/* The answer comes. */
static void answer(struct machine *m)
{
    struct agreement_here segment = here(m);
    char sent[REVISION_STAMP + 1];
    bool taken = false;

    memcpy(sent, m->agreement.sending.stamp, sizeof(sent));
    if (m->step == AGREEMENT_LOOK) {
        m->told |= agreement_looked(&m->agreement, &m->answer, &segment, now);
    } else if (m->step == AGREEMENT_FETCH) {
        m->told |= agreement_fetched(&m->agreement, &m->answer, &segment, now, &taken);
    } else if (m->outcome == DONE) {
        agreement_sent(&m->agreement, m->answer.revision.number);
        m->known = m->sending;
        m->is_known = true;
        m->sent++;
    } else {
        m->told |= agreement_refused(&m->agreement, &m->answer, &segment, now, &taken);
    }
    if (m->outcome != DONE || m->step != AGREEMENT_SEND)
        if (sent[0] != '\0' && strcmp(m->agreement.base.stamp, sent) == 0) {
            m->known = m->sending;
            m->is_known = true;
        }
    m->outcome = DONE;
    if (taken)
        take(m, &m->answer.revision, m->answer_content);
}

/* A message comes, without the content. */
static void line(struct machine *m, const struct server *told)
{
    char sent[REVISION_STAMP + 1];

    memcpy(sent, m->agreement.sending.stamp, sizeof(sent));
    agreement_message(&m->agreement, &told->head.revision);
    if (sent[0] != '\0' && strcmp(m->agreement.base.stamp, sent) == 0) {
        m->known = m->sending;
        m->is_known = true;
    }
}

/* A message comes, with the content. */
static void hear(struct machine *m, const struct server *told)
{
    if (told->head.size != m->size || !agreement_takes(&m->agreement, &told->head.revision)) {
        line(m, told);
        return;
    }
    agreement_told(&m->agreement, &told->head.revision);
    take(m, &told->head.revision, told->content);
}

static void tell_all(void)
{
    size_t i;

    for (i = 0; i < MACHINES; i++)
        if (machines[i].size != 0 && with_content)
            hear(&machines[i], &server);
        else if (machines[i].size != 0)
            line(&machines[i], &server);
}

/* Time passes until nobody waits for others any more. */
static bool wait_for_others(void)
{
    uint64_t before = now;
    size_t i;

    for (i = 0; i < MACHINES; i++)
        if (machines[i].agreement.hold_until > now)
            now = machines[i].agreement.hold_until;
    return now != before;
}

/* Until nothing is left to do. */
static void settle(void)
{
    bool any = true;
    unsigned rounds = 0;
    size_t i;

    while (any || wait_for_others()) {
        any = false;
        assert_true(rounds++ < 100);
        for (i = 0; i < MACHINES; i++) {
            if (machines[i].size == 0 || !ask(&machines[i]))
                continue;
            any = true;
            answer(&machines[i]);
            tell_all();
        }
    }
}

static void look_all(void)
{
    size_t i;

    for (i = 0; i < MACHINES; i++)
        agreement_look(&machines[i].agreement);
    settle();
}

static void write_here(struct machine *m, uint64_t content)
{
    m->content = content;
    m->change++;
    agreement_change(&m->agreement);
}

static void clear(void)
{
    memset(machines, 0, sizeof(machines));
}

static void lose_server(void)
{
    server = (struct server){0};
}

/* ---- one after the other ---------------------------------------------------- */

/* Machine 0 publishes and machine 1 follows, and both have met the server. */
static void publisher_and_follower(void)
{
    clear();
    begin(true, false, 0);
    begin(false, true, 1);
    settle();
}

static void what_is_published_comes_in(void **state)
{
    (void)state;
    publisher_and_follower();
    assert_int_equal(server.head.revision.number, 0); /* nobody has written yet */
    write_here(&machines[0], 5);
    settle();
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(machines[0].sent, 1);
    assert_int_equal(machines[1].received, 1);
    look_all();
    assert_int_equal(machines[0].sent, 1);
    assert_int_equal(machines[1].received, 1);
    assert_int_equal(machines[0].told | machines[1].told, 0);
}

static void what_comes_with_a_message_is_not_asked_for(void **state)
{
    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    assert_true(ask(&machines[0]));
    answer(&machines[0]);
    hear(&machines[1], &server);
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(agreement_next(&machines[1].agreement), AGREEMENT_WAIT);
    hear(&machines[1], &server);
    hear(&machines[0], &server);
    assert_int_equal(agreement_next(&machines[1].agreement), AGREEMENT_WAIT);
    assert_int_equal(agreement_next(&machines[0].agreement), AGREEMENT_WAIT);
    look_all();
    assert_int_equal(machines[1].received, 1);
    assert_int_equal(machines[0].told | machines[1].told, 0);
}

/* The server was asked before the message came, and its answer comes after it. */
static void an_answer_from_before_a_message_is_no_way_back(void **state)
{
    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    agreement_look(&machines[1].agreement);
    assert_true(ask(&machines[1]));
    write_here(&machines[0], 6);
    assert_true(ask(&machines[0]));
    answer(&machines[0]);
    hear(&machines[1], &server);
    answer(&machines[1]);
    assert_int_equal(machines[1].told, 0);
    settle();
    assert_int_equal(machines[1].content, 6);
}

/* A message that comes late, and one of another size, take nothing back. */
static void an_old_message_changes_nothing(void **state)
{
    struct server before;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    before = server;
    write_here(&machines[0], 6);
    settle();
    hear(&machines[1], &before);
    assert_int_equal(machines[1].content, 6);
    before.head.revision.number += 2;
    before.head.size++;
    hear(&machines[1], &before);
    assert_int_equal(machines[1].content, 6);
    settle();
    assert_int_equal(machines[1].content, 6);
}

static void a_lost_message_costs_nothing(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    begin(true, true, 1);
    settle();
    write_here(&machines[0], 5);
    assert_true(ask(&machines[0]));
    answer(&machines[0]); /* and nobody hears */
    assert_int_equal(machines[1].content, 0);
    look_all();
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(server.head.revision.number, 1); /* no echo */
}

static void a_start_takes_what_is_there(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    settle();
    write_here(&machines[0], 5);
    settle();
    begin(true, true, 1);
    machines[1].content = machines[1].known = 9;
    machines[1].change = 3;
    settle();
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(machines[1].lost, 0); /* of what revision it was, nobody knows */
}

/* A program was restarted; what was written meanwhile goes out where nobody else wrote. */
static void a_restart_sends_what_was_written_meanwhile(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    settle();
    write_here(&machines[0], 5);
    settle();
    begin(true, true, 0);
    machines[0].content = 5;
    machines[0].change = 1;
    settle();
    assert_int_equal(server.head.revision.number, 1); /* nothing was written */
    begin(true, true, 0);
    machines[0].content = 6;
    machines[0].change = 2;
    settle();
    assert_int_equal(server.content, 6);
    assert_int_equal(server.head.revision.number, 2);
}

static void a_server_that_is_empty_gets_it_again(void **state)
{
    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    lose_server();
    look_all();
    assert_int_equal(server.content, 5);
    assert_int_equal(server.head.revision.number, 2); /* greater than any that was seen */
    assert_int_equal(machines[0].told, AGREEMENT_EMPTY | AGREEMENT_AGAIN);
    assert_int_equal(machines[1].received, 1); /* the same bytes are not written again */
    assert_true(revision_same(&machines[1].agreement.base, &server.head.revision));
}

static void a_server_that_is_empty_takes_nothing_from_followers(void **state)
{
    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    machines[0].size = 0; /* the publisher is gone */
    lose_server();
    look_all();
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(machines[1].told, AGREEMENT_EMPTY);
    assert_int_equal(server.head.revision.number, 0);
    /* A new one, which knows nothing, begins with 1. */
    begin(true, false, 2);
    settle();
    write_here(&machines[2], 8);
    settle();
    now += AGREEMENT_GRACE_MS;
    look_all();
    assert_int_equal(machines[1].content, 8);
}

static void a_failover_that_lost_writes_gets_them_again(void **state)
{
    struct server before;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    before = server;
    write_here(&machines[0], 6);
    settle();
    server = before;
    agreement_look(&machines[1].agreement); /* the follower is there first */
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    assert_int_equal(machines[1].content, 6); /* it keeps the newer one */
    assert_int_equal(machines[1].told, AGREEMENT_BACK);
    look_all();
    assert_int_equal(server.content, 6);
    assert_int_equal(server.head.revision.number, 3);
    assert_int_equal(machines[1].content, 6);
}

/* A message told of a newer one, and then the server lost it. */
static void what_is_older_than_its_message_is_not_taken(void **state)
{
    struct server before;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    before = server;
    write_here(&machines[0], 6);
    settle();
    write_here(&machines[0], 7);
    assert_true(ask(&machines[0]));
    answer(&machines[0]);
    line(&machines[1], &server);
    server = before;
    assert_true(ask(&machines[1]));
    assert_int_equal(machines[1].step, AGREEMENT_FETCH);
    answer(&machines[1]);
    assert_int_equal(machines[1].content, 6);
    assert_int_equal(machines[1].told, AGREEMENT_BACK);
    look_all();
    assert_int_equal(machines[1].content, 7);
}

/* As above, and it is told of a revision between them, with its content. */
static void what_is_told_after_a_way_back_is_not_taken_at_once(void **state)
{
    struct server first, second;

    (void)state;
    with_content = true;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    first = server;
    write_here(&machines[0], 6);
    settle();
    second = server;
    write_here(&machines[0], 7);
    settle();
    server = first;
    agreement_look(&machines[1].agreement);
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    assert_int_equal(machines[1].told, AGREEMENT_BACK);
    hear(&machines[1], &second);
    assert_int_equal(machines[1].content, 7);
    look_all();
    assert_int_equal(machines[1].content, 7);
}

/* Nobody puts the newer one there again: after a while all have what the server has. */
static void a_failover_without_the_publisher_goes_back(void **state)
{
    struct server before;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    before = server;
    write_here(&machines[0], 6);
    settle();
    server = before;
    machines[0].size = 0;
    look_all();
    assert_int_equal(machines[1].content, 6);
    now += AGREEMENT_GRACE_MS - 1;
    look_all();
    assert_int_equal(machines[1].content, 6);
    now += 1;
    look_all();
    assert_int_equal(machines[1].content, 5);
}

/* The lost write and the next one have the same number. */
static void a_number_that_comes_twice_is_told_apart(void **state)
{
    struct server before;

    (void)state;
    clear();
    begin(true, true, 0);
    begin(true, true, 1);
    settle();
    write_here(&machines[0], 5);
    settle();
    before = server;
    write_here(&machines[0], 6);
    assert_true(ask(&machines[0]));
    answer(&machines[0]); /* nobody else heard of it */
    server = before;
    write_here(&machines[1], 7);
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    assert_int_equal(server.head.revision.number, machines[0].agreement.base.number);
    look_all();
    assert_int_equal(machines[0].content, 7);
    assert_int_equal(machines[1].content, 7);
}

static void two_that_write_lose_one_and_tell(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    begin(true, true, 1);
    settle();
    write_here(&machines[0], 5);
    write_here(&machines[1], 6);
    settle();
    assert_int_equal(server.content, 5);
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(machines[1].lost, 1);
    look_all();
    assert_int_equal(server.head.revision.number, 1);
    write_here(&machines[1], 8);
    write_here(&machines[0], 9);
    settle();
    assert_int_equal(machines[0].lost + machines[1].lost, 2);
    assert_int_equal(machines[0].content, machines[1].content);
}

/* Whoever comes first puts there again what all had; that replaces no change that was made
 * meanwhile. */
static void what_is_put_there_again_is_no_newer_change(void **state)
{
    int heard;

    (void)state;
    for (heard = 0; heard < 2; heard++) {
        clear();
        lose_server();
        begin(true, true, 0);
        begin(true, true, 1);
        settle();
        write_here(&machines[0], 5);
        settle();
        lose_server();
        agreement_look(&machines[1].agreement);
        while (ask(&machines[1]))
            answer(&machines[1]);
        assert_int_equal(server.head.revision.number, 2);
        write_here(&machines[0], 6);
        if (heard)
            tell_all(); /* it asks for the content before it sends its own */
        settle();
        assert_int_equal(server.content, 6);
        assert_int_equal(machines[1].content, 6);
        assert_int_equal(machines[0].lost, 0);
    }
}

static void two_publishers_are_told_once_each_time(void **state)
{
    (void)state;
    clear();
    begin(true, false, 0);
    begin(true, false, 1);
    settle();
    write_here(&machines[0], 5);
    settle();
    write_here(&machines[1], 6);
    settle();
    look_all();
    assert_int_equal(server.content, 6);
    assert_true((machines[0].told & AGREEMENT_CONFLICT) != 0);
    machines[0].told = 0;
    look_all();
    assert_int_equal(machines[0].told, 0);    /* no second line for the same revision */
    assert_int_equal(machines[0].content, 5); /* it does not follow */
    write_here(&machines[0], 7);
    settle();
    assert_int_equal(server.content, 7);
}

static void a_publisher_that_comes_later_is_told(void **state)
{
    (void)state;
    clear();
    begin(true, false, 0);
    settle();
    write_here(&machines[0], 5);
    settle();
    begin(true, false, 1);
    machines[1].content = 6;
    settle();
    assert_int_equal(server.content, 6);
    assert_int_equal(machines[1].told, AGREEMENT_CONFLICT);
    machines[1].agreement = (struct agreement){.publish = true, .look = true}; /* started again */
    machines[1].told = 0;
    settle();
    assert_int_equal(machines[1].told, 0); /* what it finds there is its own */
}

static void another_size_changes_nothing(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    settle();
    write_here(&machines[0], 5);
    settle();
    begin(true, true, 1);
    machines[1].size = SIZE * 2;
    machines[1].content = 1;
    settle();
    assert_int_equal(machines[1].told, AGREEMENT_SIZE);
    write_here(&machines[1], 2);
    settle();
    assert_int_equal(server.content, 5);
    assert_int_equal(machines[1].content, 2);
    write_here(&machines[0], 6);
    settle();
    assert_int_equal(machines[1].content, 2);
    machines[1].told = 0;
    look_all();
    look_all();
    assert_int_equal(machines[1].told & ~(unsigned)AGREEMENT_SIZE, 0);
    lose_server(); /* the administrator has deleted the key */
    machines[0].size = 0;
    look_all();
    assert_int_equal(server.content, 2);
}

static void an_answer_that_is_cut_off_is_settled(void **state)
{
    unsigned done;

    (void)state;
    for (done = 0; done < 2; done++) {
        struct server before;

        clear();
        lose_server();
        begin(true, true, 0);
        settle();
        before = server;
        write_here(&machines[0], 5);
        assert_true(ask(&machines[0]));
        if (done == 0)
            server = before; /* it never arrived */
        agreement_cut(&machines[0].agreement);
        settle();
        assert_int_equal(server.content, 5);
        assert_int_equal(server.head.revision.number, 1);
        assert_int_equal(machines[0].lost, 0);
        assert_int_equal(machines[0].told & AGREEMENT_CONFLICT, 0);
    }
}

/* A write is done, its answer is lost, and the content from before it is put there by another one.
 */
static void a_message_tells_that_a_write_was_done(void **state)
{
    (void)state;
    clear();
    with_content = true;
    begin(true, true, 0);
    begin(true, true, 1);
    settle();
    write_here(&machines[1], 4);
    settle();
    write_here(&machines[0], 5);
    assert_true(ask(&machines[0]));
    agreement_cut(&machines[0].agreement);
    hear(&machines[0], &server);
    hear(&machines[1], &server);
    write_here(&machines[1], 4);
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    hear(&machines[0], &server);
    settle();
    assert_int_equal(server.content, 4);
    assert_int_equal(machines[0].content, 4);
    assert_int_equal(machines[0].lost, 0);
}

/* What is not known to be done is asked for before anything is taken. */
static void nothing_is_taken_before_a_write_is_settled(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    begin(true, true, 1);
    settle();
    write_here(&machines[1], 4);
    settle();
    write_here(&machines[0], 5);
    assert_true(ask(&machines[0]));
    agreement_cut(&machines[0].agreement);
    line(&machines[1], &server);
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    write_here(&machines[1], 4);
    assert_true(ask(&machines[1]));
    answer(&machines[1]);
    assert_false(agreement_takes(&machines[0].agreement, &server.head.revision));
    hear(&machines[0], &server);
    assert_int_equal(agreement_next(&machines[0].agreement), AGREEMENT_LOOK);
}

static void a_message_that_leaps_is_not_believed(void **state)
{
    struct server forged;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    forged = server;
    forged.head.revision.number = REVISION_MOST;
    forged.head.revision.stamp[0] ^= 1;
    forged.content = 66;
    hear(&machines[1], &forged);
    settle();
    assert_int_equal(machines[1].content, 5);
    assert_true(machines[1].agreement.highest < 10);
}

/* Two messages come in the wrong order, the first one while an answer is awaited. */
static void a_message_that_came_too_early_is_not_forgotten(void **state)
{
    struct server older;

    (void)state;
    publisher_and_follower();
    write_here(&machines[0], 5);
    settle();
    agreement_look(&machines[1].agreement);
    assert_true(ask(&machines[1]));
    write_here(&machines[0], 6);
    assert_true(ask(&machines[0]));
    answer(&machines[0]);
    older = server;
    write_here(&machines[0], 7);
    assert_true(ask(&machines[0]));
    answer(&machines[0]);
    hear(&machines[1], &server);
    answer(&machines[1]);
    hear(&machines[1], &older);
    assert_int_equal(machines[1].content, 6);
    assert_int_equal(agreement_next(&machines[1].agreement), AGREEMENT_FETCH);
}

static void a_segment_made_anew_is_filled(void **state)
{
    (void)state;
    clear();
    begin(true, true, 0);
    begin(false, true, 1);
    settle();
    write_here(&machines[0], 5);
    settle();
    make_anew(&machines[0]);
    make_anew(&machines[1]);
    settle();
    assert_int_equal(machines[0].content, 5);
    assert_int_equal(machines[1].content, 5);
    assert_int_equal(server.head.revision.number, 1);
}

/* A publisher alone does not put zeros in place of what is there. */
static void an_empty_segment_is_not_sent(void **state)
{
    (void)state;
    clear();
    begin(true, false, 0);
    settle();
    write_here(&machines[0], 5);
    settle();
    make_anew(&machines[0]);
    look_all();
    assert_int_equal(server.content, 5);
    lose_server();
    look_all();
    assert_int_equal(server.head.revision.number, 0);
    write_here(&machines[0], 6);
    settle();
    assert_int_equal(server.content, 6);
}

/* Nothing goes out while what came in waits for the lock. */
static void nothing_goes_out_before_what_came_in(void **state)
{
    struct agreement agreement = {.publish = true, .follow = true, .met = true};
    struct revision_head head = {{3, "00000000000000aa"}, "m1", 1, 1, SIZE};
    struct agreement_here segment = {"m0", 7, 1, SIZE, true};
    bool taken;

    (void)state;
    agreement_change(&agreement);
    agreement_begin(&agreement, AGREEMENT_SEND, "00000000000000bb");
    assert_int_equal(agreement_refused(&agreement, &head, &segment, now, &taken), 0);
    assert_true(taken);
    assert_int_equal(agreement_next(&agreement), AGREEMENT_WAIT);
    agreement_change(&agreement);
    assert_int_equal(agreement_next(&agreement), AGREEMENT_WAIT);
    agreement_taken(&agreement, &head.revision);
    agreement_change(&agreement);
    assert_int_equal(agreement_next(&agreement), AGREEMENT_SEND);
}

/* ---- all at once ------------------------------------------------------------ */

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

/* `old`: as it was told of at some time. */
static void chance(struct machine *m, struct server *replica, struct server *old)
{
    switch (dice(10)) {
    case 0:
    case 1:
        if (m->agreement.publish)
            write_here(m, dice(1000) + 1);
        break;
    case 2:
        agreement_cut(&m->agreement);
        if (dice(10) == 0)
            start_again(m);
        break;
    case 3:
        *replica = server; /* the replica has all */
        break;
    case 4:
        if (dice(20) == 0) {
            server = *replica;
        } else if (dice(40) == 0) {
            lose_server();
        }
        break;
    case 5:
        if (dice(2) == 0)
            *old = server;
        if (dice(3) == 0)
            line(m, &server);
        else if (server.head.revision.number != 0)
            hear(m, dice(4) == 0 && old->head.revision.number != 0 ? old : &server);
        break;
    case 6:
        agreement_look(&m->agreement);
        break;
    default:
        if (m->agreement.busy)
            answer(m);
        else
            (void)ask(m);
        break;
    }
}

/*
 * Whatever was lost, cut and taken back: in the end all who follow have what the server has, and
 * then nothing moves any more.
 */
static void all_agree_in_the_end(void **state)
{
    uint32_t run, i;

    (void)state;
    for (run = 0; run < 3000; run++) {
        struct server replica = {0}, old = {0};
        uint64_t last;

        seed = run;
        with_content = run % 3 != 0;
        clear();
        lose_server();
        begin(true, true, 0);
        begin(true, true, 1);
        begin(false, true, 2);
        begin(run % 2 == 0, run % 2 != 0, 3);
        for (i = 0; i < 400; i++) {
            now += dice(30);
            chance(&machines[dice(MACHINES)], &replica, &old);
        }
        for (i = 0; i < MACHINES; i++)
            if (machines[i].agreement.busy)
                agreement_cut(&machines[i].agreement);
        look_all();
        now += AGREEMENT_GRACE_MS;
        look_all();
        look_all();
        last = server.head.revision.number;
        for (i = 0; i < 3; i++)
            if (last != 0)
                assert_int_equal(machines[i].content, server.content);
        look_all();
        assert_int_equal(server.head.revision.number, last);
    }
}

/*
 * All have one content, the server loses it, mirrors are started again, and a program writes: what
 * it has written is there in the end, whoever comes first.
 */
static void a_change_outlives_the_server_and_its_mirror(void **state)
{
    uint32_t run, i;

    (void)state;
    for (run = 0; run < 3000; run++) {
        struct machine *writer;
        uint32_t begun;

        seed = run;
        with_content = run % 2 != 0;
        clear();
        lose_server();
        for (i = 0; i < 3; i++)
            begin(true, true, i);
        settle();
        for (i = 1; i <= 5; i++) { /* revisions that an empty server has not reached again */
            write_here(&machines[dice(3)], i);
            settle();
        }
        lose_server();
        for (i = 0; i < 3; i++) {
            agreement_cut(&machines[i].agreement);
            if (dice(2) == 0)
                start_again(&machines[i]);
        }
        writer = &machines[dice(3)];
        begun = dice(12);
        for (i = 0; i < 40; i++) {
            struct machine *m = &machines[dice(3)];

            if (i == begun)
                write_here(writer, 6);
            else if (dice(8) == 0 && dice(2) == 0 && server.head.revision.number != 0)
                hear(m, &server);
            else if (dice(8) == 0)
                line(m, &server);
            else if (m->agreement.busy)
                answer(m);
            else
                (void)ask(m);
        }
        for (i = 0; i < 3; i++)
            if (machines[i].agreement.busy)
                answer(&machines[i]);
        settle();
        look_all();
        assert_int_equal(server.content, 6);
        for (i = 0; i < 3; i++) {
            assert_int_equal(machines[i].content, 6);
            assert_int_equal(machines[i].lost, 0);
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_older_than_its_message_is_not_taken),
        TEST(what_is_published_comes_in),
        TEST(what_is_told_after_a_way_back_is_not_taken_at_once),
        TEST(what_comes_with_a_message_is_not_asked_for),
        TEST(an_answer_from_before_a_message_is_no_way_back),
        TEST(an_old_message_changes_nothing),
        TEST(a_lost_message_costs_nothing),
        TEST(a_start_takes_what_is_there),
        TEST(a_restart_sends_what_was_written_meanwhile),
        TEST(a_server_that_is_empty_gets_it_again),
        TEST(a_server_that_is_empty_takes_nothing_from_followers),
        TEST(a_failover_that_lost_writes_gets_them_again),
        TEST(a_failover_without_the_publisher_goes_back),
        TEST(a_number_that_comes_twice_is_told_apart),
        TEST(two_that_write_lose_one_and_tell),
        TEST(what_is_put_there_again_is_no_newer_change),
        TEST(two_publishers_are_told_once_each_time),
        TEST(a_publisher_that_comes_later_is_told),
        TEST(another_size_changes_nothing),
        TEST(an_answer_that_is_cut_off_is_settled),
        TEST(a_message_tells_that_a_write_was_done),
        TEST(nothing_is_taken_before_a_write_is_settled),
        TEST(a_message_that_leaps_is_not_believed),
        TEST(a_message_that_came_too_early_is_not_forgotten),
        TEST(a_segment_made_anew_is_filled),
        TEST(an_empty_segment_is_not_sent),
        TEST(nothing_goes_out_before_what_came_in),
        TEST(all_agree_in_the_end),
        TEST(a_change_outlives_the_server_and_its_mirror),
    };

    return cmocka_run_group_tests_name("test_agreement", tests, NULL, NULL);
}
