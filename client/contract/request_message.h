/*
 * request_message.h - what a program and the broker say to each other when the program asks for
 * an object, over the one pipe that exists while the configuration has `requests:`.
 *
 * A client connects, writes one request, reads one answer, and disconnects. Both have a fixed
 * size. Numbers are little-endian, of fixed width and naturally aligned, independent of the
 * bitness of a process. Reserved bytes are zero, and whoever reads checks that: only a new version
 * can give them a meaning.
 *
 *     REQUEST, 704 bytes                             ANSWER, 128 bytes
 *     offset size                                    offset size
 *          0    4  magic "SHMQ"                           0    4  magic "SHMA"
 *          4    4  version (1)                            4    4  version (1)
 *          8    4  what: enum shmb_request_what           8    4  result: SHMB_... of shmb.h
 *         12    4  kind: enum shmb_kind                  12    4  reason: enum shmb_request_reason
 *         16    8  segment: size in bytes, else 0        16    4  flags: SHMB_ANSWER_...
 *         24    4  semaphore: first count, else 0        20    4  Win32 code; 0: none
 *         28    4  semaphore: greatest count, else 0     24    8  used: see the reason
 *         32    4  flags: SHMB_REQUEST_...               32    8  most: see the reason
 *         36    4  length of the name in bytes           40    8  size of the object in bytes
 *         40   24  reserved                              48    4  milliseconds until a retry can
 * help 64  640  bare name, UTF-8, zeros behind it     52    4  length of the rule's name in bytes
 *                                                        56    8  reserved
 *                                                        64   64  name of the rule, zeros behind it
 *
 * The broker believes nothing of a request but what the system says of its sender: the token.
 */
#ifndef SHMB_REQUEST_MESSAGE_H
#define SHMB_REQUEST_MESSAGE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "directory.h"

#define SHMB_REQUEST_PIPE    "\\\\.\\pipe\\ShmBroker.Requests"
#define SHMB_REQUEST_MAGIC   0x514D4853u /* "SHMQ" */
#define SHMB_ANSWER_MAGIC    0x414D4853u /* "SHMA" */
#define SHMB_REQUEST_VERSION 1u
#define SHMB_REQUEST_BYTES   704u
#define SHMB_ANSWER_BYTES    128u

/*
 * The rights that the pipe gives to those who may ask: read, write, its attributes (CreateFile asks
 * for them), READ_CONTROL (to see who owns it) and SYNCHRONIZE. Not FILE_APPEND_DATA, which on a
 * pipe is the right to create another instance, and so not GENERIC_WRITE, which has it.
 * https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights
 */
#define SHMB_REQUEST_PIPE_RIGHTS 0x00120083u

enum shmb_request_what {
    SHMB_REQUEST_MAKE = 1,    /* hold an object of this name */
    SHMB_REQUEST_RELEASE = 2, /* hold it no longer */
    SHMB_REQUEST_ASK = 3      /* say what the answer to MAKE would be, and do nothing */
};

#define SHMB_REQUEST_MANUAL_RESET 0x1u /* event */
#define SHMB_REQUEST_SET          0x2u /* event: signalled when it is created */
#define SHMB_REQUEST_FLAGS        0x3u

#define SHMB_ANSWER_MADE       0x1u /* this request created the object; of ASK: would */
#define SHMB_ANSWER_CONFIGURED 0x2u /* the configuration names the object */
#define SHMB_ANSWER_FLAGS      0x3u

/* Why the result is what it is: SHMB_REASON_... of shmb.h. The numbers never change. */
enum shmb_request_reason {
    SHMB_WHY_NONE = 0,
    SHMB_WHY_NO_RULE = 1,        /* no rule has a pattern for this name */
    SHMB_WHY_WHO = 2,            /* `who` of the rule does not let this program ask */
    SHMB_WHY_KIND = 3,           /* `kinds` of the rule does not have it */
    SHMB_WHY_SIZE = 4,           /* most: `size` of the rule, in bytes */
    SHMB_WHY_EACH_OBJECTS = 5,   /* used, most: of `each.objects`, by this account */
    SHMB_WHY_EACH_MEMORY = 6,    /* used, most: of `each.memory`, in bytes */
    SHMB_WHY_TOTAL_OBJECTS = 7,  /* used, most: of `total.objects` */
    SHMB_WHY_TOTAL_MEMORY = 8,   /* used, most: of `total.memory`, in bytes */
    SHMB_WHY_LIMITS = 9,         /* `limits` of the configuration, or the most there can be */
    SHMB_WHY_RATE = 10,          /* this account asks too often */
    SHMB_WHY_TAKEN = 11,         /* another object of the broker has the name, or a companion's */
    SHMB_WHY_FOREIGN = 12,       /* an object that is not the broker's has the name */
    SHMB_WHY_OTHER = 13,         /* it exists, of another kind or smaller; size: what it has */
    SHMB_WHY_NO_ACCESS = 14,     /* it exists, but this program may not open it */
    SHMB_WHY_NOT_REQUESTED = 15, /* release: no object was requested by this name */
    SHMB_WHY_NOT_YOURS = 16,     /* release: another account has requested it */
    SHMB_WHY_LIVES = 17,         /* release: the rule lets it live as long as the broker */
    SHMB_WHY_STOPPING = 18,      /* the broker is starting or stopping */
    SHMB_WHY_SYSTEM = 19,        /* the system refused it; see the Win32 code */
    SHMB_WHY_MESSAGE = 20,       /* the message is not a valid request */
    SHMB_WHY_NO_PIPE = 21,       /* never sent: no `requests:`, or the pipe failed */
    SHMB_WHY_COUNT
};

/* A checked request. */
struct shmb_request_message {
    enum shmb_request_what what;
    enum shmb_kind kind;      /* SHMB_SECTION, SHMB_MUTEX, SHMB_EVENT or SHMB_SEMAPHORE */
    uint64_t size;            /* section: bytes, at least 1; else 0 */
    int32_t initial, maximum; /* semaphore: 0 <= initial <= maximum, maximum >= 1; else 0 */
    uint32_t flags;           /* SHMB_REQUEST_...; only of an event */
    char name[601];           /* bare, valid by shmb_name_check, with a terminator */
};

struct shmb_request_answer {
    int32_t result; /* SHMB_OK or a failure of shmb.h */
    enum shmb_request_reason reason;
    uint32_t flags; /* SHMB_ANSWER_... */
    uint32_t win32_code;
    uint64_t used, most, size;
    uint32_t retry_ms;
    char rule[SHMB_RULE_NAME_MAX + 1]; /* empty: none has decided */
};

/* Writes a message; what does not belong to the kind must be zero. */
void shmb_request_write(const struct shmb_request_message *message,
                        uint8_t out[SHMB_REQUEST_BYTES]);
void shmb_answer_write(const struct shmb_request_answer *answer, uint8_t out[SHMB_ANSWER_BYTES]);

/* Reads `length` bytes that anybody may have sent. False: not a valid message; `*out` is zero. */
bool shmb_request_read(const void *bytes, size_t length, struct shmb_request_message *out);
bool shmb_answer_read(const void *bytes, size_t length, struct shmb_request_answer *out);

#endif
