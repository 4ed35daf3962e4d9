/*
 * session_launcher - starts an unmodified program with a weaker token and,
 * under Wine, as if it ran in another terminal session.
 *
 *   session_launcher [options] [--] program [arguments...]
 *
 *     -s N    simulate terminal session N (0 = services, 1, 2, ...). Wine only:
 *             on Windows the kernel takes the session from the token
 *     -r      standard user: Administrators (and Wine's default owner group)
 *             become deny-only, medium integrity, no privilege left but
 *             SeChangeNotifyPrivilege
 *     -d SID  one more group becomes deny-only (repeatable; an SDDL alias such
 *             as BU, IU, AU, WD, or S-1-...)
 *     -p      remove the privileges only
 *     -u SID  another user: a new token with SeChangeNotifyPrivilege alone, in which -d
 *             adds a group. Wine 9 and later; Windows: for who has SeCreateTokenPrivilege
 *     -g SID  with -u: a group of that token (repeatable; else WD AU IU BU)
 *     -o SID  with -u: a group that may own objects, as Administrators or the SID of a
 *             service may (repeatable); also gives SeCreateGlobalPrivilege
 *     -f      follow: move descendants too (through the debug interface; not
 *             for 32-bit programs on Wine 8)
 *     -t SEC  kill the program after SEC seconds
 *     -k      do not wait: print the process id and leave
 *     -n      no program: only make the session's object directories
 *     -x      print the full 32-bit exit code on stderr (Unix keeps 8 bits)
 *
 * Exit code: the program's; 124 time limit, 125 the launcher failed, 127 the
 * program could not be started.
 */
#include "launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define EXIT_TIME_LIMIT  124
#define EXIT_LAUNCHER    125
#define EXIT_NOT_STARTED 127
#define NO_SESSION       (-1)

/* 32-bit programs report their first breakpoint by this code. */
#define WX86_BREAKPOINT 0x4000001FUL

struct options {
    int session;
    BOOL follow;
    BOOL keep;
    BOOL directories_only;
    BOOL print_code;
    DWORD limit_ms;
    struct token_wish token;
    int program; /* index of the program in argv */
};

void launcher_complain(const wchar_t *what, DWORD code)
{
    fprintf(stderr, "session_launcher: %ls (0x%lx)\n", what, (unsigned long)code);
}

static int usage(void)
{
    fputs("usage: session_launcher [-s N] [-r] [-p] [-d SID]... [-u SID [-g SID]... [-o SID]...]\n"
          "                        [-f] [-t SEC] [-k] [-n] [-x] [--] program [arguments]\n",
          stderr);
    return EXIT_LAUNCHER;
}

static BOOL add_sid(const wchar_t **list, DWORD *count, const wchar_t *sid)
{
    if (*count >= LAUNCHER_GROUPS_MAX)
        return FALSE;
    list[(*count)++] = sid;
    return TRUE;
}

static BOOL be_standard_user(struct token_wish *token)
{
    token->drop_privileges = TRUE;
    token->standard_user = TRUE;
    /* The second is the owner Wine gives to every new object (domain users):
     * as its member the "user" would own what the service made. */
    return add_sid(token->deny, &token->deny_count, L"BA") &&
           add_sid(token->deny, &token->deny_count, L"S-1-5-21-0-0-0-513");
}

static BOOL take_value(struct options *options, wchar_t letter, const wchar_t *value)
{
    struct token_wish *token = &options->token;

    switch (letter) {
    case L's':
        options->session = (int)wcstol(value, NULL, 10);
        return options->session >= 0;
    case L't':
        options->limit_ms = (DWORD)wcstoul(value, NULL, 10) * 1000;
        return TRUE;
    case L'u':
        token->user = value;
        return TRUE;
    case L'g':
        return add_sid(token->groups, &token->group_count, value);
    case L'o':
        return add_sid(token->owners, &token->owner_count, value);
    case L'd':
        return add_sid(token->deny, &token->deny_count, value);
    default:
        return FALSE;
    }
}

static BOOL take_flag(struct options *options, wchar_t letter)
{
    switch (letter) {
    case L'r':
        return be_standard_user(&options->token);
    case L'p':
        options->token.drop_privileges = TRUE;
        return TRUE;
    case L'f':
        options->follow = TRUE;
        return TRUE;
    case L'k':
        options->keep = TRUE;
        return TRUE;
    case L'n':
        options->directories_only = TRUE;
        return TRUE;
    case L'x':
        options->print_code = TRUE;
        return TRUE;
    default:
        return FALSE;
    }
}

static BOOL parse_options(int argc, wchar_t **argv, struct options *options)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == L'-'; i++) {
        wchar_t letter = argv[i][1];

        if (letter == L'\0' || argv[i][2] != L'\0')
            return FALSE;
        if (letter == L'-') {
            i++;
            break;
        }
        if (wcschr(L"sdtugo", letter) == NULL) {
            if (!take_flag(options, letter))
                return FALSE;
        } else if (i + 1 >= argc || !take_value(options, letter, argv[++i])) {
            return FALSE;
        }
    }
    options->program = i;
    return options->directories_only || i < argc;
}

static wchar_t *skip_blanks(wchar_t *p)
{
    while (*p == L' ' || *p == L'\t')
        p++;
    return p;
}

/* The launcher's own command line from argument number `first` on, quoting kept. */
static wchar_t *rest_of_command_line(int first)
{
    wchar_t *p = GetCommandLineW();
    int i;

    for (i = 0; i < first; i++) {
        BOOL quoted = FALSE;

        for (p = skip_blanks(p); *p && (quoted || (*p != L' ' && *p != L'\t')); p++) {
            if (*p == L'\\' && p[1] == L'"' && i > 0)
                p++;
            else if (*p == L'"')
                quoted = !quoted;
        }
    }
    return skip_blanks(p);
}

static DWORD wait_plain(HANDLE process, DWORD limit_ms)
{
    DWORD code = EXIT_LAUNCHER;

    if (WaitForSingleObject(process, limit_ms) == WAIT_TIMEOUT) {
        TerminateProcess(process, EXIT_TIME_LIMIT);
        WaitForSingleObject(process, 5000);
        return EXIT_TIME_LIMIT;
    }
    GetExitCodeProcess(process, &code);
    return code;
}

static DWORD handle_debug_event(const DEBUG_EVENT *event, int session)
{
    DWORD exception;

    switch (event->dwDebugEventCode) {
    case CREATE_PROCESS_DEBUG_EVENT:
        if (session != NO_SESSION)
            session_move(event->u.CreateProcessInfo.hProcess, session);
        if (event->u.CreateProcessInfo.hFile != NULL)
            CloseHandle(event->u.CreateProcessInfo.hFile);
        break;
    case LOAD_DLL_DEBUG_EVENT:
        if (event->u.LoadDll.hFile != NULL)
            CloseHandle(event->u.LoadDll.hFile);
        break;
    case EXCEPTION_DEBUG_EVENT:
        exception = event->u.Exception.ExceptionRecord.ExceptionCode;
        if (exception != (DWORD)EXCEPTION_BREAKPOINT && exception != WX86_BREAKPOINT)
            return (DWORD)DBG_EXCEPTION_NOT_HANDLED;
        break;
    default:
        break;
    }
    return (DWORD)DBG_CONTINUE;
}

/* Moves every descendant as it appears; ends with the first program. */
static DWORD wait_following(const PROCESS_INFORMATION *child, const struct options *options)
{
    ULONGLONG start = GetTickCount64();
    DEBUG_EVENT event;

    DebugSetProcessKillOnExit(FALSE);
    for (;;) {
        DWORD reply;

        if (options->limit_ms != INFINITE && GetTickCount64() - start > options->limit_ms) {
            TerminateProcess(child->hProcess, EXIT_TIME_LIMIT);
            return EXIT_TIME_LIMIT;
        }
        if (!WaitForDebugEvent(&event, 200))
            continue;
        reply = handle_debug_event(&event, options->session);
        ContinueDebugEvent(event.dwProcessId, event.dwThreadId, reply);
        if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT &&
            event.dwProcessId == child->dwProcessId)
            return event.u.ExitProcess.dwExitCode;
    }
}

/* Starts the program; with -f it is left to the debug loop to move it. */
static int start_program(const struct options *options, wchar_t *command, HANDLE token,
                         PROCESS_INFORMATION *child)
{
    DWORD flags = options->follow ? DEBUG_PROCESS : CREATE_SUSPENDED;
    STARTUPINFOW startup;
    BOOL started;

    ZeroMemory(&startup, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (token != NULL)
        started = CreateProcessAsUserW(token, NULL, command, NULL, NULL, TRUE, flags, NULL, NULL,
                                       &startup, child);
    else
        started =
            CreateProcessW(NULL, command, NULL, NULL, TRUE, flags, NULL, NULL, &startup, child);
    if (!started) {
        launcher_complain(command, GetLastError());
        return EXIT_NOT_STARTED;
    }
    if (!options->follow) {
        if (options->session != NO_SESSION && !session_move(child->hProcess, options->session)) {
            TerminateProcess(child->hProcess, EXIT_LAUNCHER);
            CloseHandle(child->hThread);
            CloseHandle(child->hProcess);
            return EXIT_LAUNCHER;
        }
        ResumeThread(child->hThread);
    }
    CloseHandle(child->hThread);
    return 0;
}

static int launch(const struct options *options, wchar_t *command, HANDLE token)
{
    PROCESS_INFORMATION child;
    DWORD code;
    int failure = start_program(options, command, token, &child);

    if (failure != 0)
        return failure;
    if (options->keep) {
        printf("%lu\n", (unsigned long)child.dwProcessId);
        CloseHandle(child.hProcess);
        return 0;
    }
    code = options->follow ? wait_following(&child, options)
                           : wait_plain(child.hProcess, options->limit_ms);
    if (options->print_code)
        fprintf(stderr, "exit code 0x%08lx\n", (unsigned long)code);
    CloseHandle(child.hProcess);
    return (int)code;
}

int wmain(int argc, wchar_t **argv)
{
    struct options options = {.session = NO_SESSION, .limit_ms = INFINITE};
    const struct token_wish *wish = &options.token;
    HANDLE token = NULL;
    int code;

    if (!parse_options(argc, argv, &options))
        return usage();
    if (options.session != NO_SESSION && !launcher_on_wine()) {
        fputs("session_launcher: -s works under Wine only\n", stderr);
        return EXIT_LAUNCHER;
    }
    if (options.session != NO_SESSION && !session_prepare(options.session))
        return EXIT_LAUNCHER;
    if (options.directories_only)
        return 0;
    if (wish->user != NULL || wish->deny_count > 0 || wish->drop_privileges) {
        token = token_make(wish);
        if (token == NULL) {
            launcher_complain(L"cannot make the token", GetLastError());
            return EXIT_LAUNCHER;
        }
    }
    code = launch(&options, rest_of_command_line(options.program), token);
    if (token != NULL)
        CloseHandle(token);
    return code;
}
