/*
 * copy_format.h - the file that keeps the content of a segment beyond a reboot.
 *
 * Little-endian, fixed width. Who reads one believes nothing of it before all
 * its checks have passed: it may be cut short, damaged, another segment's, or
 * no copy at all.
 *
 *     offset size
 *          0    8  magic "SHMBCOPY"
 *          8    4  format version (1)
 *         12    4  size of this header (128)
 *         16    8  number of the copy: of two, the newer one has the greater
 *         24    8  when it was made, as FILETIME
 *         32    8  generation of the segment
 *         40    8  exact size of the segment: the content's length
 *         48    4  flags: COPY_...
 *         52    4  length of the name
 *         56   40  the boot it was made in, a text filled up with zeros
 *         96   16  reserved, zero
 *        112    8  CRC-64 of the content
 *        120    8  CRC-64 of the bytes before, and of the name
 *        128       the segment's bare name, without a terminator; the content
 */
#ifndef CORE_COPY_FORMAT_H
#define CORE_COPY_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "system.h"

#define COPY_VERSION     1u
#define COPY_HEADER_SIZE 128u
#define COPY_HEAD_MAX    (COPY_HEADER_SIZE + SHMB_NAME_BYTES) /* header and name */

#define COPY_INITIALISED 0x1u /* the content had been declared initialised */
#define COPY_CONSISTENT  0x2u /* no library writer was at work while it was taken */
/*
 * What stood in the place of the newest copy, or of the one before, could not be
 * read when this one was made: it may be newer than what this one goes back to,
 * and is to be laid aside, not to be followed by this one.
 */
#define COPY_APART_LAST  0x4u
#define COPY_APART_OLDER 0x8u
#define COPY_APART       (COPY_APART_LAST | COPY_APART_OLDER)

struct copy {
    uint64_t number, saved, generation, size;
    uint32_t flags;
    char boot[SYS_BOOT_MAX];
    uint64_t sum;           /* of the content */
    const uint8_t *content; /* `size` bytes; of copy_read only: within what was read */
};

enum copy_verdict {
    COPY_WHOLE,
    COPY_FOREIGN, /* no copy, but something else */
    COPY_NEWER,   /* a format that only a newer broker knows */
    COPY_SHORT,   /* it ends too early, or goes on too long */
    COPY_DAMAGED, /* a check sum or a field is not right */
    COPY_OTHERS   /* a whole copy, but of another segment */
};

/*
 * Writes header and name, at most COPY_HEAD_MAX bytes; the content is to follow
 * them. `name` has at most SHMB_NAME_BYTES - 1 bytes. Returns how many.
 */
size_t copy_head(const struct copy *copy, const char *name, uint8_t out[COPY_HEAD_MAX]);

/*
 * Reads a copy of the segment `name` (without regard to case) from the whole
 * content of a file. On anything but COPY_WHOLE `*out` is all zero.
 */
enum copy_verdict copy_read(const uint8_t *bytes, size_t length, const char *name,
                            struct copy *out);

/* What a verdict means, as a part of a sentence: "it is damaged". */
const char *copy_verdict_text(enum copy_verdict verdict);

#define COPY_FILE_MAX 80u /* bytes of a file name, with its terminator */

/*
 * The name of the file for a segment: of lower-case letters, digits, dots and
 * hyphens; equal for names that are the same, and different else. `tail` is one
 * of ".copy", ".old", ".new", ".next", ".<number>.refused", ".<number>.unread".
 */
void copy_file_name(const char *name, const char *tail, char out[COPY_FILE_MAX]);

#endif
