#include "system_status.h"

#include <stdarg.h>
#include <stdio.h>

void failure_clear(struct sys_failure *why)
{
    if (why != NULL)
        *why = (struct sys_failure){0};
}

void failure_copy(struct sys_failure *why, const struct sys_failure *from)
{
    if (why != NULL)
        *why = *from;
}

enum sys_status failure_reason(struct sys_failure *why, enum sys_status status, const char *format,
                               ...)
{
    va_list values;

    failure_clear(why);
    if (why == NULL)
        return status;
    va_start(values, format);
    (void)vsnprintf(why->text, sizeof(why->text), format, values);
    va_end(values);
    return status;
}

enum sys_status failure_no_memory(struct sys_failure *why)
{
    return failure_reason(why, SYS_NO_MEMORY, "not enough memory");
}
