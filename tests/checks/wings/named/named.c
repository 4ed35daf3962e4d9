/* Compiles: the wing names service/core/base. */
#include "text.h"

size_t named_length(const struct text *text);

size_t named_length(const struct text *text)
{
    return text->length;
}
