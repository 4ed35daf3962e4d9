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

/* The only handle of the job is ours, so it is closed when we end, however that comes. */
static enum shmb_exit make_job(const char *name, HANDLE *job)
{
    *job = CreateJobObjectW(NULL, NULL);
    if (*job == NULL)
        return fail_call(name, "no job for the command", "CreateJobObjectW", GetLastError());
    if (!set_limits(*job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)) {
        enum shmb_exit result =
            fail_call(name, "no job for the command", "SetInformationJobObject", GetLastError());

        CloseHandle(*job);
        return result;
    }
    return SHMB_EXIT_DONE;
}

/*
 * The command gets these as well, being in the same console, and decides. It is
 * never taken back: Ctrl+C may reach us after the command it has ended, and we
 * still have to give back what was taken.
 */
static BOOL WINAPI stay(DWORD event)
{
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

/*
 * A list with the job, so that the command is in it from its birth: between two
 * calls of our own it could start something, or outlive us. NULL: GetLastError().
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

/* `line` is written into. */
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
        return fail_call(name, "the command cannot be started", "UpdateProcThreadAttribute",
                         GetLastError());
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                        &startup.StartupInfo, process))
        result = fail_call(name, "the command cannot be started", "CreateProcessW", GetLastError());
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    return result;
}

static enum shmb_exit create(const struct request *request, HANDLE *job,
                             PROCESS_INFORMATION *process)
{
    wchar_t *line = _wcsdup(request->command);
    enum shmb_exit result;

    if (line == NULL)
        return fail_memory(request->name);
    result = create_in(request->name, line, job, process);
    free(line);
    return result;
}

static enum shmb_exit await_end(struct request *request, HANDLE process)
{
    DWORD code;

    if (WaitForSingleObject(process, INFINITE) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess(process, &code))
        return fail_call(request->name, "the command cannot be waited for", "WaitForSingleObject",
                         GetLastError());
    request->command_code = code;
    return SHMB_EXIT_DONE;
}

enum shmb_exit command_run(struct request *request)
{
    PROCESS_INFORMATION process = {0};
    HANDLE job;
    enum shmb_exit result = make_job(request->name, &job);

    if (result != SHMB_EXIT_DONE)
        return result;
    SetConsoleCtrlHandler(stay, TRUE);
    result = create(request, &job, &process);
    if (result == SHMB_EXIT_DONE) {
        result = await_end(request, process.hProcess);
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    }
    if (result == SHMB_EXIT_DONE)
        set_limits(job, 0); /* what it has left running may run on */
    CloseHandle(job);
    return result;
}
