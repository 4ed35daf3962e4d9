/*
 * sha256.h - SHA-256 (FIPS 180-4): the digest that Get-FileHash and certutil print of a file.
 */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_TEXT  (2 * SHA256_BYTES + 1)

struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
};

/* Begin, add any number of pieces, end. */
void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);
void sha256_end(struct sha256 *sha, unsigned char out[SHA256_BYTES]);

/* Two digits each, in upper case, as Get-FileHash. */
void sha256_text(const unsigned char digest[SHA256_BYTES], char out[SHA256_TEXT]);

#endif
