/*
 * string_copy.h - a copy of a text on the heap.
 */
#ifndef CORE_STRING_COPY_H
#define CORE_STRING_COPY_H

/* To be freed with free(). NULL: no memory. */
char *string_copy(const char *text);

#endif
