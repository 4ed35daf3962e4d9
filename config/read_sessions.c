#include "read_value.h"

void read_sessions(struct reader *reader, const struct node *node, const struct path *path,
                   struct cfg_object *object)
{
    static const char *const words[] = {"alias"};
    struct path below = {path, "sessions", 0};
    size_t word;

    if (node != NULL)
        object->alias = reader_word(reader, node, &below, words, 1, &word);
}
