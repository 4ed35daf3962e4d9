/*
 * published_section.h - maps what the broker publishes (directory.h). Any program may use these
 * names, so a section counts only if its owner proves that the broker made it.
 */
#ifndef SHMB_PUBLISHED_SECTION_H
#define SHMB_PUBLISHED_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "section.h"

/* Maps the broker's section of this name, without Global\. False: nothing is mapped. */
bool published_section_map(const char *bare, uint64_t size, struct section_view *out);

/*
 * Map the root or the report. If the broker has none of the first name, because another object
 * has it, the stand-in with the greatest revision counts: a former broker's may still be there.
 */
bool published_section_root(struct section_view *out);
bool published_section_report(struct section_view *out);

#endif
