/*
 * config_digest.h - a digest of the files of a configuration: tells which one a broker serves.
 */
#ifndef CORE_CONFIG_DIGEST_H
#define CORE_CONFIG_DIGEST_H

#include "config_files.h"
#include "sha256.h"

/*
 * The SHA-256 of the one file; of more files, the SHA-256 of their digests, one after the other in
 * the order of inclusion. Their paths do not count, nor do files that are left out, nor `initial`
 * files. The contents must not be forgotten yet.
 */
void config_digest(const struct config_files *configuration, char out[SHA256_TEXT]);

#endif
