/*
 * A client that does its worst beside others that work: what it may write is
 * spoiled, locks are held for ever, owners die. Everybody else gets right
 * results, or hears what is wrong, in time; another writer set notices nothing.
 */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service_manager.h"

#define ROUNDS  8u
#define BATCHES 2u /* of each neighbour under each attack, at least */
#define DEATHS  3u

/* Groups stand in for users: the attacker is not in Users, a reader not in Interactive. */
static const char configuration[] =
    "version: 1\n"
    "defaults:\n"
    "  access: { read: [AuthenticatedUsers], write: [Interactive] }\n"
    "segments:\n"
    "  " ATTACKED ": { size: 5000 }\n"
    "  " BESIDE ":   { size: 64 }\n"
    "  " APART ":\n"
    "    size: 1000\n"
    "    access: { read: [AuthenticatedUsers], write: [Users] }\n";

static const struct launch attacker = {.standard_user = true, .deny = "BU"};
static const struct launch user = {.standard_user = true};
static const struct launch reader = {.standard_user = true, .deny = "IU BU"};

/* The owner first: a guest expects a record. */
enum neighbour { OWNER, GUEST, WRITER, READER, NEIGHBOURS };

static const struct {
    const char *who;
    const struct launch *how;
} neighbours[NEIGHBOURS] = {
    {"owner", &user},
    {"guest", &reader},
    {"writer", &user},
    {"reader", &reader},
};

static struct child *running[NEIGHBOURS];
static unsigned long told[NEIGHBOURS]; /* results, all together */

/* The next batch of a neighbour went well; returns when it began. */
static unsigned long next_batch(size_t i)
{
    const char *line = child_line(running[i]);
    unsigned long begun;
    char *end;

    if (line == NULL || strncmp(line, "fine ", 5) != 0)
        fail_msg("%s: %s", neighbours[i].who, line != NULL ? line : "has crashed");
    begun = strtoul(line + 5, &end, 10);
    told[i] |= strtoul(end, NULL, 10);
    return begun;
}

/* Each of them finishes so many batches that began later; ticks are long. */
static void all_are_fine(unsigned batches)
{
    unsigned long now = (unsigned long)GetTickCount64();
    size_t i;

    for (i = 0; i < NEIGHBOURS; i++) {
        unsigned seen = 0;

        while (seen < batches)
            seen += (long)(next_batch(i) - now) > 0;
    }
}

static void start_neighbours(void)
{
    size_t i;

    for (i = 0; i < NEIGHBOURS; i++) {
        running[i] = client_start(neighbours[i].how, "neighbour %s", neighbours[i].who);
        next_batch(i);
    }
}

static void end_neighbours(void)
{
    size_t i;

    for (i = 0; i < NEIGHBOURS; i++)
        assert_int_equal(child_end(running[i]), 0);
}

/* Three sections: the two segments of the set, and the set's control section. */
static struct child *start_scribbling(unsigned seed)
{
    struct child *child = client_start(&attacker, "scribble %u", seed);

    child_expect(child, "scribbling over 3");
    return child;
}

static void hold_for_ever(void)
{
    struct child *hog = client_start(&attacker, "hog");

    child_expect(hog, "holding");
    all_are_fine(BATCHES);
    child_kill(hog);
}

static void die_again_and_again(unsigned seed)
{
    unsigned i;

    for (i = 0; i < DEATHS; i++) {
        struct child *child = client_start(&attacker, "die %u", seed + i);

        child_expect(child, "dying");
        assert_int_equal(child_end(child), EXIT_DIED);
        all_are_fine(1);
    }
}

static DWORD run_broker_verb(const char *verb)
{
    return child_end(child_start(NULL, "\"%s\" %s", support_sibling("shmbroker.exe"), verb));
}

/* One blow of each kind for certain, and those it is aimed at hear of it. */
static void each_blow_is_told(void)
{
    const unsigned long taken = HOSTILE_RESULT(SHMB_TIMEOUT) | HOSTILE_RESULT(SHMB_ABANDONED);
    const unsigned long damaged = HOSTILE_RESULT(SHMB_STALE) | HOSTILE_RESULT(SHMB_CORRUPT);

    hold_for_ever(); /* and dies with it */
    all_are_fine(1);
    assert_int_equal(told[WRITER] & taken, taken);
    /* What is in the header decides nothing. */
    assert_string_equal(client_line(&attacker, "wipe"), "wiped");
    all_are_fine(2);
    assert_int_equal((told[WRITER] | told[READER]) & damaged, 0);
    assert_string_equal(client_line(&attacker, "spoil"), "spoiled");
    all_are_fine(1);
    assert_int_not_equal(told[WRITER] & damaged, 0);
    assert_int_not_equal(told[READER] & damaged, 0);
    assert_int_equal((told[OWNER] | told[GUEST]) & damaged, 0);
    /* A reload repairs both. */
    assert_int_equal(run_broker_verb("reload"), 0);
    all_are_fine(1);
    told[WRITER] = told[READER] = 0;
    end_neighbours();
    start_neighbours();
    all_are_fine(1);
    assert_int_equal((told[WRITER] | told[READER]) & damaged, 0);
    child_find(child_start(NULL, "\"%s\" status", support_sibling("shmbroker.exe")),
               "control Global\\ShmBroker.Control.1: repaired, a program damaged it",
               SUPPORT_DEADLINE_MS);
}

static void start_service(void)
{
    char arguments[1024];

    snprintf(arguments, sizeof(arguments), "--config \"%s\"", scm_file(configuration));
    scm_create(arguments);
    scm_start();
    scm_wait(SERVICE_RUNNING);
}

/* SHMB_SEED repeats a run, as far as the scheduler does. */
static unsigned first_seed(void)
{
    const char *given = getenv("SHMB_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 0)
                                  : (unsigned)GetTickCount64() ^ GetCurrentProcessId() << 16;

    print_message("    SHMB_SEED=%u\n", seed);
    return seed;
}

static void a_hostile_writer_costs_answers_only(void **state)
{
    unsigned seed = first_seed(), round;
    struct child *scribbler;

    (void)state;
    start_service();
    start_neighbours();
    each_blow_is_told();
    for (round = 0; round < ROUNDS; round++) {
        scribbler = start_scribbling(seed + round);
        /* The broker repairs what is damaged at the same time, and is not held up by it. */
        assert_int_equal(run_broker_verb("reload"), 0);
        if (round % 2 == 0)
            hold_for_ever();
        else
            die_again_and_again(seed + 100 * round);
        child_kill(scribbler);
        all_are_fine(1);
    }
    assert_int_equal((told[OWNER] | told[GUEST]) &
                         (HOSTILE_RESULT(SHMB_STALE) | HOSTILE_RESULT(SHMB_CORRUPT)),
                     0);
    end_neighbours();
    /* What it has left behind is no hindrance to others, nor to the broker. */
    start_neighbours();
    end_neighbours();
    assert_int_equal(run_broker_verb("status"), 0);
    assert_int_equal(run_broker_verb("stop --release"), 0);
    scm_wait(SERVICE_STOPPED);
    assert_string_equal(client_line(&user, "open section Global\\" APART " 4"), "2");
}

static const struct verb verbs[] = {
    {"scribble", 1, hostile_scribble}, {"hog", 0, hostile_hog},
    {"die", 1, hostile_die},           {"spoil", 0, hostile_spoil},
    {"wipe", 0, hostile_wipe},         {"neighbour", 1, hostile_neighbour},
};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_hostile_writer_costs_answers_only, scm_teardown),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, scm_setup, NULL);
}
