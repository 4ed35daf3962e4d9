/*
 * verify_point.h - one thing that `status --verify` looks at, and how its answer is set.
 */
#ifndef VERIFY_POINT_H
#define VERIFY_POINT_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "command_line.h"
#include "system.h"
#include "verify.h"

enum verify_verdict {
    VERIFY_OK,
    VERIFY_DIFFERS,
    VERIFY_UNKNOWN /* could not be read, or depends on what could not */
};

/* What a point examines. */
struct verify_subject {
    SC_HANDLE service; /* opened with SERVICE_QUERY_CONFIG and READ_CONTROL */
    const QUERY_SERVICE_CONFIGW *config;
    const struct command_line *line; /* of the service */
    const struct verify_facts *facts;
};

/* The result. All zero: as it should be, without text. */
struct verify_answer {
    enum verify_verdict verdict;
    char text[SYS_TEXT_MAX]; /* the value found, or why it could not be read */
    const char *remedy;      /* the point's, or another; NULL: none */
};

struct verify_point {
    const char *what;
    const char *remedy; /* the command that repairs it; NULL: none, or the text has it */
    void (*ask)(const struct verify_subject *subject, struct verify_answer *answer);
};

/* The points of the service manager, and those of registry and disk. A NULL ends each. */
extern const struct verify_point verify_service_points[];
extern const struct verify_point verify_place_points[];

/* Set the answer: to the value found, or to a read that failed with a Win32 code. */
void verify_found(struct verify_answer *answer, bool as_wanted, const char *found);
void verify_unreadable(struct verify_answer *answer, unsigned long code);

/*
 * Compares the access list read, `list`, with the one wanted, `sddl`. The order
 * of the entries does not matter.
 */
void verify_list(struct verify_answer *answer, PACL list, const char *sddl);

#endif
