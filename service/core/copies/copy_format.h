/*
 * copy_format.h - the file format of a copy: the saved content of a segment with keep: reboot.
 *
 * Little-endian, fixed width. A reader trusts nothing before all checks have passed: the file may
 * be truncated, damaged, the copy of another segment, or no copy at all.
 *
 *     offset size
 *          0    8  magic "SHMBCOPY"
 *          8    4  format version (1)
 *         12    4  size of this header (128)
 *         16    8  number of the copy: the newer of two has the greater number
 *         24    8  when it was saved, as FILETIME
 *         32    8  generation of the segment
 *         40    8  exact size of the segment, and of the content
 *         48    4  flags: COPY_...
 *         52    4  length of the name
 *         56   40  the boot it was saved in, a text padded with zeros
 *         96   16  reserved, zero
 *        112    8  CRC-64 of the content
 *        120    8  CRC-64 of the bytes before and of the name
 *        128       the segment's bare name, without a terminator; then the content
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

#define COPY_INITIALISED 0x1u /* a client had declared the content initialised */
#define COPY_CONSISTENT  0x2u /* no library writer was active while it was read */
/*
 * The file of the newest copy, or of the one before, could not be read when this copy was saved.
 * It may be newer than the content this copy began with: it must be set aside, not replaced.
 */
#define COPY_APART_LAST  0x4u
#define COPY_APART_OLDER 0x8u
#define COPY_APART       (COPY_APART_LAST | COPY_APART_OLDER)

struct copy {
    uint64_t number, saved, generation, size;
    uint32_t flags;
    char boot[SYS_BOOT_MAX];
    uint64_t sum;           /* of the content */
    const uint8_t *content; /* `size` bytes within what copy_read read; else NULL */
};

enum copy_verdict {
    COPY_WHOLE,
    COPY_FOREIGN,  /* not a copy */
    COPY_NEWER,    /* the format of a newer broker */
    COPY_SHORT,    /* the file is too short or too long */
    COPY_DAMAGED,  /* a checksum or a field is wrong */
    COPY_OTHERS,   /* the copy of another segment */
    COPY_UNDECIDED /* `wanted` has ended the check */
};

/*
 * Writes header and name to `out`; the content must follow them in the file. `name` has at most
 * SHMB_NAME_BYTES - 1 bytes. Returns the number of bytes, at most COPY_HEAD_MAX.
 */
size_t copy_head(const struct copy *copy, const char *name, uint8_t out[COPY_HEAD_MAX]);

/*
 * Checks and reads a copy of the segment `name` (case does not matter) from the bytes of a whole
 * file. On anything but COPY_WHOLE `*out` is all zero. `wanted` is asked now and then whether to
 * go on; NULL: always.
 */
enum copy_verdict copy_read(const uint8_t *bytes, size_t length, const char *name,
                            bool (*wanted)(void *context), void *context, struct copy *out);

/* A verdict as part of a sentence: "it is damaged". */
const char *copy_verdict_text(enum copy_verdict verdict);

#define COPY_FILE_MAX 80u /* bytes of a file name, with its terminator */

/*
 * The file name for a segment, of lower-case letters, digits, dots and hyphens: equal for segment
 * names that differ only in case, different for all others. `tail` is one of ".copy", ".old",
 * ".new", ".next", ".<number>.refused", ".<number>.unread".
 */
void copy_file_name(const char *name, const char *tail, char out[COPY_FILE_MAX]);

#endif
