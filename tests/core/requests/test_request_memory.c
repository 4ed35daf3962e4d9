/*
 * Each allocation fails in its turn: every program has its answer, and nothing is left behind.
 * A hundred thousand requests and releases by many accounts: memory is back to where it was, and so
 * is what the broker writes down. (The linker sends malloc and the like through here.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "light_port.h"
#include "lifecycle.h"
#include "request_message.h"

#define RULES                                                                                      \
    "version: 1\nhold_for: 0\ndefaults: { access: { read: Users } }\n"                             \
    "segments: { Fixed: { size: 64 } }\nrequests:\n  App:\n    names: 'App.*'\n"                   \
    "    who: [Users]\n    kinds: [segment]\n    size: 4 KiB\n    rate: 10000\n"                   \
    "    access: { read: [Users], write: [Requester] }\n    lock: { kind: fast, max_lockers: 2 "   \
    "}\n    notify: true\n"                                                                        \
    "    lives: until released\n"

#define REQUESTS 102400u /* half of them releases */
#define AT_ONCE  128u    /* messages of a batch */
#define WARM     6400u   /* until all tables have the room that they need */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

static size_t live;           /* bytes that are allocated now */
static size_t asked, fail_at; /* allocations so far; the one that fails, 0: none */

static bool is_refused(void)
{
    return fail_at != 0 && light_busy == 0 && ++asked == fail_at;
}

static void *count_in(void *block)
{
    live += block != NULL ? malloc_usable_size(block) : 0;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : count_in(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : count_in(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    const size_t before = old != NULL ? malloc_usable_size(old) : 0;
    void *block = is_refused() ? NULL : __real_realloc(old, size);

    if (block != NULL)
        live -= before;
    return count_in(block);
}

void __wrap_free(void *block)
{
    live -= block != NULL ? malloc_usable_size(block) : 0;
    __real_free(block);
}

static bool quiet;
static unsigned sent, batch, made, released, refused;
static size_t warm_live, most_live, warm_held;
static uint64_t most_appended;

/* Half of them ask for objects, each for an account of its own, and the others release them. */
static bool next(struct sys_asker *asker, uint8_t *bytes)
{
    struct shmb_request_message message = {.what = SHMB_REQUEST_MAKE, .kind = SHMB_SECTION};
    const unsigned pair = sent / AT_ONCE * (AT_ONCE / 2) + sent % (AT_ONCE / 2);

    if (batch == AT_ONCE / 2 || sent == REQUESTS || quiet)
        return false;
    *asker = (struct sys_asker){.process = 100};
    (void)snprintf(asker->sid, sizeof(asker->sid), "S-1-5-21-1-2-3-%u", 1000 + pair);
    (void)snprintf(message.name, sizeof(message.name), "App.%u", pair);
    message.size = 4096;
    if (sent % AT_ONCE >= AT_ONCE / 2) {
        message.what = SHMB_REQUEST_RELEASE;
        message.size = 0; /* and the kind, which is 0 */
    }
    shmb_request_write(&message, bytes);
    sent++;
    batch++;
    return true;
}

static void answered(const uint8_t *bytes)
{
    struct shmb_request_answer answer;

    assert_true(shmb_answer_read(bytes, SHMB_ANSWER_BYTES, &answer));
    made += (answer.flags & SHMB_ANSWER_MADE) != 0;
    released += answer.reason == SHMB_WHY_NONE && (answer.flags & SHMB_ANSWER_MADE) == 0;
    refused += answer.reason != SHMB_WHY_NONE;
}

static enum sys_wake wait(uint32_t ms)
{
    batch = 0;
    if (sent % AT_ONCE == 0 && sent <= WARM && sent > WARM / 2) {
        warm_live = live > warm_live ? live : warm_live;
        warm_held = light_held();
    }
    if (sent % AT_ONCE == 0 && sent > WARM) {
        most_live = live > most_live ? live : most_live;
        assert_int_equal(light_held(), warm_held);
    }
    if (light_appended() > most_appended)
        most_appended = light_appended();
    if (sent == REQUESTS)
        return SYS_WAKE_STOP;
    /* Now and then time goes on, so that duties come in between. */
    quiet = !quiet && sent % (8 * AT_ONCE) == 0 && ms < UINT32_MAX;
    return quiet ? SYS_WAKE_TIMEOUT : SYS_WAKE_REQUESTS;
}

static bool stopping(void)
{
    return sent == REQUESTS && batch == 0;
}

static void memory_stays_as_it_is(void **state)
{
    static const struct light light = {RULES, next, answered, wait, stopping};

    (void)state;
    assert_int_equal(lifecycle_run(light_port(&light), "shmbroker.yaml"), 0);
    assert_int_equal(refused, 0);
    assert_int_equal(made, REQUESTS / 2);
    assert_int_equal(released, REQUESTS / 2);
    assert_int_equal(light_held(), 0);
    if (most_live > warm_live + 4096)
        fail_msg("%zu bytes in use after %u messages, and %zu later", warm_live, WARM, most_live);
    /* The state file is written anew now and then. */
    assert_true(most_appended < 2u * 1024 * 1024);
}

/* ---- each allocation fails in its turn ---- */

#define LAST 8u

static unsigned turn, answers, asked_for;
static bool one_sent;

/* App.0 and App.1 are asked for, App.0 is released, and both are asked for again. */
static bool next_of_few(struct sys_asker *asker, uint8_t *bytes)
{
    struct shmb_request_message message = {.what = SHMB_REQUEST_MAKE, .kind = SHMB_SECTION};

    if (one_sent || turn < 2 || turn > LAST)
        return false;
    one_sent = true;
    *asker = (struct sys_asker){.process = 100, .sid = "S-1-5-21-1-2-3-1001"};
    (void)snprintf(message.name, sizeof(message.name), "App.%u", turn % 2);
    message.size = 64;
    if (turn == 4) {
        message.what = SHMB_REQUEST_RELEASE;
        message.size = 0;
    }
    shmb_request_write(&message, bytes);
    asked_for++;
    return true;
}

static void count_answer(const uint8_t *bytes)
{
    struct shmb_request_answer answer;

    assert_true(shmb_answer_read(bytes, SHMB_ANSWER_BYTES, &answer));
    assert_true(answer.reason == SHMB_WHY_NONE || answer.reason == SHMB_WHY_SYSTEM ||
                answer.reason == SHMB_WHY_WHO || answer.reason == SHMB_WHY_NO_ACCESS ||
                answer.reason == SHMB_WHY_NOT_REQUESTED);
    answers++;
}

static enum sys_wake few_waits(uint32_t ms)
{
    (void)ms;
    one_sent = false;
    if (++turn > LAST + 4)
        return SYS_WAKE_STOP;
    return turn <= LAST ? SYS_WAKE_REQUESTS : SYS_WAKE_TIMEOUT;
}

static bool never(void)
{
    return false;
}

static void an_allocation_fails(void **state)
{
    static const struct light light = {RULES, next_of_few, count_answer, few_waits, never};
    bool reached = true;
    size_t n;

    (void)state;
    for (n = 1; reached; n++) {
        turn = answers = asked_for = 0;
        asked = 0;
        fail_at = n;
        (void)lifecycle_run(light_port(&light), "shmbroker.yaml");
        reached = asked >= n;
        fail_at = 0;
        assert_int_equal(answers, asked_for);
        assert_int_equal(light_held(), 0);
    }
    assert_in_range(n, 300, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_allocation_fails),
        cmocka_unit_test(memory_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
