/*
 * crc64.h - CRC-64/XZ, the checksum of copies.
 *
 * It detects accidents: flipped or lost bits, a truncated file. It finds every change of up to 64
 * bits in a row, and any other with a probability of 1 - 2^-64. It does not protect against
 * people who may write the file; the access list of the folder does.
 */
#ifndef CORE_CRC64_H
#define CORE_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Call it from one thread at a time. `sum`: the checksum of the bytes before; 0 for the first ones.
 */
uint64_t crc64(uint64_t sum, const void *bytes, size_t length);

#endif
