/*
 * broker.h - whether a broker runs, and waiting for one.
 */
#ifndef LIB_BROKER_H
#define LIB_BROKER_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/*
 * Does a broker run? Asks for its instance mutex, which exists as long as it does. A hint: any
 * program can create a mutex of this name that nobody may open, and it looks the same.
 */
bool broker_runs(void);

/*
 * Is a broker that runs still starting? It has published nothing yet, or its process is younger
 * than `within_ms`. `owner` as in trust_check.
 */
bool broker_starting(const char *owner, uint32_t within_ms);

/* SHMB_NOT_FOUND becomes SHMB_NO_BROKER if no broker runs; other results stay. */
int32_t broker_absent(int32_t result);

/* Waiting for a broker or a name. One public call uses one of these for all its tries. */
struct broker_wait {
    bool endless;
    ULONGLONG until;
    DWORD pause;
};

void broker_wait_begin(struct broker_wait *wait, uint32_t wait_ms);

/* Milliseconds that are left, at most `most`; 0: the time is up. */
DWORD broker_wait_left(const struct broker_wait *wait, DWORD most);

/*
 * Pauses and returns true if the call that gave `result` should be tried again.
 * False at once for a result that waiting does not change, and when the time is up.
 */
bool broker_wait_again(struct broker_wait *wait, int32_t result);

#endif
