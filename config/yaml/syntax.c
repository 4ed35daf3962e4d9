/*
 * libyaml stops where it can go no further, which is often behind the mistake. Its words, the
 * lines it names and the characters in them tell the most common mistakes apart.
 */
#include "syntax.h"

#include <stdio.h>
#include <string.h>

#include "characters.h"
#include "source.h"

/* Where the parser stopped. */
struct stop {
    const char *problem, *context; /* `context` may be "" */
    uint32_t line, column;         /* of the problem */
    uint32_t start, start_column;  /* of what the parser was reading */
    char at;                       /* the character there, or a space */
};

/* The first character of a line that is no space; '\0': none. */
static char first_of(const struct builder *b, uint32_t line)
{
    size_t length, i;
    const char *text = source_line(b->text, b->length, line, &length);

    for (i = 0; i < length; i++)
        if (text[i] != ' ')
            return text[i];
    return '\0';
}

/* The character at a column, which counts characters of a line. '\0': none, or not ASCII. */
static char character_at(const struct builder *b, uint32_t line, uint32_t column)
{
    size_t length, i;
    const char *text = source_line(b->text, b->length, line, &length);

    for (i = 0; i < length; i++)
        if (((unsigned char)text[i] & 0xC0u) != 0x80u && --column == 0)
            return text[i];
    return '\0';
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* What to do about a text in quotes that does not end. */
static const char *quote_hint(const struct builder *b, const struct stop *stop)
{
    if (character_at(b, stop->start, stop->start_column) == '"')
        return "; the closing quote is missing (in double quotes, \\\" does not end the text: "
               "write \\\\ for a backslash, or use single quotes)";
    return "; the closing quote is missing (a ' in single quotes is written twice)";
}

/* What to do about the most common mistakes. */
static const char *hint(const struct builder *b, const struct stop *stop)
{
    const char *problem = stop->problem, *context = stop->context;
    bool key = has(problem, "expected key") || has(problem, "expected ':'");
    char first = first_of(b, stop->start), last = first_of(b, stop->line);

    if (has(problem, "unknown escape") || has(problem, "hexdecimal") ||
        has(problem, "invalid Unicode character escape"))
        return "; in double quotes a backslash is written twice, in single quotes once";
    if (has(context, "quoted scalar"))
        return quote_hint(b, stop);
    if (has(problem, "tab character") || stop->at == '\t')
        return "; indent with spaces, not with tabs";
    if (has(problem, "cannot start any token"))
        return "; put the text in quotes";
    if (has(context, "an anchor") || has(context, "an alias"))
        return "; put a text that starts with & or * in quotes";
    if (has(context, "tag") || has(problem, "tag"))
        return "; tags are not supported: put a text that starts with ! in quotes";
    if (has(context, "directive") && !has(context, "%YAML"))
        return "; put a text that starts with % in quotes";
    if (has(problem, "mapping values"))
        return "; look at the indentation, and put texts with a colon in quotes";
    if (key && (first == '{' || first == '[' || last == '{' || last == '['))
        return "; put a name that starts with { or [ in quotes";
    if (key && (first == '"' || first == '\'' || last == '"' || last == '\''))
        return "; put quotes around the whole name";
    if (key)
        return "; look at the indentation and for a missing colon";
    return "";
}

/* Looks for a character that is not plain in a line of the file. */
static bool odd_in_line(const struct builder *b, uint32_t line, char out[CHARACTER_SHOWN + 16])
{
    size_t length;
    const char *text = source_line(b->text, b->length, line, &length);
    char shown[CHARACTER_SHOWN];
    struct character character;
    size_t skip = 0;

    /* Tabs may be anywhere but in an indentation, and have a hint of their own. */
    while (character_find(text + skip, length - skip, CHARACTER_DOUBTFUL, &character)) {
        character.offset += skip;
        if (character.point != '\t') {
            (void)snprintf(out, CHARACTER_SHOWN + 16, "; line %lu has %s", (unsigned long)line,
                           character_show(text, length, &character, shown));
            return true;
        }
        skip = character.offset + character.length;
    }
    return false;
}

enum cfg_result syntax_report(struct builder *b, const yaml_parser_t *parser)
{
    struct stop stop = {
        .problem = parser->problem != NULL ? parser->problem : "it ends too early",
        .context = parser->context != NULL ? parser->context : "",
        .line = (uint32_t)parser->problem_mark.line + 1,
        .column = (uint32_t)parser->problem_mark.column + 1,
        .start = (uint32_t)parser->context_mark.line + 1,
        .start_column = (uint32_t)parser->context_mark.column + 1,
        .at = ' ',
    };
    char odd[CHARACTER_SHOWN + 16] = "", since[48] = "";

    if (parser->error == YAML_MEMORY_ERROR)
        return CFG_NO_MEMORY;
    if (parser->context == NULL)
        stop.start = stop.line;
    /*
     * The reader gives a byte offset in place of a line. All other errors have a line, and the
     * character at which the parser stopped may be worth a hint.
     */
    if (parser->error == YAML_READER_ERROR && parser->problem_offset <= b->length)
        source_place(b->text, parser->problem_offset, &stop.line, &stop.column);
    else if (parser->buffer.pointer != NULL && parser->buffer.pointer < parser->buffer.last)
        stop.at = (char)*parser->buffer.pointer;
    if (!odd_in_line(b, stop.line, odd) && stop.start < stop.line)
        (void)odd_in_line(b, stop.start, odd);
    if (stop.start != stop.line)
        (void)snprintf(since, sizeof since, " that starts at line %lu", (unsigned long)stop.start);
    builder_error(b, stop.line, stop.column, "this is not YAML: %s%s%s%s%s%s", stop.problem,
                  stop.context[0] != '\0' ? " " : "", stop.context, since, hint(b, &stop), odd);
    return CFG_INVALID;
}
