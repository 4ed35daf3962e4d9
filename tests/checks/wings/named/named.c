/* Compiles: the wing names client/text. */
#include "text.h"

size_t named_length(const struct text *text);

size_t named_length(const struct text *text)
{
    return text->length;
}
