#include "asker.h"

#include <stdio.h>
#include <string.h>

#include "shmb.h"

#define ASKED 6u
#define BYTES 5000u /* no whole page */

static uint64_t generations[ASKED];
static uint32_t made;
static HANDLE thread;
static volatile LONG stop;

static bool failed(struct journal *journal, const char *what, uint32_t number, int32_t result)
{
    journal_fail(journal, ASKER_NAMES "%u: %s: %d", number, what, result);
    return false;
}

static void name_of(uint32_t number, char out[64])
{
    (void)snprintf(out, 64, ASKER_NAMES "%u", number);
}

static void content_of(uint32_t number, uint64_t generation, uint8_t out[BYTES])
{
    uint32_t seed = number * 7919u + (uint32_t)generation, i;

    for (i = 0; i < BYTES; i++)
        out[i] = (uint8_t)torture_random(&seed);
}

/* A broker that is busy, or that starts, is asked again. */
static int32_t ask(uint32_t number, bool *is_made)
{
    const ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    const shmb_request_options options = {.size = sizeof(options), .timeout_ms = PATIENCE_MS};
    shmb_request_info info = {.size = sizeof(info)};
    char name[64];
    int32_t result;

    name_of(number, name);
    while ((result = shmb_request(name, BYTES, &options, &info)) == SHMB_BUSY &&
           GetTickCount64() < until)
        Sleep(info.retry_ms);
    *is_made = result == SHMB_OK && info.made != 0;
    return result;
}

static int32_t release(uint32_t number)
{
    char name[64];
    int32_t result;

    name_of(number, name);
    while ((result = shmb_release(name, PATIENCE_MS)) == SHMB_BUSY)
        Sleep(1);
    return result;
}

static bool open_one(struct journal *journal, uint32_t number, shmb_segment **out)
{
    char name[64];
    int32_t result;

    name_of(number, name);
    result = shmb_open(name, SHMB_WRITE, PATIENCE_MS, out);
    return result == SHMB_OK || failed(journal, "it cannot be opened", number, result);
}

static bool describe(struct journal *journal, uint32_t number, uint64_t *generation)
{
    shmb_info info = {.size = sizeof(info)};
    char name[64];
    int32_t result;

    name_of(number, name);
    result = shmb_describe(name, &info);
    if (result != SHMB_OK || info.bytes != BYTES)
        return failed(journal, "the directory does not have it", number, result);
    *generation = info.generation;
    return true;
}

bool asker_fill(struct journal *journal)
{
    uint8_t bytes[BYTES];
    uint32_t i;

    for (i = 0; i < ASKED; i++) {
        shmb_segment *segment;
        bool is_made;
        int32_t result = ask(i, &is_made);

        if (result != SHMB_OK || !is_made)
            return failed(journal, "it was not made", i, result);
        made++;
        if (!describe(journal, i, &generations[i]) || !open_one(journal, i, &segment))
            return false;
        content_of(i, generations[i], bytes);
        result = shmb_update(segment, 0, bytes, BYTES, PATIENCE_MS, NULL);
        shmb_close(segment);
        if (result != SHMB_OK)
            return failed(journal, "it cannot be written", i, result);
    }
    return true;
}

bool asker_check(struct journal *journal)
{
    uint8_t bytes[BYTES], wanted[BYTES];
    uint32_t i;

    for (i = 0; i < ASKED; i++) {
        uint64_t generation;
        shmb_segment *segment;
        bool is_made;
        int32_t result = ask(i, &is_made);

        if (result != SHMB_OK || is_made)
            return failed(journal, "it is not there any more", i, result);
        if (!describe(journal, i, &generation) || !open_one(journal, i, &segment))
            return false;
        if (generation != generations[i])
            return failed(journal, "it is another one", i, 0);
        result = shmb_read(segment, 0, bytes, BYTES, NULL);
        shmb_close(segment);
        content_of(i, generation, wanted);
        if (result != SHMB_OK || memcmp(bytes, wanted, BYTES) != 0)
            return failed(journal, "its bytes are others", i, result);
    }
    return true;
}

bool asker_release(struct journal *journal)
{
    uint32_t i;

    for (i = 0; i < ASKED; i++) {
        shmb_info info = {.size = sizeof(info)};
        int32_t result = release(i);
        char name[64];

        name_of(i, name);
        if (result != SHMB_OK && result != SHMB_NOT_FOUND)
            return failed(journal, "it cannot be released", i, result);
        result = shmb_describe(name, &info);
        if (result != SHMB_NOT_FOUND)
            return failed(journal, "it is there although it was released", i, result);
    }
    return true;
}

/* Brokers die meanwhile, so any of these may fail; what is left is released in the end. */
static DWORD WINAPI go_on(void *journal)
{
    uint32_t i;

    (void)journal;
    for (i = 0; InterlockedCompareExchange(&stop, 0, 0) == 0; i = (i + 1) % ASKED) {
        const shmb_request_options options = {.size = sizeof(options), .timeout_ms = 1000};
        shmb_request_info info = {.size = sizeof(info)};
        char name[64];

        name_of(i, name);
        if (shmb_request(name, BYTES, &options, &info) == SHMB_OK)
            made += info.made;
        (void)shmb_release(name, 1000);
    }
    return 0;
}

bool asker_start(struct journal *journal)
{
    stop = 0;
    thread = CreateThread(NULL, 0, go_on, journal, 0, NULL);
    return thread != NULL || failed(journal, "no thread", 0, (int32_t)GetLastError());
}

bool asker_stop(struct journal *journal)
{
    DWORD waited;

    InterlockedExchange(&stop, 1);
    waited = WaitForSingleObject(thread, PATIENCE_MS);
    CloseHandle(thread);
    return waited == WAIT_OBJECT_0 || failed(journal, "a call hangs", 0, (int32_t)waited);
}

uint32_t asker_made(void)
{
    return made;
}
