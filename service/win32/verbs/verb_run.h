/*
 * verb_run.h - the broker in a console.
 */
#ifndef VERB_RUN_H
#define VERB_RUN_H

#include <windows.h>

/*
 * Handles a console's event, on a thread of its own. Public for a test, which passes events that
 * no program can send.
 */
BOOL WINAPI verb_run_control(DWORD event);

#endif
