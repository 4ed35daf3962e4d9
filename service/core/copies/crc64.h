/*
 * crc64.h - CRC-64/XZ, the check sum of copies.
 *
 * It is there against accidents: a disk that lost or turned bits, a file cut
 * short. Every change of up to 64 bits in a row is found, any other with all but
 * one chance in 2^64. It is no protection against people who may write the file:
 * the access of the folder is.
 */
#ifndef CORE_CRC64_H
#define CORE_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from the sum of the bytes before; 0 at the beginning. */
uint64_t crc64(uint64_t sum, const void *bytes, size_t length);

#endif
