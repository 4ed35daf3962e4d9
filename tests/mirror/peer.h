/*
 * peer.h - a program of one machine that writes and watches one value, as the lines on its standard
 * input say. Each command is answered by one line:
 *
 *   put WRITER NUMBER                  writes a value          -> put CHANGE
 *   storm WRITER FIRST COUNT PAUSE_US  writes many; 0: without a pause  -> storm LAST CHANGE
 *   rush WRITER FIRST MS               as many as go in that time -> storm LAST CHANGE
 *   get                                reads the value         -> value WRITER NUMBER STATE CHANGE
 *   watch                              from now on each change -> seen WRITER NUMBER STATE CHANGE
 *   count                              from now on changes are counted, and nothing is printed
 *   report                             since the last one      -> report SEEN TORN MEDIAN_US P99_US
 *
 * CHANGE is what numbers changes on this machine, STATE one of content_state_text. What cannot be
 * done is answered by "error WHAT". The times are those from the writing to the reading: the clocks
 * of both programs must be the same one.
 */
#ifndef MIRROR_PEER_H
#define MIRROR_PEER_H

#include <stddef.h>
#include <stdint.h>

/* What a peer reads and writes with. Each call returns NULL, or what is wrong, for people. */
struct peer_port {
    const char *(*put)(const void *bytes, size_t size, uint64_t *change);
    const char *(*get)(void *bytes, size_t size, uint64_t *change);
    /* The next value after change `*change`; called by one other thread. Waits for ever. */
    const char *(*next)(void *bytes, size_t size, uint64_t *change);
};

/* Serves the standard input until it ends. Returns the exit code. `size`: bytes of the value. */
int peer_serve(const struct peer_port *port, size_t size);

#endif
