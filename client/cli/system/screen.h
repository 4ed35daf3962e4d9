/*
 * screen.h - the console as a screen that a verb overwrites again and again.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Switches the console to an empty screen of its own, without a cursor, that cuts long lines.
 * End it with screen_end, before a message is printed. False, and nothing is changed: the
 * output is redirected, or the console has no such screen.
 */
bool screen_begin(void);

/* Goes back to what the console showed before. */
void screen_end(void);

/* Begins the picture again at the top left. Returns the number of lines that fit now. */
size_t screen_home(void);

/* Clears a line, or the rest of the screen. Put it before the text of the line. */
#define SCREEN_CLEAR_LINE "\x1b[K"
#define SCREEN_CLEAR_REST "\x1b[J"

#endif
