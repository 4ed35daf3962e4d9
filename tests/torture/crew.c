#include "crew.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "worker.h"

static struct journal *journal;
static const wchar_t *programs[2]; /* of the own bitness, and of the other one */
static HANDLE processes[SLOTS], threads[SLOTS];
static HANDLE job; /* no worker outlives the driver */
static uint32_t rounds;
static struct crew_counts counts;
static struct crew_deaths deaths[SEGMENTS];

void crew_begin(struct journal *shared, const wchar_t *program, const wchar_t *other)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation = {.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}};

    journal = shared;
    programs[0] = program;
    programs[1] = other != NULL ? other : program;
    job = CreateJobObjectW(NULL, NULL);
    (void)SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
}

/* Plain and library, 64 and 32 bit: two of each. */
static bool start(uint32_t slot)
{
    struct worker_line *line = &journal->workers[slot];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    wchar_t command[1024];

    line->command = COMMAND_GO_ON;
    line->state = STATE_OPENING;
    line->forgiving = 0;
    line->operations = 0;
    swprintf(command, 1024, L"\"%ls\" %u %ls %u", programs[slot / 4], slot,
             slot % 2 == 0 ? L"plain" : L"library", ++rounds);
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED | CREATE_NO_WINDOW, NULL,
                        NULL, &startup, &info)) {
        journal_fail(journal, "a worker cannot be started: error %lu", GetLastError());
        return false;
    }
    (void)AssignProcessToJobObject(job, info.hProcess);
    ResumeThread(info.hThread);
    processes[slot] = info.hProcess;
    threads[slot] = info.hThread;
    return true;
}

bool crew_start_all(void)
{
    uint32_t slot;

    for (slot = 0; slot < SLOTS; slot++)
        if (!start(slot))
            return false;
    return crew_wait_working();
}

/* What the dead one must have left: `abandoned` once, for sure or perhaps. */
static void account(uint32_t slot)
{
    const struct worker_line *line = &journal->workers[slot];
    struct crew_deaths *of = &deaths[line->segment % SEGMENTS];
    bool library = slot % 2 != 0;

    counts.deaths++;
    switch (line->state) {
    case STATE_WANTING:
    case STATE_RELEASING:
        of->doubtful++;
        break;
    case STATE_HOLDING:
    case STATE_WRITING:
        of->certain++;
        counts.holding++;
        break;
    default:
        break;
    }
    /* Beside what the system tells, the library tells of what it remembers. */
    if (line->forgiving != 0)
        of->further++;
    if (library && torture_users_of(line->segment % SEGMENTS) == USERS_BOTH &&
        (line->state == STATE_WRITING || line->state == STATE_HOLDING))
        of->further++;
}

static void forget(uint32_t slot)
{
    CloseHandle(threads[slot]);
    CloseHandle(processes[slot]);
    threads[slot] = processes[slot] = NULL;
}

/* Waits for its end. False: it ends otherwise than it should. */
static bool bury(uint32_t slot, DWORD expected)
{
    DWORD code = 0;

    if (WaitForSingleObject(processes[slot], PATIENCE_MS) != WAIT_OBJECT_0) {
        journal_fail(journal, "slot %u hangs in state %d", slot, (int)journal->workers[slot].state);
        return false;
    }
    GetExitCodeProcess(processes[slot], &code);
    forget(slot);
    if (code == expected || (expected != 0 && code == WORKER_DIED))
        return true;
    journal_fail(journal, "slot %u ended with code %lu", slot, code);
    return false;
}

static bool die(uint32_t slot)
{
    if (!bury(slot, WORKER_DIED))
        return false;
    account(slot);
    return start(slot);
}

bool crew_kill(uint32_t slot)
{
    CONTEXT context = {.ContextFlags = CONTEXT_INTEGER};

    /*
     * Wine lets go of a killed thread's locks before the thread has stopped: it
     * would write on, for some microseconds, beside the next owner. Whose
     * registers can be read has stopped.
     */
    (void)SuspendThread(threads[slot]);
    (void)GetThreadContext(threads[slot], &context);
    (void)TerminateProcess(processes[slot], WORKER_DIED);
    return die(slot);
}

bool crew_let_die(uint32_t slot)
{
    InterlockedExchange((volatile LONG *)&journal->workers[slot].command, COMMAND_DIE);
    return die(slot);
}

bool crew_end_all(void)
{
    bool well = true;
    uint32_t slot;

    for (slot = 0; slot < SLOTS; slot++)
        InterlockedExchange((volatile LONG *)&journal->workers[slot].command, COMMAND_END);
    for (slot = 0; slot < SLOTS; slot++)
        well &= bury(slot, 0);
    return well;
}

bool crew_wait_working(void)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;
    uint32_t before[SLOTS], slot;

    for (slot = 0; slot < SLOTS; slot++)
        before[slot] = journal->workers[slot].operations;
    for (slot = 0; slot < SLOTS; slot++) {
        while (journal->workers[slot].operations == before[slot]) {
            if (journal->failed != 0)
                return false;
            if (GetTickCount64() > until ||
                WaitForSingleObject(processes[slot], 1) == WAIT_OBJECT_0) {
                journal_fail(journal, "slot %u does not go on, in state %d", slot,
                             (int)journal->workers[slot].state);
                return false;
            }
        }
    }
    return true;
}

void crew_abandon(void)
{
    uint32_t slot;

    for (slot = 0; slot < SLOTS; slot++)
        if (processes[slot] != NULL) {
            (void)TerminateProcess(processes[slot], WORKER_DIED);
            (void)WaitForSingleObject(processes[slot], PATIENCE_MS);
            forget(slot);
        }
}

struct crew_counts crew_counts(void)
{
    return counts;
}

struct crew_deaths crew_deaths_in(uint32_t segment)
{
    return deaths[segment];
}
