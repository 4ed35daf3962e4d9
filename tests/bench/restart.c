/*
 * bench_restart BROKER FOLDER [SEGMENTS [ROUNDS]] - from a broker's death to the
 * next one that holds all its objects again, against a start from nothing.
 *
 * Each round starts shmbroker.exe, kills it, and starts it again; both times from
 * the call that makes the process to its line that it runs. At the end of a
 * round both keepers are killed, too. Every segment has its lock. FOLDER is for
 * configuration and state.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"

#define TEXT_MAX 4096

static char configuration[TEXT_MAX], state[TEXT_MAX];

static void stop_on(const char *what)
{
    fprintf(stderr, "bench_restart: %s failed (error %lu)\n", what, (unsigned long)GetLastError());
    exit(1);
}

static void write_configuration(unsigned segments)
{
    FILE *file = fopen(configuration, "w");
    unsigned i;

    if (file == NULL)
        stop_on("writing the configuration");
    fprintf(file, "version: 1\ndefaults: { access: { read: [Users] } }\nsegments:\n");
    for (i = 0; i < segments; i++)
        fprintf(file, "  Bench%06u: { size: 4096 }\n", i);
    if (fclose(file) != 0)
        stop_on("writing the configuration");
}

/* Reads what the broker says until it runs. */
static void wait_running(HANDLE output)
{
    char text[TEXT_MAX];
    size_t used = 0;
    DWORD got;

    while (ReadFile(output, text + used, (DWORD)(sizeof(text) - 1 - used), &got, NULL) && got > 0) {
        used += got;
        text[used] = '\0';
        if (strstr(text, "info 100:") != NULL)
            return;
        if (used > sizeof(text) / 2) {
            memmove(text, text + used - 16, 16);
            used = 16;
        }
    }
    stop_on("the start of the broker");
}

/* Its process; `*us`: until it runs. */
static HANDLE start(const char *broker, HANDLE job, double *us)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION made;
    char line[4 * TEXT_MAX];
    HANDLE ours, theirs;
    double began = now_us();

    snprintf(line, sizeof(line), "\"%s\" run --allow-unsafe-config --config \"%s\" --state \"%s\"",
             broker, configuration, state);
    if (!CreatePipe(&ours, &theirs, &inherited, 0) ||
        !SetHandleInformation(ours, HANDLE_FLAG_INHERIT, 0))
        stop_on("CreatePipe");
    startup.hStdOutput = startup.hStdError = theirs;
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup,
                        &made) ||
        !AssignProcessToJobObject(job, made.hProcess) || ResumeThread(made.hThread) != 1)
        stop_on("CreateProcess");
    CloseHandle(theirs);
    CloseHandle(made.hThread);
    wait_running(ours);
    *us = now_us() - began;
    CloseHandle(ours);
    return made.hProcess;
}

static void end(HANDLE process)
{
    TerminateProcess(process, 1);
    WaitForSingleObject(process, INFINITE);
    CloseHandle(process);
}

/* What is in it ends with this program, too: it has the only handle. */
static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    if (job == NULL ||
        !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)))
        stop_on("CreateJobObject");
    return job;
}

/* The keepers, too, which cannot leave a job that lets nobody out. */
static void end_all(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION now;

    TerminateJobObject(job, 1);
    do
        Sleep(1);
    while (QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &now, sizeof(now),
                                     NULL) &&
           now.ActiveProcesses > 0);
    CloseHandle(job);
}

int main(int argc, char **argv)
{
    unsigned segments = argc > 3 ? (unsigned)atoi(argv[3]) : 10000;
    unsigned rounds = argc > 4 ? (unsigned)atoi(argv[4]) : 5, i;
    double first[ROUNDS_MAX], again[ROUNDS_MAX], ratio[ROUNDS_MAX];

    if (argc < 3 || rounds == 0 || rounds > ROUNDS_MAX)
        stop_on("the command line");
    snprintf(configuration, sizeof(configuration), "%s\\bench.yaml", argv[2]);
    write_configuration(segments);
    for (i = 0; i < rounds; i++) {
        HANDLE job = make_job();

        snprintf(state, sizeof(state), "%s\\state%u", argv[2], i);
        end(start(argv[1], job, &first[i]));
        end(start(argv[1], job, &again[i]));
        end_all(job);
        ratio[i] = again[i] / first[i];
    }
    printf("restart_ratio %.2f from death to all adopted, to a start from nothing (%u segments, %u "
           "rounds)\n",
           median(ratio, rounds), segments, rounds);
    printf("restart_ms %.0f adopting, %.0f from nothing\n", median(again, rounds) / 1000,
           median(first, rounds) / 1000);
    return 0;
}
