/*
 * A pattern is checked as a name is: then what it matches, and its beginning above all, is a name
 * that an object may have. Each requested name is checked by itself again.
 */
#include "read_patterns.h"

#include <string.h>

#include "names.h"
#include "read_text.h"
#include "utf.h"

/* Characters before the first * or ?, or all of them. */
static size_t literal_head(const struct node *node)
{
    const char *at = node->text, *end = at + strcspn(at, "*?");
    size_t count = 0;

    for (; at < end; count++)
        (void)shmb_utf8_next(&at, end);
    return count;
}

static bool has_wildcard(const struct node *node)
{
    return strpbrk(node->text, "*?") != NULL;
}

/* True: the node is no pattern; an error was added. */
static bool refuse_pattern(struct reader *reader, const struct node *node, const struct path *path)
{
    enum shmb_name_fault fault;
    const char *bare;
    size_t length;
    struct shown shown;

    if (node_is_null(node) || node->kind != NODE_SCALAR) {
        reader_error(reader, node, path,
                     "expected the pattern of a name such as 'MyApp.*', found %s",
                     reader_show(node, &shown));
        return true;
    }
    fault = shmb_name_check(node->text, node->length, &bare, &length);
    /* A control character has its own message here, with its code point. */
    if ((fault == SHMB_NAME_OK || fault == SHMB_NAME_CONTROL) &&
        !read_text_check(reader, node, path, "the pattern"))
        return true;
    if (fault != SHMB_NAME_OK)
        reader_error(
            reader, node, path, "%s%s", shmb_name_fault_text(fault),
            node->length == 0 && node->plain ? "; put a pattern that starts with & in quotes" : "");
    else if (bare != node->text)
        reader_error(reader, node, path,
                     "all that is requested is below Global\\; write only what follows it: '%s'",
                     bare);
    else if (has_wildcard(node) && literal_head(node) < CFG_PATTERN_HEAD)
        reader_error(reader, node, path,
                     "%s would match names of other applications; begin with at least %u "
                     "characters before the first * or ?",
                     reader_show(node, &shown), CFG_PATTERN_HEAD);
    else
        return false;
    return true;
}

void read_patterns(struct reader *reader, const struct node *node, const struct path *path,
                   struct cfg_rule *rule)
{
    const bool list = node->kind == NODE_SEQUENCE;
    const size_t count = list ? node->count : 1;
    const struct node_item *item = list ? node->first : NULL;
    struct path entry = {path, NULL, 0};
    struct cfg_place *places;
    const char **patterns;

    if (count == 0 || count > CFG_PATTERNS_MAX) {
        reader_error(reader, node, path, "expected a pattern or a list of 1 to %u patterns",
                     CFG_PATTERNS_MAX);
        return;
    }
    patterns = reader_alloc(reader, count, sizeof *patterns);
    places = reader_alloc(reader, count, sizeof *places);
    rule->patterns = patterns;
    rule->places = places;
    for (; entry.index < count && !reader->no_memory; entry.index++) {
        const struct node *value = list ? item->value : node;

        if (!refuse_pattern(reader, value, list ? &entry : path)) {
            places[rule->pattern_count] = reader_place(reader, value);
            patterns[rule->pattern_count++] = reader_text(reader, value->text, value->length);
        }
        item = list ? item->next : NULL;
    }
}
