/*
 * colour.h - a few colours, on a console only.
 *
 * None in redirected output, none where the variable NO_COLOR has a value (https://no-color.org),
 * and none on a console that does not obey sequences (before Windows 10).
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <windows.h>

enum colour { COLOUR_NONE, COLOUR_ERROR, COLOUR_WARNING };

/*
 * The sequence after which the text on this stream (STD_OUTPUT_HANDLE or STD_ERROR_HANDLE) has
 * the colour; COLOUR_NONE: its usual one again. "" where the stream shows no colours. Text with
 * sequences goes to console_text.
 */
const char *colour_sequence(DWORD which, enum colour colour);

/*
 * Around each write of text with sequences: lets the console obey them, and gives it its mode
 * back. Other programs write to the same console, and may show such bytes as they are. Ctrl+C in
 * between gives the mode back, too. One thread at a time is between them.
 */
void colour_begin(HANDLE console);
void colour_end(HANDLE console);

#endif
