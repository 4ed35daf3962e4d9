/* 64-bit words of shared memory: read from views that may only be read, and never by half. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "compiler.h"

#define TURNS 200000u

/* One page, seen twice. */
struct page {
    HANDLE section;
    volatile uint64_t *writable;
    const volatile uint64_t *readable;
};

static void page_open(struct page *page)
{
    page->section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    assert_non_null(page->section);
    page->writable = MapViewOfFile(page->section, FILE_MAP_WRITE, 0, 0, 0);
    page->readable = MapViewOfFile(page->section, FILE_MAP_READ, 0, 0, 0);
    assert_non_null(page->writable);
    assert_non_null(page->readable);
}

static void page_close(struct page *page)
{
    UnmapViewOfFile((const void *)(uintptr_t)page->readable);
    UnmapViewOfFile((const void *)(uintptr_t)page->writable);
    CloseHandle(page->section);
}

/* An exchange that only wants to know the value: cmpxchg8b on x86. */
static uint64_t load_by_exchange(const volatile uint64_t *at)
{
    return (uint64_t)InterlockedCompareExchange64((volatile LONG64 *)(uintptr_t)at, 0, 0);
}

/*
 * by-exchange VIEW, by-load VIEW: print what a word is, through the view that is
 * "writable" or "readable"; or die. In a process of their own, because of that.
 */
static int say_word(const char *view, uint64_t (*load)(const volatile uint64_t *at))
{
    struct page page;

    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    page_open(&page);
    page.writable[1] = 0x123456789ABCDEF0u;
    client_say("asking");
    client_say("%llx", load(strcmp(view, "readable") == 0 ? page.readable + 1 : page.writable + 1));
    page_close(&page);
    return 0;
}

static int by_exchange(int argc, char **argv)
{
    (void)argc;
    return say_word(argv[0], load_by_exchange);
}

static int by_load(int argc, char **argv)
{
    (void)argc;
    return say_word(argv[0], shmb_load64);
}

static void expect_word(const char *command)
{
    struct child *child = client_start(NULL, "%s", command);

    child_expect(child, "asking");
    child_expect(child, "123456789abcdef0");
    assert_int_equal(child_end(child), 0);
}

static void a_load_does_not_write(void **state)
{
    (void)state;
    expect_word("by-load writable");
    expect_word("by-load readable");
}

/* Or the test above would prove nothing. */
static void an_exchange_does(void **state)
{
    struct child *child;

    (void)state;
    expect_word("by-exchange writable");
    child = client_start(NULL, "by-exchange readable");
    child_expect(child, "asking");
    assert_int_equal(child_end(child), STATUS_ACCESS_VIOLATION);
}

struct race {
    struct page page;
    volatile LONG over;
};

static DWORD WINAPI store_two_values(void *context)
{
    struct race *race = context;

    while (race->over == 0) {
        shmb_store64(race->page.writable, 0);
        shmb_store64(race->page.writable, UINT64_MAX);
    }
    return 0;
}

/* Until both values have been seen often, or it has taken too long. */
static void read_two_values(const volatile uint64_t *at)
{
    ULONGLONG until = GetTickCount64() + SUPPORT_DEADLINE_MS;
    unsigned zeros = 0, ones = 0;

    while ((zeros < TURNS || ones < TURNS) && GetTickCount64() < until) {
        uint64_t value = shmb_load64(at);

        if (value != 0 && value != UINT64_MAX)
            fail_msg("half a word: %llx", (unsigned long long)value);
        zeros += value == 0;
        ones += value != 0;
    }
    assert_true(zeros >= TURNS);
    assert_true(ones >= TURNS);
}

static void a_word_is_never_half_of_one_store(void **state)
{
    static struct race race;
    HANDLE thread;

    (void)state;
    page_open(&race.page);
    thread = CreateThread(NULL, 0, store_two_values, &race, 0, NULL);
    assert_non_null(thread);
    read_two_values(race.page.readable);
    InterlockedExchange(&race.over, 1);
    assert_int_equal(WaitForSingleObject(thread, SUPPORT_DEADLINE_MS), WAIT_OBJECT_0);
    CloseHandle(thread);
    page_close(&race.page);
}

static const struct verb verbs[] = {
    {"by-exchange", 1, by_exchange},
    {"by-load", 1, by_load},
};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_load_does_not_write, support_teardown),
        cmocka_unit_test_teardown(an_exchange_does, support_teardown),
        cmocka_unit_test(a_word_is_never_half_of_one_store),
    };

    support_client(verbs, sizeof(verbs) / sizeof(verbs[0]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
