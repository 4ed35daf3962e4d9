/*
 * old_foxpro - a program of the nineties that shares memory under a lock: the
 * calls of a FoxPro class that is much copied, in its order, with its
 * arguments. Knows nothing of ShmBroker.
 *
 *   old_foxpro NAME SIZE VERB...
 *
 *     write TEXT OFFSET     "N bytes": those that fitted; 0 without the lock
 *     read COUNT OFFSET     the text that is there, up to a zero; "nothing" without the lock
 *     pump LETTER           writes whole records until the input ends; "writing" at the first
 *     watch LETTERS COUNT   reads until each letter's records were seen so often; "N torn"
 *                           (both try again where the class gave up waiting for the lock)
 *     wait                  until the input ends; "waiting" before
 *
 * The name of the lock is the mapping's with "sync_" before it; a program that
 * was moved to other sessions has `Global\` before both.
 *
 * https://github.com/VFPX/Win32API
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define LOCK_WAIT  5000
#define WATCH_TIME 60000u

static struct {
    HANDLE sync, mapping;
    char *buffer;
    size_t size;
    const char *failed;
    DWORD code;
} shared;

static volatile LONG input_ended;

/* ---- the class ---- */

static void note_failure(const char *call)
{
    shared.code = GetLastError();
    shared.failed = call;
}

static void init_mapping(const char *name)
{
    static const char global[] = "Global\\";
    const char *bare = strncmp(name, global, sizeof(global) - 1) == 0 ? name + 7 : name;
    char sync[MAX_PATH];

    snprintf(sync, sizeof(sync), "%.*ssync_%s", (int)(bare - name), name, bare);
    shared.sync = CreateMutexA(NULL, FALSE, sync);
    if (shared.sync == NULL) {
        note_failure("CreateMutex");
        return;
    }
    shared.mapping =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)shared.size, name);
    if (shared.mapping == NULL) {
        note_failure("CreateFileMapping");
        return;
    }
    shared.buffer = MapViewOfFile(shared.mapping, FILE_MAP_ALL_ACCESS, 0, 0, shared.size);
    if (shared.buffer == NULL)
        note_failure("MapViewOfFile");
}

static void release_mapping(void)
{
    if (shared.buffer != NULL)
        UnmapViewOfFile(shared.buffer);
    if (shared.mapping != NULL)
        CloseHandle(shared.mapping);
    if (shared.sync != NULL) {
        ReleaseMutex(shared.sync); /* also where it is not held */
        CloseHandle(shared.sync);
    }
}

/* An abandoned lock counts as none, although the caller then has it. */
static BOOL lock_access(void)
{
    return WaitForSingleObject(shared.sync, LOCK_WAIT) == WAIT_OBJECT_0;
}

static size_t write_shared(const void *bytes, size_t length, size_t offset)
{
    size_t count = offset < shared.size ? shared.size - offset : 0;

    if (!lock_access())
        return 0;
    if (count > length)
        count = length;
    MoveMemory(shared.buffer + offset, bytes, count);
    ReleaseMutex(shared.sync);
    return count;
}

static BOOL read_shared(void *bytes, size_t count, size_t offset)
{
    if (!lock_access())
        return FALSE;
    MoveMemory(bytes, shared.buffer + offset, count);
    ReleaseMutex(shared.sync);
    return TRUE;
}

/* ---- the program around it ---- */

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

static DWORD WINAPI wait_for_input_end(void *unused)
{
    char byte;
    DWORD got;

    (void)unused;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) && got > 0)
        ;
    InterlockedExchange(&input_ended, 1);
    return 0;
}

static int read_text(size_t count, size_t offset)
{
    char *text;

    if (count > shared.size)
        count = shared.size; /* as the class does it; the offset is the caller's affair */
    text = calloc(count + 1, 1);
    if (text == NULL)
        return 1;
    say(read_shared(text, count, offset) ? text : "nothing");
    free(text);
    return 0;
}

static int pump(char letter)
{
    unsigned char *record = malloc(shared.size);
    HANDLE thread = CreateThread(NULL, 0, wait_for_input_end, NULL, 0, NULL);
    unsigned long written = 0;

    if (record == NULL || thread == NULL) {
        free(record);
        return 1;
    }
    while (!input_ended) {
        record_fill(record, shared.size, letter, (uint32_t)written);
        if (write_shared(record, shared.size, 0) != shared.size)
            continue;
        if (written++ == 0)
            say("writing");
    }
    free(record);
    CloseHandle(thread);
    return 0;
}

static int watch(const char *letters, unsigned wanted)
{
    static struct record_tally tally;
    unsigned char *record = malloc(shared.size);
    ULONGLONG until = GetTickCount64() + WATCH_TIME;
    BOOL enough = FALSE;

    if (record == NULL)
        return 1;
    memset(&tally, 0, sizeof(tally));
    while (!enough && GetTickCount64() < until) {
        if (!read_shared(record, shared.size, 0))
            continue;
        record_count(&tally, record, shared.size);
        enough = record_enough(&tally, letters, wanted);
    }
    free(record);
    if (enough)
        printf("%u torn\n", tally.torn);
    else
        printf("not seen often enough, %u torn\n", tally.torn);
    return enough && tally.torn == 0 ? 0 : 1;
}

static int wait_here(void)
{
    say("waiting");
    wait_for_input_end(NULL);
    return 0;
}

/* Runs one verb and moves on behind its arguments; -1: there is no such verb. */
static int run_verb(int left, char **argv, int *used)
{
    const char *verb = argv[0];

    *used = 3;
    if (strcmp(verb, "write") == 0 && left >= 3) {
        size_t offset = strtoul(argv[2], NULL, 0);

        printf("%lu bytes\n", (unsigned long)write_shared(argv[1], strlen(argv[1]), offset));
        fflush(stdout);
        return 0;
    }
    if (strcmp(verb, "read") == 0 && left >= 3)
        return read_text(strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
    if (strcmp(verb, "watch") == 0 && left >= 3)
        return watch(argv[1], (unsigned)strtoul(argv[2], NULL, 0));
    *used = 2;
    if (strcmp(verb, "pump") == 0 && left >= 2)
        return pump(argv[1][0]);
    *used = 1;
    return strcmp(verb, "wait") == 0 ? wait_here() : -1;
}

int main(int argc, char **argv)
{
    int i = 3, used, result = 0;

    if (argc < 4) {
        fputs("usage: old_foxpro NAME SIZE VERB...\n", stderr);
        return 2;
    }
    shared.size = strtoul(argv[2], NULL, 0);
    init_mapping(argv[1]);
    if (shared.failed != NULL) {
        printf("%s: error %lu\n", shared.failed, (unsigned long)shared.code);
        result = 1;
    }
    for (; result == 0 && i < argc; i += used)
        result = run_verb(argc - i, argv + i, &used);
    release_mapping();
    return result;
}
