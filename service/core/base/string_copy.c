#include "string_copy.h"

#include <stdlib.h>
#include <string.h>

char *string_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}
