/*
 * Runs libyaml over a checked text and passes its events to builder.c. libyaml is
 * used here, in builder.c and in syntax.c only.
 */
#include "tree.h"

#include <string.h>

#include "builder.h"
#include "characters.h"
#include "source.h"
#include "syntax.h"

bool node_is(const struct node *node, const char *text)
{
    size_t length = strlen(text);

    return node->kind == NODE_SCALAR && node->length == length &&
           memcmp(node->text, text, length) == 0;
}

bool node_is_null(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->plain &&
           (node->length == 0 || node_is(node, "~") || node_is(node, "null"));
}

/* Passes all events of the parser to the builder, up to the first error. */
static enum cfg_result read_events(struct builder *b, yaml_parser_t *parser)
{
    enum cfg_result result = CFG_OK;
    bool more = true;

    while (more && result == CFG_OK) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return syntax_report(b, parser);
        more = event.type != YAML_STREAM_END_EVENT;
        result = builder_event(b, &event);
        yaml_event_delete(&event);
    }
    return result;
}

static enum cfg_result check_source(struct builder *b, const char *text, size_t length)
{
    size_t offset;
    uint32_t line, column, point;
    enum source_fault fault = source_fault(text, length, &offset, &point);

    if (fault == SOURCE_GOOD)
        return CFG_OK;
    source_place(text, offset, &line, &column);
    if (fault == SOURCE_UTF16)
        builder_error(b, line, column,
                      "the file is UTF-16, which Notepad calls Unicode; save it "
                      "as UTF-8");
    else if (fault == SOURCE_NOT_UTF8)
        builder_error(b, line, column,
                      "the text is not UTF-8 from here on; save the file as UTF-8");
    else if (fault == SOURCE_NUL)
        builder_error(b, line, column,
                      "there is U+0000 here, as in text that is saved as UTF-16; save the file as "
                      "UTF-8");
    else if (fault == SOURCE_MARK)
        builder_error(b, line, column,
                      "there is a byte order mark here, U+FEFF, as where files were joined; remove "
                      "it, or list the files in include");
    else
        builder_error(b, line, column, "there is %s here, U+%04lX; remove it",
                      character_name(point), (unsigned long)point);
    return CFG_INVALID;
}

enum cfg_result tree_parse(const char *file, const char *text, size_t length,
                           struct cfg_messages *messages, struct cfg_arena *arena,
                           const struct tree_taker *taker, struct node **root)
{
    struct builder *b = arena_alloc(arena, sizeof *b);
    yaml_parser_t parser;
    enum cfg_result result;

    *root = NULL;
    if (b == NULL)
        return CFG_NO_MEMORY;
    b->file = file;
    b->messages = messages;
    b->arena = arena;
    b->taker = taker;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        length -= 3;
    }
    b->text = text;
    b->length = length;
    result = check_source(b, text, length);
    if (result != CFG_OK)
        return result;
    if (!yaml_parser_initialize(&parser))
        return CFG_NO_MEMORY;
    /* Otherwise libyaml guesses. */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    result = read_events(b, &parser);
    yaml_parser_delete(&parser);
    if (result == CFG_OK && (b->root == NULL || node_is_null(b->root))) {
        builder_error(b, 0, 0, "the file is empty; it needs version: 1 and objects to hold");
        result = CFG_INVALID;
    }
    if (result == CFG_OK)
        *root = b->root;
    return result;
}
