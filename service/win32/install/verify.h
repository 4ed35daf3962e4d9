/*
 * verify.h - the installed service, point by point, against what `install` would
 * make of it.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>

#include "command_line.h"
#include "exit_codes.h"
#include "system.h"

enum verify_verdict { VERIFY_OK, VERIFY_DIFFERS, VERIFY_UNKNOWN /* could not be read */ };

/* What one point is asked with. */
struct verify_subject {
    SC_HANDLE service; /* with SERVICE_QUERY_CONFIG and READ_CONTROL */
    const QUERY_SERVICE_CONFIGW *config;
    const struct command_line *line; /* of the service */
};

/* What came of it. All zero: as it should be, and nothing to say. */
struct verify_answer {
    enum verify_verdict verdict;
    char text[SYS_TEXT_MAX]; /* what was found, or why it could not be read */
};

struct verify_point {
    const char *what;
    const char *remedy; /* a command that puts it right; NULL: the text names one */
    void (*ask)(const struct verify_subject *subject, struct verify_answer *answer);
};

/* The points the service manager knows, and those of registry and disk; each ends with a NULL. */
extern const struct verify_point verify_service_points[];
extern const struct verify_point verify_place_points[];

/* For their functions: `found` as text; and a read that failed with a Win32 code. */
void verify_found(struct verify_answer *answer, bool as_wanted, const char *found);
void verify_unreadable(struct verify_answer *answer, unsigned long code);

/*
 * Compares access lists, in whatever order their entries stand: `list` as read,
 * `sddl` as wanted.
 */
void verify_list(struct verify_answer *answer, PACL list, const char *sddl);

/*
 * Prints each point with its verdict, as text or JSON: points (point, verdict:
 * ok, differs, unknown; found, remedy), differs and unknown (how many). 0:
 * nothing differs; 1: something does; 5: not installed.
 */
enum shmb_exit verify_show(bool json);

#endif
