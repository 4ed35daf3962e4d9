/*
 * crew.h - the workers as processes: started, told to die, killed, and what
 * each death must have left behind.
 */
#ifndef TORTURE_CREW_H
#define TORTURE_CREW_H

#include "torture.h"

struct crew_counts {
    uint32_t deaths;  /* workers killed, or dead by their own hand */
    uint32_t holding; /* of these, those that certainly held a lock */
};

/* How often somebody must have been told of a death in a segment: at least and at most. */
struct crew_deaths {
    int32_t certain, doubtful, further;
};

/* The programs of the workers; `other` is of the other bitness, NULL: there is none. */
void crew_begin(struct journal *journal, const wchar_t *program, const wchar_t *other);

/* Each of these: false, a worker failed, or something does not work, and it has been noted. */
bool crew_start_all(void);
bool crew_end_all(void);

/* Kills a worker at once; or lets it die the next time it holds a lock. Another one follows. */
bool crew_kill(uint32_t slot);
bool crew_let_die(uint32_t slot);

/* All workers work: each has every segment open, and has done something since it was asked. */
bool crew_wait_working(void);

/* Ends every worker, whatever it does. */
void crew_abandon(void);

struct crew_counts crew_counts(void);
struct crew_deaths crew_deaths_in(uint32_t segment);

#endif
