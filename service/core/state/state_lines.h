/*
 * state_lines.h - the lines of the state file.
 *
 *     shmbroker-state 1
 *     <sum> boot <text>
 *     <sum> stamp <number>
 *     <sum> object <kind> <size> <generation> <control> <block> <held|retired> <name>
 *     <sum> lock <generation> <segment>\<lock>
 *     <sum> sid <SID> <account>
 *     <sum> keeper <process> <made> <lives|ended>
 *
 * The sum is FNV-1a of all behind it, 8 hex digits. A generation of 0: the
 * object is forgotten. Later lines win. Names come last: they may hold blanks.
 * A lock line follows the object line of its segment, of the same generation;
 * without a name behind the backslash, the segment has no lock. A broker that
 * knows no such lines passes over them.
 */
#ifndef CORE_STATE_LINES_H
#define CORE_STATE_LINES_H

#include "state.h"
#include "text.h"

enum state_line_what {
    STATE_LINE_OTHER, /* the head, or one that this version has no use for */
    STATE_LINE_BOOT,
    STATE_LINE_STAMP,
    STATE_LINE_OBJECT,
    STATE_LINE_LOCK,
    STATE_LINE_SID,
    STATE_LINE_KEEPER
};

struct state_line {
    enum state_line_what what;
    const char *text; /* boot; the account. These point into the line that was read */
    const char *sid;
    uint64_t number; /* stamp */
    struct state_record record; /* a lock line: name, generation and lock */
    struct sys_keeper keeper;
    bool ended; /* the keeper */
};

/* True for a file whose head names a version that is not known here. */
bool state_line_newer(const char *file);

/* Reads one line, which it takes apart. False: it is none. */
bool state_line_read(char *line, struct state_line *out);

void state_line_head(struct text *out, const char *boot);
void state_line_stamp(struct text *out, uint64_t stamp);
/* Two lines where the lock is known. */
void state_line_object(struct text *out, const struct state_record *record);
void state_line_sid(struct text *out, const char *account, const char *sid);
void state_line_keeper(struct text *out, const struct sys_keeper *keeper, bool ended);

#endif
