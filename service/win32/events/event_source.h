/*
 * event_source.h - the registry entry by which the event viewer finds the texts.
 */
#ifndef EVENT_SOURCE_H
#define EVENT_SOURCE_H

#include <stdint.h>

/*
 * Both return 0 or a Win32 code. `executable` has the message table; UTF-8.
 * Removing an entry that does not exist succeeds.
 */
uint32_t event_source_register(const char *executable);
uint32_t event_source_remove(void);

/* The registered executable; freed with free(). NULL: GetLastError() says why. */
char *event_source_program(void);

#endif
