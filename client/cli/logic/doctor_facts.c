#include "doctor_facts.h"

#include <stdarg.h>
#include <stdio.h>

struct doctor_finding *doctor_add(struct doctor_report *report, const char *id, bool stops,
                                  const char *format, ...)
{
    struct doctor_finding *finding = &report->finding[report->count];
    va_list arguments;

    /* The array is longer than the list of causes; if not, the last place is overwritten. */
    if (report->count + 1 < DOCTOR_FINDINGS)
        report->count++;
    finding->id = id;
    finding->stops = stops;
    finding->remedy[0] = '\0';
    if (stops)
        report->opens = false;
    va_start(arguments, format);
    vsnprintf(finding->says, sizeof(finding->says), format, arguments);
    va_end(arguments);
    return finding;
}

void doctor_remedy(struct doctor_finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof(finding->remedy), format, arguments);
    va_end(arguments);
}

bool doctor_present(const struct doctor_facts *facts)
{
    return facts->kind != DOCTOR_ABSENT;
}
