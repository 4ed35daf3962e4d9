/*
 * verify_facts.h - what the configuration asks of the registration of the service.
 */
#ifndef VERIFY_FACTS_H
#define VERIFY_FACTS_H

#include "verify.h"

/* For verify_show. */
void verify_facts_read(const struct command_line *line, struct verify_facts *out);

#endif
