#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Makes room for `more` bytes and a terminator. Doubles the capacity, so that a long text is moved
 * only a few times. False: no memory.
 */
static bool grow(struct text *text, size_t more)
{
    size_t capacity = text->capacity == 0 ? 256 : text->capacity;
    char *moved;

    while (capacity - text->length <= more) {
        if (capacity > SIZE_MAX / 2)
            return false;
        capacity *= 2;
    }
    if (capacity == text->capacity)
        return true;
    moved = realloc(text->at, capacity);
    if (moved == NULL)
        return false;
    text->at = moved;
    text->capacity = capacity;
    return true;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list values, again;
    int need;

    if (text->failed)
        return;
    /* Formats twice: first only to learn the length. */
    va_start(values, format);
    va_copy(again, values);
    need = vsnprintf(NULL, 0, format, values);
    va_end(values);
    if (need < 0 || !grow(text, (size_t)need)) {
        text->failed = true;
    } else {
        (void)vsnprintf(text->at + text->length, text->capacity - text->length, format, again);
        text->length += (size_t)need;
    }
    va_end(again);
}

void text_reset(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->at != NULL)
        text->at[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->at);
    *text = (struct text){0};
}
