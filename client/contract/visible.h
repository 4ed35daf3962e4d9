/*
 * visible.h - text of others, before it reaches a screen, a log, a table or a file.
 *
 * Any program can give an object a name. Such a name must not move the cursor, start a line of its
 * own, or show its characters in another order than they have.
 */
#ifndef SHMB_VISIBLE_H
#define SHMB_VISIBLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False: a control character (C0, DEL, C1), one that controls the direction of text, or a separator
 * of lines or paragraphs. Writers of JSON and YAML escape these, so that the text stays exact.
 */
bool shmb_is_visible(uint32_t point);

/*
 * Replaces each of these characters, and each ill-formed byte, by '?', in place. With `lines`, TAB
 * and the line ends LF and CR LF stay: for text with lines of our own.
 */
void shmb_make_visible(char *text, bool lines);

#endif
