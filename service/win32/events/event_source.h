/*
 * event_source.h - the registration that lets the event viewer find the texts.
 */
#ifndef EVENT_SOURCE_H
#define EVENT_SOURCE_H

#include <stdint.h>

/*
 * Both return 0 or a Win32 code. `executable` holds the message table; UTF-8.
 * Removing what is not there is a success.
 */
uint32_t event_source_register(const char *executable);
uint32_t event_source_remove(void);

/* The executable it is registered with; to be freed with free(). NULL: GetLastError() says why. */
char *event_source_program(void);

#endif
