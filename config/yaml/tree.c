/*
 * Runs libyaml over a checked text and passes its events to builder.c. Turns its errors into
 * messages with place and hint; libyaml is used here and in builder.c only.
 */
#include "tree.h"

#include <string.h>

#include "builder.h"
#include "source.h"

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

/* What to do about the most common mistakes. */
static const char *hint(const char *problem, char at)
{
    if (strstr(problem, "unknown escape") != NULL)
        return "; in double quotes a backslash is written twice, in single quotes once";
    if (strstr(problem, "tab character") != NULL || at == '\t')
        return "; indent with spaces, not with tabs";
    if (strstr(problem, "cannot start any token") != NULL)
        return "; put the text in quotes";
    if (strstr(problem, "mapping values") != NULL)
        return "; look at the indentation, and put texts with a colon in quotes";
    if (strstr(problem, "expected key") != NULL || strstr(problem, "expected ':'") != NULL)
        return "; look at the indentation and for a missing colon";
    return "";
}

/* Adds an error for what the YAML parser refuses, with a hint. */
static enum cfg_result report_syntax(struct builder *b, const yaml_parser_t *parser,
                                     const char *text, size_t length)
{
    const char *problem = parser->problem != NULL ? parser->problem : "it ends too early";
    uint32_t line = (uint32_t)parser->problem_mark.line + 1;
    uint32_t column = (uint32_t)parser->problem_mark.column + 1;
    unsigned long start = (unsigned long)parser->context_mark.line + 1;
    char at = ' ';

    if (parser->error == YAML_MEMORY_ERROR)
        return CFG_NO_MEMORY;
    /*
     * The reader gives a byte offset in place of a line. All other errors have a line, and the
     * character at which the parser stopped may be worth a hint.
     */
    if (parser->error == YAML_READER_ERROR && parser->problem_offset <= length)
        source_place(text, parser->problem_offset, &line, &column);
    else if (parser->buffer.pointer != NULL && parser->buffer.pointer < parser->buffer.last)
        at = (char)*parser->buffer.pointer;
    if (parser->context == NULL)
        builder_error(b, line, column, "this is not YAML: %s%s", problem, hint(problem, at));
    else if (start == line)
        builder_error(b, line, column, "this is not YAML: %s %s%s", problem, parser->context,
                      hint(problem, at));
    else
        builder_error(b, line, column, "this is not YAML: %s %s that starts at line %lu%s", problem,
                      parser->context, start, hint(problem, at));
    return CFG_INVALID;
}

/* Passes all events of the parser to the builder, up to the first error. */
static enum cfg_result read_events(struct builder *b, yaml_parser_t *parser, const char *text,
                                   size_t length)
{
    enum cfg_result result = CFG_OK;
    bool more = true;

    while (more && result == CFG_OK) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return report_syntax(b, parser, text, length);
        more = event.type != YAML_STREAM_END_EVENT;
        result = builder_event(b, &event);
        yaml_event_delete(&event);
    }
    return result;
}

static enum cfg_result check_source(struct builder *b, const char *text, size_t length)
{
    size_t offset;
    uint32_t line, column;
    const char *fault = source_fault(text, length, &offset);

    if (fault == NULL)
        return CFG_OK;
    source_place(text, offset, &line, &column);
    builder_error(b, line, column, "%s", fault);
    return CFG_INVALID;
}

enum cfg_result tree_parse(const char *file, const char *text, size_t length,
                           struct cfg_messages *messages, struct cfg_arena *arena,
                           struct node **root)
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
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        length -= 3;
    }
    result = check_source(b, text, length);
    if (result != CFG_OK)
        return result;
    if (!yaml_parser_initialize(&parser))
        return CFG_NO_MEMORY;
    /* Otherwise libyaml guesses. */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    result = read_events(b, &parser, text, length);
    yaml_parser_delete(&parser);
    if (result == CFG_OK && (b->root == NULL || node_is_null(b->root))) {
        builder_error(b, 0, 0, "the file is empty; it needs version: 1 and objects to hold");
        result = CFG_INVALID;
    }
    if (result == CFG_OK)
        *root = b->root;
    return result;
}
