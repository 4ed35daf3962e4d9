/*
 * hash.h - FNV-1a with 32 bits: for hash tables, and for checksums against accidents.
 *
 * No protection against an attacker, who can choose texts with equal hashes. The values
 * are shared (shmb_name_hash in the directory) and stored (checksums in the state
 * file), so they never change.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
#ifndef CONTRACT_HASH_H
#define CONTRACT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SHMB_HASH_START 2166136261u /* the hash of nothing */

/* Adds one value: a byte, or anything of up to 32 bits. Returns the new hash. */
static inline uint32_t shmb_hash_add(uint32_t hash, uint32_t value)
{
    return (hash ^ value) * 16777619u;
}

/* Adds bytes, one after the other. */
static inline uint32_t shmb_hash_bytes(uint32_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;

    while (length-- > 0)
        hash = shmb_hash_add(hash, *at++);
    return hash;
}

/* Adds the bytes of a text, without its terminator. */
static inline uint32_t shmb_hash_text(uint32_t hash, const char *text)
{
    while (*text != '\0')
        hash = shmb_hash_add(hash, (unsigned char)*text++);
    return hash;
}

#endif
