/*
 * Every failure of win32/ gets its status and text here. failure_set is for a call that failed,
 * failure_say for everything that Windows' own text would not explain.
 */
#include "failure.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>

#include "error.h"
#include "wide.h"

/* Codes that are not listed are SYS_FAILED. */
enum sys_status failure_status(uint32_t code)
{
    switch (code) {
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
    /* The account may not set this owner. */
    case ERROR_INVALID_OWNER:
        return SYS_DENIED;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    /* A missing drive, server or share, or a name that no file can have. */
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_NAME:
        return SYS_NOT_FOUND;
    /* Not only the heap: commitment, quotas, kernel pools and handles run out, too. */
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_NOT_ENOUGH_QUOTA:
    case ERROR_WORKING_SET_QUOTA:
    case ERROR_PAGEFILE_QUOTA:
    case ERROR_NONPAGED_SYSTEM_RESOURCES:
    case ERROR_PAGED_SYSTEM_RESOURCES:
    case ERROR_TOO_MANY_OPEN_FILES:
        return SYS_NO_MEMORY;
    default:
        return SYS_FAILED;
    }
}

enum sys_status failure_set(struct sys_failure *why, const char *call, uint32_t code)
{
    if (why != NULL) {
        why->call = call;
        why->code = code;
        error_text(code, why->text, sizeof(why->text));
    }
    return failure_status(code);
}

enum sys_status failure_say(struct sys_failure *why, enum sys_status status, const char *call,
                            uint32_t code, const char *format, ...)
{
    va_list arguments;
    int length;

    if (why == NULL)
        return status;
    why->call = call;
    why->code = code;
    va_start(arguments, format);
    length = vsnprintf(why->text, sizeof(why->text), format, arguments);
    va_end(arguments);
    if (length < 0)
        why->text[0] = '\0';
    else if ((size_t)length >= sizeof(why->text))
        wide_mark_cut(why->text, sizeof(why->text));
    return status;
}
