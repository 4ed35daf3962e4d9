/* Runs the command in a job object, so that it ends when shmb is killed. */
#include "command.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "fail.h"

static bool set_limits(HANDLE job, DWORD flags)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;

    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags = flags;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits,
                                   sizeof(limits)) != 0;
}

/* We have the only handle of the job: the system closes it when we end, even if killed. */
static enum shmb_exit make_job(const char *name, HANDLE *job)
{
    *job = CreateJobObjectW(NULL, NULL);
    if (*job == NULL)
        return fail_call(name, "creating a job for the command failed", "CreateJobObjectW",
                         GetLastError());
    if (!set_limits(*job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)) {
        enum shmb_exit result = fail_call(name, "creating a job for the command failed",
                                          "SetInformationJobObject", GetLastError());

        CloseHandle(*job);
        return result;
    }
    return SHMB_EXIT_DONE;
}

/*
 * Ignores Ctrl+C: the command in the same console gets it, too, and decides. The
 * handler stays installed: Ctrl+C can reach us after the command ended, and we must
 * still release the lock.
 */
static BOOL WINAPI stay(DWORD event)
{
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

/*
 * Attributes that start the command inside the job. Assigned later, it could start a
 * process outside of it first, or outlive us. NULL: see GetLastError().
 */
static LPPROC_THREAD_ATTRIBUTE_LIST new_attributes(HANDLE *job)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    list = malloc(size);
    if (list == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (InitializeProcThreadAttributeList(list, 1, 0, &size) &&
        UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, job, sizeof(*job), NULL,
                                  NULL))
        return list;
    free(list);
    return NULL;
}

/* CreateProcessW may write to `line`. */
static enum shmb_exit create_in(const char *name, wchar_t *line, HANDLE *job,
                                PROCESS_INFORMATION *process)
{
    STARTUPINFOEXW startup;
    enum shmb_exit result = SHMB_EXIT_DONE;

    memset(&startup, 0, sizeof(startup));
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.StartupInfo.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.StartupInfo.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    startup.lpAttributeList = new_attributes(job);
    if (startup.lpAttributeList == NULL)
        return fail_call(name, "starting the command failed", "UpdateProcThreadAttribute",
                         GetLastError());
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                        &startup.StartupInfo, process))
        result = fail_call(name, "starting the command failed", "CreateProcessW", GetLastError());
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    return result;
}

static enum shmb_exit create(const struct arguments *arguments, HANDLE *job,
                             PROCESS_INFORMATION *process)
{
    wchar_t *line = _wcsdup(arguments->command);
    enum shmb_exit result;

    if (line == NULL)
        return fail_memory(arguments->name);
    result = create_in(arguments->name, line, job, process);
    free(line);
    return result;
}

static enum shmb_exit await_end(struct arguments *arguments, HANDLE process)
{
    DWORD code;

    if (WaitForSingleObject(process, INFINITE) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess(process, &code))
        return fail_call(arguments->name, "waiting for the command failed", "WaitForSingleObject",
                         GetLastError());
    arguments->command_code = code;
    return SHMB_EXIT_DONE;
}

enum shmb_exit command_run(struct arguments *arguments)
{
    PROCESS_INFORMATION process = {0};
    HANDLE job;
    enum shmb_exit result = make_job(arguments->name, &job);

    if (result != SHMB_EXIT_DONE)
        return result;
    SetConsoleCtrlHandler(stay, TRUE);
    result = create(arguments, &job, &process);
    if (result == SHMB_EXIT_DONE) {
        result = await_end(arguments, process.hProcess);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    }
    if (result == SHMB_EXIT_DONE)
        set_limits(job, 0); /* processes it left running may run on */
    CloseHandle(job);
    return result;
}
