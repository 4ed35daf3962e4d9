/*
 * suspend.h - the service's handler asks the broker's thread for a save before the machine sleeps,
 * and waits for its end.
 *
 * The requests have numbers: the end of a save that began before a request does not answer it.
 */
#ifndef SUSPEND_H
#define SUSPEND_H

#include <windows.h>

#include <stdbool.h>

struct suspend {
    HANDLE request; /* automatic reset; set: save now */
    HANDLE answer;  /* automatic reset; set: a save has ended */
    volatile LONG asked, done;
};

/* False: no memory. */
bool suspend_init(struct suspend *suspend);
void suspend_free(struct suspend *suspend);

/* On one thread at a time. False: no save that began after this call has ended in `ms`. */
bool suspend_ask(struct suspend *suspend, DWORD ms);

/* On the broker's thread, after `request` was set. Returns the number for suspend_end. */
LONG suspend_begin(struct suspend *suspend);

/* The save that began with suspend_begin has ended. */
void suspend_end(struct suspend *suspend, LONG number);

#endif
