/*
 * syntax.h - an error of the YAML parser as a message.
 */
#ifndef CFG_SYNTAX_H
#define CFG_SYNTAX_H

#include <yaml.h>

#include "builder.h"

/*
 * Adds an error for what the parser has refused: the place, the parser's words, and what to
 * do. CFG_INVALID, or CFG_NO_MEMORY where the parser had none.
 */
enum cfg_result syntax_report(struct builder *builder, const yaml_parser_t *parser);

#endif
