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

/*
 * The same; on CFG_INVALID, `*faulty` is what could be read, to be freed with cfg_free, or
 * NULL. It serves only to find more errors: what is wrong in it has its default, which for
 * `access` is NULL and for a size 0. Else `*faulty` is NULL.
 */
enum cfg_result cfg_load_faulty(const char *file, const char *text, size_t length,
                                struct cfg_messages *messages, struct cfg **out,
                                struct cfg **faulty);

/* Frees a configuration of cfg_load or cfg_merge with all its texts. NULL is allowed. */
void cfg_free(struct cfg *configuration);

#endif
