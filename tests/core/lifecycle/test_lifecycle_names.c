/*
 * Names that are new at each reload: the memory of the core must not grow with each of them. The
 * linker sends malloc and its kin through here; what the fake itself needs does not count.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "life.h"
#include "nameset.h"
#include "state.h"

#define RELOADS 1000u
#define SETTLED 200u         /* reloads until all lists have their usual size */
#define GROWTH  (16u * 1024) /* bytes, for RELOADS - SETTLED of them */
#define MOST    65536u       /* blocks that the core has at a time */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

/* The core's blocks. */
static struct nameset blocks;
static size_t live; /* their bytes */

static uint32_t hash_of(const void *block)
{
    return (uint32_t)((uintptr_t)block >> 4) * UINT32_C(2654435761);
}

static bool same_block(const void *a, const void *b)
{
    return a == b;
}

static void *taken(void *block)
{
    if (block != NULL && fake_busy == 0 && blocks.slots != NULL) {
        (void)nameset_add(&blocks, hash_of(block), block, NULL);
        live += malloc_usable_size(block);
    }
    return block;
}

static void given_back(void *block)
{
    if (block == NULL || blocks.slots == NULL ||
        nameset_find(&blocks, hash_of(block), block, same_block) == NULL)
        return;
    nameset_remove(&blocks, hash_of(block), block);
    live -= malloc_usable_size(block);
}

void *__wrap_malloc(size_t size)
{
    return taken(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return taken(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    given_back(old);
    return taken(__real_realloc(old, size));
}

void __wrap_free(void *old)
{
    given_back(old);
    __real_free(old);
}

static struct fake *fake;
static size_t reloads, settled;
static size_t settled_state;

static int set_up(void **state)
{
    (void)state;
    fake = life_begin(NULL);
    reloads = 0;
    return 0;
}

static void configuration(size_t number, char *out, size_t size)
{
    (void)snprintf(out, size,
                   "version: 1\n"
                   "defaults: { access: { write: Users } }\n"
                   "segments: { Stays: { size: 64 }, New%zu: { size: 64 } }\n"
                   "events: { Event%zu: { reset: manual } }\n",
                   number, number);
}

/* A reload, then a wait that ends by time: whether retired objects still exist is looked up. */
static void reload_every_second_wait(size_t number)
{
    char text[256];

    if (reloads == SETTLED && settled == 0) {
        settled = live;
        settled_state = strlen(fake_state_text(fake, STATE_FILE));
    }
    if (number % 2 == 0)
        return;
    configuration(++reloads, text, sizeof(text));
    fake_busy++;
    fake_file(fake, LIFE_FILE, text);
    fake_busy--;
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static size_t ended;

static void look_at_the_end(size_t number)
{
    reload_every_second_wait(number);
    ended = live;
}

static void new_names_at_each_reload_cost_no_memory(void **unused)
{
    char text[256];

    (void)unused;
    configuration(0, text, sizeof(text));
    life_run(text, look_at_the_end, 2 * RELOADS);
    assert_int_equal(reloads, RELOADS);
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), RELOADS);
    assert_true(settled > 0);
    print_message("bytes in use: %zu after %u reloads, %zu after %u\n", settled, SETTLED, ended,
                  RELOADS);
    assert_true(ended < settled + GROWTH);
}

/* So that a pass of the whole state at each start does not grow either. */
static void and_the_state_forgets_them(void **unused)
{
    struct state *state;
    const struct state_record *record;
    size_t at = 0, count = 0;
    struct sys_failure why;
    char text[256];

    (void)unused;
    configuration(0, text, sizeof(text));
    life_run(text, reload_every_second_wait, 400);
    state = state_new(fake_system(fake), "boot-1");
    assert_non_null(state);
    assert_int_equal(state_load(state, &why), SYS_OK);
    while ((record = state_next(state, &at)) != NULL)
        count++;
    state_free(state);
    /* 2 segments, their locks and events, the broker's own sections; those of the last reload. */
    assert_in_range(count, 1, 24);
}

static size_t lines_of(const char *what)
{
    const char *at = fake_state_text(fake, STATE_FILE);
    size_t count = 0;

    for (at = strstr(at, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

#define ACCOUNTS 50u

static void rights_of(size_t number, char *out, size_t size)
{
    char account[32], sid[64];

    (void)snprintf(account, sizeof(account), "CORP\\u%zu", number);
    (void)snprintf(sid, sizeof(sid), "S-1-5-21-1-2-3-%zu", 1000 + number);
    fake_busy++;
    fake_account(fake, account, sid);
    fake_busy--;
    (void)snprintf(out, size,
                   "version: 1\nsegments: { Stays: { size: 64, access: { read: '%s' } } }\n",
                   account);
}

static void reload_with_another_account(size_t number)
{
    char text[256];

    rights_of(number, text, sizeof(text));
    fake_busy++;
    fake_file(fake, LIFE_FILE, text);
    fake_busy--;
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void and_accounts_that_have_no_rights_any_more(void **unused)
{
    char text[256];

    (void)unused;
    rights_of(0, text, sizeof(text));
    life_run(text, reload_with_another_account, ACCOUNTS);
    assert_int_equal(fake_event_count(fake, EVENT_RELOADED), ACCOUNTS - 1);
    assert_in_range(lines_of(" sid "), 1, 2);
}

static void nothing(size_t number)
{
    (void)number;
    fake_wake(fake, SYS_WAKE_SESSIONS); /* there is nothing to do */
}

static const char saves[] = "version: 1\ndefaults: { access: { write: Users } }\n"
                            "segments: { Kept: { size: 64, keep: reboot },\n"
                            "            Gone: { size: 64, keep: reboot } }\n";

static void save_no_longer(size_t number)
{
    nothing(number);
    if (number != 1)
        return;
    fake_file(fake, LIFE_FILE,
              "version: 1\ndefaults: { access: { write: Users } }\n"
              "segments: { Kept: { size: 64 } }\n");
    fake_wake(fake, SYS_WAKE_RELOAD);
}

static void and_copies_that_are_saved_no_longer(void **unused)
{
    (void)unused;
    life_run(saves, nothing, 2);
    assert_int_equal(lines_of(" copy "), 2);
    life_run(saves, save_no_longer, 3);
    assert_int_equal(lines_of(" copy "), 0);
}

static void reload_another_file(size_t number)
{
    nothing(number);
    if (number != 1)
        return;
    fake_file(fake, LIFE_FILE,
              "version: 1\nsegments: { Other: { size: 65, access: { write: Users } } }\n");
    fake_wake(fake, SYS_WAKE_RELOAD);
}

/* A console broker with another file, as often as anyone likes, and the service's state. */
static void but_not_those_of_another_file(void **unused)
{
    char text[256];
    int i;

    (void)unused;
    rights_of(1, text, sizeof(text));
    life_run(text, nothing, 2);
    life_run(saves, nothing, 2);
    for (i = 0; i < 2; i++)
        life_run("version: 1\nsegments: { Other: { size: 64, access: { write: Users } } }\n",
                 reload_another_file, 3);
    assert_int_equal(lines_of(" copy "), 2);
    assert_non_null(strstr(fake_state_text(fake, STATE_FILE), "CORP\\u1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_names_at_each_reload_cost_no_memory, set_up, life_end),
        cmocka_unit_test_setup_teardown(and_the_state_forgets_them, set_up, life_end),
        cmocka_unit_test_setup_teardown(and_accounts_that_have_no_rights_any_more, set_up,
                                        life_end),
        cmocka_unit_test_setup_teardown(and_copies_that_are_saved_no_longer, set_up, life_end),
        cmocka_unit_test_setup_teardown(but_not_those_of_another_file, set_up, life_end),
    };

    if (!nameset_init(&blocks, MOST))
        return 1;
    return cmocka_run_group_tests_name("test_lifecycle_names", tests, NULL, NULL);
}
