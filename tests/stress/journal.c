#include "stress.h"

#include <stdarg.h>
#include <stdio.h>

#define SHARED L"ShmbStress.Journal"

struct journal *journal;

bool journal_map(bool make)
{
    HANDLE section = make ? CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                               sizeof(*journal), SHARED)
                          : OpenFileMappingW(FILE_MAP_WRITE, FALSE, SHARED);

    if (section == NULL)
        return false;
    /* The handle stays open with the process. */
    journal = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    return journal != NULL;
}

bool journal_fail(const char *format, ...)
{
    va_list values;

    if (InterlockedCompareExchange((volatile LONG *)&journal->failed, 1, 0) != 0)
        return false;
    va_start(values, format);
    (void)vsnprintf(journal->failure, sizeof(journal->failure), format, values);
    va_end(values);
    InterlockedExchange((volatile LONG *)&journal->failed, 2);
    return false;
}
