/*
 * requesting.h - programs that ask a real broker for objects, with the library, as processes of
 * their own. All of them wait as long as a slow machine needs. Their verbs:
 *
 *   request NAME BYTES [KIND]   the answer; KIND is segment (else), mutex, event or semaphore
 *   ask NAME BYTES              the same, and nothing is made
 *   release NAME                the result
 *   keep NAME BYTES             the answer; if it is one, opens the segment, says "open RESULT" and
 *                               waits for the end of its input
 *   lock NAME BYTES             the same; holds the segment's lock, too
 *   many NAME BYTES COUNT       asks for NAME0, NAME1, ... until one is refused; "kept COUNT" and
 *                               that answer; keeps them open, and waits
 *   race NAME BYTES EVENT       "ready"; when the event is set, asks and opens; "ANSWER; first" if
 *                               it was the first to fill the segment, else "ANSWER; filled"; waits
 *   cycle NAME BYTES COUNT      asks for and releases NAME0, NAME1, ..., COUNT times; "done"
 *   hurry NAME BYTES COUNT      asks COUNT times what it would get, and does not wait where it is
 *                               told to; "served, put off" if it was each of these at least once
 *
 * An answer is "made", "exists", or "RESULT REASON USED MOST".
 */
#ifndef TEST_REQUESTING_H
#define TEST_REQUESTING_H

#include "support.h"

/* As support_client, for these verbs and `count` of the test's own (NULL and 0: none). */
void requesting_client(const struct verb *own, size_t count);

/* The same of this process: its answer, until the next call. */
const char *requesting_request(const char *name, uint64_t bytes);
const char *requesting_ask(const char *name, uint64_t bytes);

/* A client runs this command, and must say this in its only line. */
void requesting_expect(const struct launch *how, const char *line, const char *command);

/* A client that waits: its first line must be this one. */
struct child *requesting_start(const struct launch *how, const char *line, const char *command);

/* Waits until the directory names the object no longer; or until it does. */
void requesting_await_gone(const char *name);
void requesting_await_held(const char *name);

/* What the directory says of an object, which must be there. */
uint64_t requesting_generation(const char *name);

/* Whether a pipe of the broker's name is there; opens it once. */
bool requesting_pipe_is_there(void);

#endif
