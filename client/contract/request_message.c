#include "request_message.h"

#include <string.h>

#include "names.h"

/* The messages as they are sent. */
struct wire_request {
    uint32_t magic, version, what, kind;
    uint64_t size;
    int32_t initial, maximum;
    uint32_t flags, name_length;
    uint8_t reserved[24];
    char name[640];
};

struct wire_answer {
    uint32_t magic, version;
    int32_t result;
    uint32_t reason, flags, win32_code;
    uint64_t used, most, size;
    uint32_t retry_ms, rule_length;
    uint8_t reserved[8];
    char rule[64];
};

static_assert(sizeof(struct wire_request) == SHMB_REQUEST_BYTES, "a request has 704 bytes");
static_assert(offsetof(struct wire_request, what) == 8, "request.what at 8");
static_assert(offsetof(struct wire_request, kind) == 12, "request.kind at 12");
static_assert(offsetof(struct wire_request, size) == 16, "request.size at 16");
static_assert(offsetof(struct wire_request, initial) == 24, "request.initial at 24");
static_assert(offsetof(struct wire_request, maximum) == 28, "request.maximum at 28");
static_assert(offsetof(struct wire_request, flags) == 32, "request.flags at 32");
static_assert(offsetof(struct wire_request, name_length) == 36, "request.name_length at 36");
static_assert(offsetof(struct wire_request, reserved) == 40, "request.reserved at 40");
static_assert(offsetof(struct wire_request, name) == 64, "request.name at 64");
static_assert(sizeof(struct wire_answer) == SHMB_ANSWER_BYTES, "an answer has 128 bytes");
static_assert(offsetof(struct wire_answer, result) == 8, "answer.result at 8");
static_assert(offsetof(struct wire_answer, reason) == 12, "answer.reason at 12");
static_assert(offsetof(struct wire_answer, flags) == 16, "answer.flags at 16");
static_assert(offsetof(struct wire_answer, win32_code) == 20, "answer.win32_code at 20");
static_assert(offsetof(struct wire_answer, used) == 24, "answer.used at 24");
static_assert(offsetof(struct wire_answer, most) == 32, "answer.most at 32");
static_assert(offsetof(struct wire_answer, size) == 40, "answer.size at 40");
static_assert(offsetof(struct wire_answer, retry_ms) == 48, "answer.retry_ms at 48");
static_assert(offsetof(struct wire_answer, rule_length) == 52, "answer.rule_length at 52");
static_assert(offsetof(struct wire_answer, reserved) == 56, "answer.reserved at 56");
static_assert(offsetof(struct wire_answer, rule) == 64, "answer.rule at 64");
static_assert(sizeof(((struct shmb_request_message *)0)->name) == SHMB_NAME_BYTES,
              "a name of the longest kind fits");

void shmb_request_write(const struct shmb_request_message *message, uint8_t out[SHMB_REQUEST_BYTES])
{
    struct wire_request wire = {.magic = SHMB_REQUEST_MAGIC,
                                .version = SHMB_REQUEST_VERSION,
                                .what = (uint32_t)message->what,
                                .kind = (uint32_t)message->kind,
                                .size = message->size,
                                .initial = message->initial,
                                .maximum = message->maximum,
                                .flags = message->flags,
                                .name_length = (uint32_t)strlen(message->name)};

    memcpy(wire.name, message->name, wire.name_length);
    memcpy(out, &wire, sizeof(wire));
}

void shmb_answer_write(const struct shmb_request_answer *answer, uint8_t out[SHMB_ANSWER_BYTES])
{
    struct wire_answer wire = {.magic = SHMB_ANSWER_MAGIC,
                               .version = SHMB_REQUEST_VERSION,
                               .result = answer->result,
                               .reason = (uint32_t)answer->reason,
                               .flags = answer->flags,
                               .win32_code = answer->win32_code,
                               .used = answer->used,
                               .most = answer->most,
                               .size = answer->size,
                               .retry_ms = answer->retry_ms,
                               .rule_length = (uint32_t)strlen(answer->rule)};

    memcpy(wire.rule, answer->rule, wire.rule_length);
    memcpy(out, &wire, sizeof(wire));
}

static bool is_zero(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    size_t i;

    for (i = 0; i < length; i++)
        if (at[i] != 0)
            return false;
    return true;
}

/* True: only what belongs to the kind is set, and within its range. */
static bool fits_kind(const struct wire_request *wire)
{
    const bool counts = wire->initial != 0 || wire->maximum != 0;

    switch (wire->kind) {
    case SHMB_SECTION:
        return wire->size > 0 && !counts && wire->flags == 0;
    case SHMB_MUTEX:
        return wire->size == 0 && !counts && wire->flags == 0;
    case SHMB_EVENT:
        return wire->size == 0 && !counts && (wire->flags & ~SHMB_REQUEST_FLAGS) == 0;
    case SHMB_SEMAPHORE:
        return wire->size == 0 && wire->flags == 0 && wire->maximum >= 1 && wire->initial >= 0 &&
               wire->initial <= wire->maximum;
    default:
        return false;
    }
}

/* A release names the object only. */
static bool is_bare(const struct wire_request *wire)
{
    return wire->kind == 0 && wire->size == 0 && wire->initial == 0 && wire->maximum == 0 &&
           wire->flags == 0;
}

bool shmb_request_read(const void *bytes, size_t length, struct shmb_request_message *out)
{
    struct wire_request wire;
    const char *bare;
    size_t bare_length;

    *out = (struct shmb_request_message){0};
    if (length != sizeof(wire))
        return false;
    memcpy(&wire, bytes, sizeof(wire));
    if (wire.magic != SHMB_REQUEST_MAGIC || wire.version != SHMB_REQUEST_VERSION ||
        !is_zero(wire.reserved, sizeof(wire.reserved)) || wire.name_length >= SHMB_NAME_BYTES ||
        !is_zero(wire.name + wire.name_length, sizeof(wire.name) - wire.name_length))
        return false;
    if (wire.what == SHMB_REQUEST_RELEASE
            ? !is_bare(&wire)
            : (wire.what != SHMB_REQUEST_MAKE && wire.what != SHMB_REQUEST_ASK) ||
                  !fits_kind(&wire))
        return false;
    /* The name is bare: Global\ is not a part of it. */
    if (shmb_name_check(wire.name, wire.name_length, &bare, &bare_length) != SHMB_NAME_OK ||
        bare_length != wire.name_length)
        return false;
    out->what = (enum shmb_request_what)wire.what;
    out->kind = (enum shmb_kind)wire.kind;
    out->size = wire.size;
    out->initial = wire.initial;
    out->maximum = wire.maximum;
    out->flags = wire.flags;
    memcpy(out->name, wire.name, wire.name_length);
    return true;
}

bool shmb_answer_read(const void *bytes, size_t length, struct shmb_request_answer *out)
{
    struct wire_answer wire;

    *out = (struct shmb_request_answer){0};
    if (length != sizeof(wire))
        return false;
    memcpy(&wire, bytes, sizeof(wire));
    if (wire.magic != SHMB_ANSWER_MAGIC || wire.version != SHMB_REQUEST_VERSION ||
        wire.reason >= SHMB_WHY_COUNT || (wire.flags & ~SHMB_ANSWER_FLAGS) != 0 ||
        !is_zero(wire.reserved, sizeof(wire.reserved)) || wire.rule_length > SHMB_RULE_NAME_MAX ||
        memchr(wire.rule, 0, wire.rule_length) != NULL ||
        !is_zero(wire.rule + wire.rule_length, sizeof(wire.rule) - wire.rule_length))
        return false;
    out->result = wire.result;
    out->reason = (enum shmb_request_reason)wire.reason;
    out->flags = wire.flags;
    out->win32_code = wire.win32_code;
    out->used = wire.used;
    out->most = wire.most;
    out->size = wire.size;
    out->retry_ms = wire.retry_ms;
    memcpy(out->rule, wire.rule, wire.rule_length);
    return true;
}
