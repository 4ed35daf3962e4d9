/* What a reload would do, and whose an object is: tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "names.h"
#include "plan.h"
#include "sample.h"

#define SECTION(bytes)                                                                             \
    {                                                                                              \
        .kind = SHMB_SECTION, .name = "x", .size = (bytes)                                         \
    }
#define MUTEX                                                                                      \
    {                                                                                              \
        .kind = SHMB_MUTEX, .name = "x"                                                            \
    }
#define EVENT(manual)                                                                              \
    {                                                                                              \
        .kind = SHMB_EVENT, .name = "x", .manual_reset = (manual)                                  \
    }
#define COUNTER(most)                                                                              \
    {                                                                                              \
        .kind = SHMB_SEMAPHORE, .name = "x", .initial = 1, .maximum = (most)                       \
    }

static const char *now, next[] = "wanted"; /* the access of all that is held, and wanted */

static const char *access_now(void *context, const struct item *holding)
{
    (void)context;
    (void)holding;
    return now;
}

static const char *access_wanted(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return next;
}

static void what_is_held_against_what_is_wanted(void **state)
{
    static const struct {
        struct sys_spec live, wanted;
        const char *lock, *wanted_lock, *sddl;
        bool held, anew;
        enum plan_action action;
        bool access;
        const char *reason;
    } rows[] = {
        {SECTION(64), SECTION(64), NULL, NULL, "wanted", true, false, PLAN_KEEP, false, NULL},
        {SECTION(64), SECTION(64), NULL, NULL, "other", true, false, PLAN_ACCESS, true, NULL},
        {SECTION(64), SECTION(64), NULL, NULL, NULL, true, false, PLAN_ACCESS, true, NULL},
        {SECTION(64), SECTION(64), NULL, NULL, NULL, false, false, PLAN_CREATE, false, NULL},
        {SECTION(64), SECTION(65), NULL, NULL, "wanted", true, false, PLAN_DEFER, false,
         "the size cannot change from 64 to 65 bytes"},
        {SECTION(64), SECTION(65), NULL, NULL, "other", true, false, PLAN_DEFER, true,
         "the size cannot change from 64 to 65 bytes"},
        {SECTION(64), SECTION(65), NULL, NULL, "wanted", true, true, PLAN_RECREATE, false, NULL},
        {SECTION(64), MUTEX, NULL, NULL, "other", true, false, PLAN_DEFER, false,
         "it is a section and cannot become a mutex"},
        {SECTION(64), SECTION(64), "x.lock", "X.LOCK", "wanted", true, false, PLAN_KEEP, false,
         NULL},
        {SECTION(64), SECTION(64), "x.lock", NULL, "wanted", true, false, PLAN_DEFER, false,
         "the lock cannot change from x.lock to none"},
        {SECTION(64), SECTION(64), NULL, "sync", "wanted", true, false, PLAN_DEFER, false,
         "the lock cannot change from none to sync"},
        {EVENT(true), EVENT(true), NULL, NULL, "wanted", true, false, PLAN_KEEP, false, NULL},
        {EVENT(true), EVENT(false), NULL, NULL, "wanted", true, false, PLAN_DEFER, false,
         "the reset cannot change from manual to auto"},
        {COUNTER(5), COUNTER(6), NULL, NULL, "wanted", true, false, PLAN_DEFER, false,
         "the maximum cannot change from 5 to 6"},
        {MUTEX, MUTEX, NULL, NULL, "wanted", true, true, PLAN_RECREATE, false, NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const struct cfg_object from = {.kind = SHMB_MUTEX, .name = "x"};
        struct item item = {.spec = rows[i].wanted, .from = &from, .lock = rows[i].wanted_lock};
        const struct inventory inventory = {.items = &item, .count = 1};
        const struct item live = {.spec = rows[i].live,
                                  .lock = rows[i].lock,
                                  .state = rows[i].held ? ITEM_HELD : ITEM_FAILED};
        char name[] = "X", *anew[] = {name};
        struct name_index holdings;
        const struct plan_question question = {.holdings = &holdings,
                                               .wanted = &inventory,
                                               .anew = anew,
                                               .anew_count = rows[i].anew,
                                               .access_now = access_now,
                                               .access_wanted = access_wanted};
        struct plan plan;

        now = rows[i].sddl;
        name_index_init(&holdings, &live, 1);
        assert_true(plan_make(&question, &plan));
        assert_int_equal(plan.counts[rows[i].action], 1);
        assert_int_equal(plan.holding[0], 0);
        if (rows[i].action == PLAN_KEEP) {
            assert_int_equal(plan.count, 0);
            plan_free(&plan);
            name_index_free(&holdings);
            continue;
        }
        assert_int_equal(plan.count, 1);
        assert_int_equal(plan.steps[0].action, rows[i].action);
        assert_int_equal(plan.steps[0].access, rows[i].access);
        if (rows[i].reason != NULL)
            assert_string_equal(plan.steps[0].reason, rows[i].reason);
        else
            assert_null(plan.steps[0].reason);
        plan_free(&plan);
        name_index_free(&holdings);
    }
}

static void new_and_gone(void **state)
{
    struct item items[] = {{.spec = {.kind = SHMB_MUTEX, .name = "New"}},
                           {.spec = {.kind = SHMB_MUTEX, .name = "stays"}}};
    const struct inventory inventory = {.items = items, .count = 2};
    const struct item live[] = {{.spec = {.kind = SHMB_MUTEX, .name = "Gone"}, .state = ITEM_HELD},
                                {.spec = {.kind = SHMB_MUTEX, .name = "STAYS"}, .state = ITEM_HELD},
                                {.spec = {.kind = SHMB_MUTEX, .name = "Too"}, .state = ITEM_HELD}};
    struct name_index holdings;
    const struct plan_question question = {.holdings = &holdings,
                                           .wanted = &inventory,
                                           .access_now = access_now,
                                           .access_wanted = access_wanted};
    struct plan plan;

    (void)state;
    now = "wanted";
    name_index_init(&holdings, live, 3);
    assert_int_equal(name_index_find(&holdings, "nobody", 0), NAME_INDEX_NONE);
    assert_true(plan_make(&question, &plan));
    assert_int_equal(plan.count, 3);
    assert_int_equal(plan.steps[0].action, PLAN_CREATE);
    assert_int_equal(plan.steps[0].item, 0);
    assert_int_equal(plan.steps[1].action, PLAN_RETIRE);
    assert_int_equal(plan.steps[1].holding, 0);
    assert_int_equal(plan.steps[2].action, PLAN_RETIRE);
    assert_int_equal(plan.steps[2].holding, 2);
    assert_int_equal(plan.retired, 1);
    assert_int_equal(plan.holding[0], NAME_INDEX_NONE);
    assert_int_equal(plan.holding[1], 1);
    assert_int_equal(plan.counts[PLAN_CREATE], 1);
    assert_int_equal(plan.counts[PLAN_KEEP], 1);
    assert_int_equal(plan.counts[PLAN_RETIRE], 2);
    assert_ptr_equal(plan_unwanted(&plan, 0), &plan.steps[1]);
    assert_null(plan_unwanted(&plan, 1));
    assert_ptr_equal(plan_unwanted(&plan, 2), &plan.steps[2]);
    assert_null(plan_unwanted(&plan, 3));
    plan_free(&plan);
    name_index_free(&holdings);
}

/* The lock of a segment that stays as it is stays as well, though nothing names it. */
static void the_lock_of_what_is_deferred(void **state)
{
    struct item items[] = {{.spec = {.kind = SHMB_MUTEX, .name = "New"}},
                           {.spec = {.kind = SHMB_SECTION, .name = "A", .size = 8}, .lock = "New"}};
    const struct inventory inventory = {.items = items, .count = 2};
    const struct item live[] = {{.spec = {.kind = SHMB_MUTEX, .name = "Gone"}, .state = ITEM_HELD},
                                {.spec = {.kind = SHMB_MUTEX, .name = "Old"}, .state = ITEM_HELD},
                                {.spec = {.kind = SHMB_SECTION, .name = "A", .size = 8},
                                 .lock = "OLD",
                                 .state = ITEM_HELD}};
    struct name_index holdings;
    const struct plan_question question = {.holdings = &holdings,
                                           .wanted = &inventory,
                                           .access_now = access_now,
                                           .access_wanted = access_wanted};
    struct plan plan;

    (void)state;
    now = "wanted";
    name_index_init(&holdings, live, 3);
    assert_true(plan_make(&question, &plan));
    assert_int_equal(plan.count, 4);
    assert_int_equal(plan.steps[1].action, PLAN_DEFER);
    assert_int_equal(plan.steps[2].action, PLAN_RETIRE);
    assert_int_equal(plan.steps[2].holding, 0);
    assert_int_equal(plan.steps[3].action, PLAN_KEEP);
    assert_int_equal(plan.steps[3].holding, 1);
    assert_int_equal(plan.steps[3].item, NAME_INDEX_NONE);
    assert_int_equal(plan.counts[PLAN_RETIRE], 1);
    assert_int_equal(plan.counts[PLAN_KEEP], 1);
    plan_free(&plan);
    name_index_free(&holdings);
}

/* Two texts that were compared last are not compared again; other ones are. */
static const char *access_by_name(void *context, const struct item *item)
{
    (void)context;
    return item->spec.name[1] == '1' ? "one" : "other";
}

static const char *always_one(void *context, const struct item *item)
{
    (void)context;
    (void)item;
    return "one";
}

static void access_of_each(void **state)
{
    struct item items[] = {{.spec = {.kind = SHMB_MUTEX, .name = "a1"}, .state = ITEM_HELD},
                           {.spec = {.kind = SHMB_MUTEX, .name = "b1"}, .state = ITEM_HELD},
                           {.spec = {.kind = SHMB_MUTEX, .name = "c2"}, .state = ITEM_HELD},
                           {.spec = {.kind = SHMB_MUTEX, .name = "d1"}, .state = ITEM_HELD},
                           {.spec = {.kind = SHMB_MUTEX, .name = "e2"}, .state = ITEM_HELD},
                           {.spec = {.kind = SHMB_MUTEX, .name = "f2"}, .state = ITEM_HELD}};
    const struct inventory inventory = {.items = items, .count = 6};
    struct name_index holdings;
    const struct plan_question question = {.holdings = &holdings,
                                           .wanted = &inventory,
                                           .access_now = access_by_name,
                                           .access_wanted = always_one};
    struct plan plan;

    (void)state;
    name_index_init(&holdings, items, 6);
    assert_true(plan_make(&question, &plan));
    assert_int_equal(plan.counts[PLAN_KEEP], 3);
    assert_int_equal(plan.counts[PLAN_ACCESS], 3);
    assert_int_equal(plan.steps[0].item, 2);
    assert_int_equal(plan.steps[1].item, 4);
    assert_int_equal(plan.steps[2].item, 5);
    plan_free(&plan);
    name_index_free(&holdings);
}

#define OWN "S-1-5-80-1-2-3-4-5"
#define BA  "S-1-5-32-544"
#define SY  "S-1-5-18"

static void whose_it_is(void **state)
{
    static const struct {
        struct sys_spec wanted;
        enum shmb_kind kind;
        uint64_t pages;
        bool manual;
        int32_t maximum;
        const char *owner;
        enum shmb_kind recorded; /* SHMB_KIND_COUNT: no record */
        uint64_t recorded_size;
        enum adoption_verdict verdict;
        uint64_t size, generation;
    } rows[] = {
        /* The broker's own SID, or the service's: proof enough. */
        {SECTION(64), SHMB_SECTION, 4096, false, 0, OWN, SHMB_KIND_COUNT, 0, ADOPTION_OURS, 64, 0},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, SHMB_SERVICE_SID, SHMB_KIND_COUNT, 0,
         ADOPTION_OURS, 64, 0},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, OWN, SHMB_SECTION, 64, ADOPTION_OURS, 64, 7},
        /* Clients were told another exact size; or the pages differ. */
        {SECTION(64), SHMB_SECTION, 4096, false, 0, OWN, SHMB_SECTION, 65, ADOPTION_MISFIT, 65, 7},
        {SECTION(64), SHMB_SECTION, 8192, false, 0, OWN, SHMB_SECTION, 64, ADOPTION_MISFIT, 8192,
         0},
        {SECTION(5000), SHMB_SECTION, 4096, false, 0, OWN, SHMB_KIND_COUNT, 0, ADOPTION_MISFIT,
         4096, 0},
        /* Who could be anybody among many: only with a record that fits. */
        {SECTION(64), SHMB_SECTION, 4096, false, 0, BA, SHMB_KIND_COUNT, 0, ADOPTION_CONFLICT, 0,
         0},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, BA, SHMB_SECTION, 64, ADOPTION_OURS, 64, 7},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, SY, SHMB_SECTION, 64, ADOPTION_OURS, 64, 7},
        {SECTION(64), SHMB_SECTION, 8192, false, 0, BA, SHMB_SECTION, 64, ADOPTION_CONFLICT, 0, 0},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, BA, SHMB_MUTEX, 64, ADOPTION_CONFLICT, 0, 0},
        /* Strangers, whatever is recorded. */
        {SECTION(64), SHMB_SECTION, 4096, false, 0, "S-1-5-21-1", SHMB_SECTION, 64,
         ADOPTION_CONFLICT, 0, 0},
        {SECTION(64), SHMB_SECTION, 4096, false, 0, "", SHMB_SECTION, 64, ADOPTION_CONFLICT, 0, 0},
        {SECTION(64), SHMB_KIND_COUNT, 0, false, 0, OWN, SHMB_SECTION, 64, ADOPTION_CONFLICT, 0, 0},
        /* Other kinds, and what of them has to fit. */
        {MUTEX, SHMB_MUTEX, 0, false, 0, OWN, SHMB_MUTEX, 0, ADOPTION_OURS, 0, 7},
        {MUTEX, SHMB_SECTION, 4096, false, 0, OWN, SHMB_KIND_COUNT, 0, ADOPTION_MISFIT, 4096, 0},
        {EVENT(true), SHMB_EVENT, 0, true, 0, OWN, SHMB_EVENT, 0, ADOPTION_OURS, 0, 7},
        {EVENT(true), SHMB_EVENT, 0, false, 0, OWN, SHMB_EVENT, 0, ADOPTION_MISFIT, 0, 7},
        {COUNTER(5), SHMB_SEMAPHORE, 0, false, 5, OWN, SHMB_SEMAPHORE, 0, ADOPTION_OURS, 0, 7},
        {COUNTER(5), SHMB_SEMAPHORE, 0, false, 6, OWN, SHMB_SEMAPHORE, 0, ADOPTION_MISFIT, 0, 7},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sys_facts facts = {.kind = rows[i].kind,
                                  .size = rows[i].pages,
                                  .manual_reset = rows[i].manual,
                                  .maximum = rows[i].maximum};
        const struct state_record record = {
            .kind = rows[i].recorded, .size = rows[i].recorded_size, .generation = 7};
        struct adoption judged;

        strcpy(facts.owner, rows[i].owner);
        adoption_judge(&rows[i].wanted, &facts,
                       rows[i].recorded != SHMB_KIND_COUNT ? &record : NULL,
                       rows[i].owner[0] == 'S' && strlen(rows[i].owner) > 12 ? OWN : BA, &judged);
        assert_int_equal(judged.verdict, rows[i].verdict);
        assert_int_equal(judged.live.size, rows[i].size);
        assert_int_equal(judged.generation, rows[i].generation);
        assert_int_equal(judged.reason[0] != '\0', rows[i].verdict == ADOPTION_MISFIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_against_what_is_wanted),
        cmocka_unit_test(new_and_gone),
        cmocka_unit_test(the_lock_of_what_is_deferred),
        cmocka_unit_test(access_of_each),
        cmocka_unit_test(whose_it_is),
    };

    return cmocka_run_group_tests_name("test_plan", tests, NULL, NULL);
}
