/*
 * Locks, snapshots, changes and queues in processes that die: by ExitThread, by ending themselves
 * at the steps of the library, by TerminateProcess and SIGKILL of others.
 *
 *   test_stress                            the tests: a short lap of each kind
 *   test_stress SECONDS [SUBJECT]          laps for so long, and a table of what came out
 *   test_stress --mutant PROGRAM SUBJECT   short laps with another worker; 1: it was found wrong
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "driver.h"
#include "life.h"
#include "work.h"

#define PATIENCE_MS        60000u
#define MUTANT_PATIENCE_MS 10000u
#define MUTANT_LAPS        6u

/* Kinds of queues, one for each way of a short run, in turn in a long one. */
static const uint32_t queue_flags[WAYS] = {0, SHMB_ENTRY_DROP_OLDEST,
                                           SHMB_ENTRY_ONE_PRODUCER | SHMB_ENTRY_ONE_CONSUMER, 0};

static struct plan short_plans[SUBJECTS * WAYS];
static struct CMUnitTest tests[SUBJECTS * WAYS];
static char names[SUBJECTS * WAYS][80];

static const char *other_program(void)
{
    static char path[1024];
    const char *folder = getenv("SHMB_OTHER_BIN");

    if (folder == NULL)
        return support_sibling("stress_worker.exe");
    (void)snprintf(path, sizeof(path), "%s\\stress_worker.exe", folder);
    return path;
}

static struct crew both_bitnesses(void)
{
    return (struct crew){{support_sibling("stress_worker.exe"), other_program()}, PATIENCE_MS};
}

static void nothing_is_lost(void **state)
{
    const struct plan *plan = *state;
    const struct crew crew = both_bitnesses();
    struct tally tally = {.deaths = 0};

    if (!driver_knows(plan->way))
        skip();
    if (!driver_lap(plan, &crew, &tally))
        fail_msg("%s", journal != NULL ? journal->failure : "no journal");
}

static int run_short(void)
{
    static const uint32_t deaths[WAYS] = {60, 12, 8, 8};
    uint32_t i;

    for (i = 0; i < SUBJECTS * WAYS; i++) {
        short_plans[i] = (struct plan){.subject = (enum subject)(i / WAYS),
                                       .way = (enum way)(i % WAYS),
                                       .deaths = deaths[i % WAYS],
                                       .operations = 200,
                                       .queue_flags = queue_flags[i % WAYS]};
        (void)snprintf(names[i], sizeof(names[i]), "%s, %s", work_of(short_plans[i].subject)->name,
                       driver_way_name(short_plans[i].way));
        tests[i] = (struct CMUnitTest){names[i], nothing_is_lost, NULL, NULL, &short_plans[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* ---- a long run ---- */

static struct tally tallies[SUBJECTS][WAYS];

static void say_table(void)
{
    uint64_t at[POINTS] = {0};
    uint32_t subject, way, i;

    printf("%-16s  %-26s %11s %8s %8s %8s %7s %5s %6s\n", "", "death by", "operations", "deaths",
           "told in", "outside", "untold", "lost", "stuck");
    for (subject = 0; subject < SUBJECTS; subject++)
        for (way = 0; way < WAYS; way++) {
            const struct tally *tally = &tallies[subject][way];

            for (i = 0; i < POINTS; i++)
                at[i] += tally->deaths_at[i];
            printf("%-16s  %-26s %11llu %8llu %8llu %8llu %7llu %5llu %6llu\n",
                   work_of((enum subject)subject)->name, driver_way_name((enum way)way),
                   (unsigned long long)tally->operations, (unsigned long long)tally->deaths,
                   (unsigned long long)tally->told, (unsigned long long)tally->told_outside,
                   (unsigned long long)tally->untold, (unsigned long long)tally->lost,
                   (unsigned long long)tally->stuck);
        }
    for (i = 0; life_point_name(i) != NULL; i++)
        printf("%6llu at \"%s\"\n", (unsigned long long)at[i], life_point_name(i));
}

static bool lap_of(uint32_t subject, uint32_t way)
{
    static const uint32_t deaths[WAYS] = {1500, 150, 100, 100};
    static uint32_t turn;
    const struct plan plan = {.subject = (enum subject)subject,
                              .way = (enum way)way,
                              .deaths = subject == SUBJECT_NOTIFY ? 30 : deaths[way],
                              .operations = 1000,
                              .queue_flags = queue_flags[turn++ % 3]};
    const struct crew crew = both_bitnesses();

    if (!driver_knows(plan.way) || driver_lap(&plan, &crew, &tallies[subject][way]))
        return true;
    printf("FAILED: %s, %s: %s\n", work_of(plan.subject)->name, driver_way_name(plan.way),
           journal->failure);
    return false;
}

/* SUBJECTS: none has a name that begins so. */
static enum subject subject_of(const char *name)
{
    uint32_t i = 0;

    while (i < SUBJECTS && strncmp(work_of((enum subject)i)->name, name, strlen(name)) != 0)
        i++;
    return (enum subject)i;
}

/* `only`: SUBJECTS for all of them. */
static int run_long(uint32_t seconds, enum subject only)
{
    const ULONGLONG until = GetTickCount64() + seconds * 1000ull;
    bool well = true;
    uint32_t i;

    for (i = 0; well && GetTickCount64() < until; i = (i + 1) % (SUBJECTS * WAYS))
        if (only == SUBJECTS || only == (enum subject)(i / WAYS))
            well = lap_of(i / WAYS, i % WAYS);
    say_table();
    return well ? 0 : 1;
}

/* ---- mutants ---- */

static int find_mutant(const char *program, const char *subject)
{
    const struct crew crew = {{support_sibling(program), support_sibling(program)},
                              MUTANT_PATIENCE_MS};
    struct plan plan = {.subject = subject_of(subject)};
    struct tally tally = {.deaths = 0};
    uint32_t i;

    if (plan.subject == SUBJECTS)
        return 2;
    for (i = 0; i < MUTANT_LAPS; i++) {
        plan.way = i % 2 == 0 ? WAY_EXIT : WAY_SELF;
        plan.deaths = i % 2 == 0 ? 300 : 30;
        if (plan.subject == SUBJECT_NOTIFY) /* deaths excuse late waits */
            plan = (struct plan){SUBJECT_NOTIFY, WAY_TERMINATE, 0, 60, 0};
        if (!driver_lap(&plan, &crew, &tally)) {
            printf("FAILED: %s: %s\n", program, journal->failure);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--mutant") == 0)
        return find_mutant(argv[2], argv[3]);
    if (argc >= 2 && atoi(argv[1]) > 0)
        return run_long((uint32_t)atoi(argv[1]), argc > 2 ? subject_of(argv[2]) : SUBJECTS);
    return run_short();
}
