#include "initial_content.h"

#include <stdlib.h>

#include "initial_files.h"

void initial_content_find(const struct system *system, const struct item *item,
                          struct initial_content *out)
{
    const struct cfg_initial *initial = item_initial(item);

    *out = (struct initial_content){.content = {.size = item->spec.size, .stoppable = true}};
    if (initial == NULL)
        return;
    out->content.bytes = initial->bytes;
    out->content.length = initial->length;
    out->content.fill = initial->fill;
    if (initial->unread == NULL)
        return;
    out->status = initial_file_read(system, &item->from->u.segment, &out->bytes,
                                    &out->content.length, &out->why);
    out->content.bytes = (const uint8_t *)out->bytes;
}

void initial_content_end(struct initial_content *first)
{
    free(first->bytes);
    first->bytes = NULL;
}
