/*
 * The one place where results become exit codes and sentences, so that all verbs fail alike.
 * help.c documents the codes.
 */
#include "fail.h"

#include <windows.h>

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "error.h"
#include "names.h"
#include "out.h"
#include "shmb.h"

#define SENTENCE_MAX 1024

enum shmb_exit fail_code(int32_t result)
{
    switch (result) {
    case SHMB_OK:
    case SHMB_ABANDONED:
        return SHMB_EXIT_DONE;
    case SHMB_BAD_NAME:
        return SHMB_EXIT_USAGE;
    case SHMB_ACCESS_DENIED:
        return SHMB_EXIT_DENIED;
    case SHMB_TIMEOUT:
    /* Writers did not pause in time: also a matter of trying again. */
    case SHMB_BUSY:
        return SHMB_EXIT_TIMEOUT;
    case SHMB_NO_BROKER:
        return SHMB_EXIT_NO_BROKER;
    case SHMB_WRONG_KIND:
    case SHMB_NOT_OURS:
    case SHMB_VERSION_MISMATCH:
        return SHMB_EXIT_CONFLICT;
    case SHMB_NO_MEMORY:
    case SHMB_SYSTEM:
        return SHMB_EXIT_SYSTEM;
    default: /* not found, out of range, refused, not allowed, inconsistent, corrupt, stale */
        return SHMB_EXIT_NOT_SO;
    }
}

/* The names of the results in shmb.h. NULL: the word of the exit code is enough. */
static const char *code_of(int32_t result)
{
    static const struct {
        int32_t result;
        const char *code;
    } codes[] = {
        {SHMB_NOT_FOUND, "NOT_FOUND"},
        {SHMB_WRONG_KIND, "WRONG_KIND"},
        {SHMB_NOT_OURS, "NOT_OURS"},
        {SHMB_BAD_NAME, "BAD_NAME"},
        {SHMB_BAD_ARGUMENT, "BAD_ARGUMENT"},
        {SHMB_RANGE, "RANGE"},
        {SHMB_BUSY, "BUSY"},
        {SHMB_INCONSISTENT, "INCONSISTENT"},
        {SHMB_CORRUPT, "CORRUPT"},
        {SHMB_VERSION_MISMATCH, "VERSION_MISMATCH"},
        {SHMB_STALE, "STALE"},
        {SHMB_NO_MEMORY, "NO_MEMORY"},
        {SHMB_NOT_ALLOWED, "NOT_ALLOWED"},
        {SHMB_QUOTA, "QUOTA"},
    };
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].result == result)
            return codes[i].code;
    return NULL;
}

enum shmb_exit fail_name(const char *name)
{
    const char *rest = shmb_name_behind_mistyped(name, strlen(name));
    enum shmb_name_fault fault = shmb_name_check(name, strlen(name), NULL, NULL);

    answer_fault("BAD_NAME", 0);
    if (rest != NULL && fault != SHMB_NAME_OK &&
        shmb_name_check(rest, strlen(rest), NULL, NULL) == SHMB_NAME_OK)
        out_error("%s: not a valid object name; write Global\\%s, or %s alone", name, rest, rest);
    else
        out_error("%s: %s", name, shmb_name_fault_text(fault));
    return SHMB_EXIT_USAGE;
}

enum shmb_exit fail_request(const char *name, int32_t result, const shmb_request_info *info)
{
    char sentence[SENTENCE_MAX];
    uint32_t system = 0;

    if (result == SHMB_BAD_NAME && shmb_name_check(name, strlen(name), NULL, NULL) != SHMB_NAME_OK)
        return fail_name(name);
    if (shmb_last_failure(&system, NULL) != result)
        system = 0;
    answer_fault(code_of(result), system);
    shmb_request_text(result, info, sentence, sizeof(sentence));
    out_error("%s: %s", name, sentence);
    return fail_code(result);
}

enum shmb_exit fail_result(const char *name, int32_t result)
{
    return fail_request(name, result, NULL);
}

enum shmb_exit fail_directory(const char *verb, int32_t result)
{
    char what[64];

    if (result == SHMB_NOT_FOUND) {
        answer_fault("NOT_PUBLISHED", 0);
        out_error("%s: the broker is starting and has not published its objects yet", verb);
        return SHMB_EXIT_NOT_SO;
    }
    if (result == SHMB_NO_BROKER) {
        out_error("%s: no broker runs", verb);
        return SHMB_EXIT_NO_BROKER;
    }
    (void)snprintf(what, sizeof(what), "%s: the broker's directory", verb);
    return fail_result(what, result);
}

enum shmb_exit fail_call(const char *name, const char *what, const char *call, uint32_t code)
{
    char text[SENTENCE_MAX];

    answer_fault(NULL, code);
    error_text(code, text, sizeof(text));
    out_error("%s: %s (%s: %lu, %s)", name, what, call, (unsigned long)code, text);
    return code == ERROR_ACCESS_DENIED ? SHMB_EXIT_DENIED : SHMB_EXIT_SYSTEM;
}

enum shmb_exit fail_memory(const char *name)
{
    answer_fault("NO_MEMORY", 0);
    out_error("%s: out of memory", name);
    return SHMB_EXIT_SYSTEM;
}

void fail_warn_abandoned(const char *name, const char *advice)
{
    out_warning("%s: warning: an owner died while it held the lock; what it guards may be half "
                "done%s",
                name, advice);
}
