/*
 * bridge.h - the calls of shmbclient.dll and kernel32.dll for a Python of Linux that runs in a
 * process of Wine: each with the convention of Linux, handed on to the real one. The calls of the
 * library are made by tests/checks/python.py from the header.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

#define WINDOWS __attribute__((ms_abi))

struct bridge_call {
    const char *name;
    void **to; /* filled in by host.c */
};

/* They end with a name of NULL. */
extern struct bridge_call bridge_library[], bridge_kernel32[];

/* Makes a thread that Windows knows; set by host.c. Returns 0 where it cannot. */
extern int (*bridge_new_thread)(void (*start)(void *), void *context);

#endif
