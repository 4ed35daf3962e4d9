/*
 * state_lines.h - reads and writes the lines of the state file.
 *
 *     shmbroker-state 1
 *     <sum> boot <text>
 *     <sum> stamp <number>
 *     <sum> object <kind> <size> <generation> <control> <block> <held|retired> <name>
 *     <sum> lock <generation> <segment>\<lock>
 *     <sum> fast <generation> <slots> <segment or queue>
 *     <sum> queue <generation> <slots> <slot size> <flags> <queue>
 *     <sum> grant <kind> <size> <initial> <maximum> <flags> <life> <made> <SID> <rule>\<name>
 *     <sum> sid <SID> <account>
 *     <sum> copy <time> <name>
 *     <sum> keeper <process> <made> <lives|ended>
 *
 * The sum is the FNV-1a hash of the rest of the line, 8 hex digits. Later lines win. An object
 * with the generation 0 is dropped, and a grant with the time 0. Names come last, because they may contain blanks. A lock line
 * follows the object line of its segment, with the same generation; without a name after the
 * backslash the segment has no lock. A fast line follows it where the lock is a fast one. A queue
 * is a section by its object line; a queue line and a fast line follow, with the same generation.
 * Unknown lines are skipped, so that an older broker takes a queue for a section.
 */
#ifndef CORE_STATE_LINES_H
#define CORE_STATE_LINES_H

#include "state.h"
#include "text.h"

enum state_line_what {
    STATE_LINE_OTHER, /* a line that this version does not know */
    STATE_LINE_HEAD,  /* the first line of a file */
    STATE_LINE_BOOT,
    STATE_LINE_STAMP,
    STATE_LINE_OBJECT,
    STATE_LINE_LOCK,
    STATE_LINE_FAST,
    STATE_LINE_QUEUE,
    STATE_LINE_GRANT,
    STATE_LINE_COPY,
    STATE_LINE_SID,
    STATE_LINE_KEEPER
};

struct state_line {
    enum state_line_what what;
    const char *text; /* the boot, the account, or the segment of a copy; this and `sid` point into
                         the line read */
    const char *sid;
    uint64_t number;            /* of a stamp; the time of a copy, 0: it is forgotten */
    struct state_record record; /* of an object; of a lock: only name, generation, and lock or
                                   slots; of a queue: name, generation and queue */
    struct state_grant grant;
    struct sys_keeper keeper;
    bool ended; /* the keeper has ended */
};

/* True: the head of the file names a newer version. */
bool state_line_newer(const char *file);

/* Reads one line, and modifies it. False: it is damaged. */
bool state_line_read(char *line, struct state_line *out);

/* Each appends its line to `out`. */
void state_line_head(struct text *out, const char *boot);
void state_line_stamp(struct text *out, uint64_t stamp);
/* Two lines if the lock is known, three if it is a fast one, and for a queue. */
void state_line_object(struct text *out, const struct state_record *record);
void state_line_grant(struct text *out, const struct state_grant *grant);
void state_line_copy(struct text *out, const char *name, uint64_t saved);
void state_line_sid(struct text *out, const char *account, const char *sid);
void state_line_keeper(struct text *out, const struct sys_keeper *keeper, bool ended);

#endif
