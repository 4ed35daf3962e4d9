/*
 * load.h - from bytes to a configuration.
 */
#ifndef CFG_LOAD_H
#define CFG_LOAD_H

#include <stddef.h>

#include "messages.h"
#include "model.h"

#define CFG_FILE_MAX (16u * 1024 * 1024) /* bytes of one file */

/*
 * Reads the text of one configuration file: YAML, strict, bounded. The text may be
 * hostile; it is not read beyond `length`, and not needed after the call.
 *
 * file      what messages call the file; copied
 * messages  gets every error and warning found, in the order of the file;
 *           warnings may be added on success too
 * out       the configuration on CFG_OK, to be freed with cfg_free; else NULL
 */
enum cfg_result cfg_load(const char *file, const char *text, size_t length,
                         struct cfg_messages *messages, struct cfg **out);

/* Frees a configuration of cfg_load or cfg_merge with all its texts. NULL is allowed. */
void cfg_free(struct cfg *configuration);

#endif
