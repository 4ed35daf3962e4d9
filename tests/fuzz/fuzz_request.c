/* Any bytes as a request, and as an answer: what is read keeps to its bounds and is sent again. */
#include <stdint.h>
#include <string.h>

#include "must.h"
#include "names.h"
#include "request_message.h"
#include "request_text.h"

#define REPAIR 0x80u
#define ANSWER 0x40u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* So that the checks behind the first ones are reached as well. */
static void repair(uint8_t *bytes, uint32_t magic)
{
    const uint32_t version = SHMB_REQUEST_VERSION;

    memcpy(bytes, &magic, sizeof(magic));
    memcpy(bytes + 4, &version, sizeof(version));
}

static void read_request(const uint8_t *bytes, size_t size)
{
    struct shmb_request_message message, zero = {0};
    uint8_t again[SHMB_REQUEST_BYTES];

    if (!shmb_request_read(bytes, size, &message)) {
        must(memcmp(&message, &zero, sizeof(zero)) == 0);
        return;
    }
    must(size == SHMB_REQUEST_BYTES);
    must(strlen(message.name) < SHMB_NAME_BYTES);
    must(shmb_name_check(message.name, strlen(message.name), NULL, NULL) == SHMB_NAME_OK);
    must(message.kind <= SHMB_SEMAPHORE);
    must((message.flags & ~SHMB_REQUEST_FLAGS) == 0);
    must(message.initial >= 0 && message.initial <= message.maximum);
    shmb_request_write(&message, again);
    must(memcmp(bytes, again, sizeof(again)) == 0);
}

static void read_answer(const uint8_t *bytes, size_t size)
{
    struct shmb_request_answer answer;
    uint8_t again[SHMB_ANSWER_BYTES];
    char text[SHMB_REQUEST_TEXT_MAX];

    if (!shmb_answer_read(bytes, size, &answer))
        return;
    must(size == SHMB_ANSWER_BYTES);
    must(strlen(answer.rule) <= SHMB_RULE_NAME_MAX);
    must(answer.reason < SHMB_WHY_COUNT);
    must(strlen(shmb_request_text_answer(&answer, text, sizeof(text))) < sizeof(text) - 1);
    shmb_answer_write(&answer, again);
    must(memcmp(bytes, again, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[SHMB_REQUEST_BYTES + 1] = {0};
    bool answer;
    size_t most;

    if (size < 1 || size - 1 > sizeof(bytes))
        return 0;
    answer = (data[0] & ANSWER) != 0;
    most = answer ? SHMB_ANSWER_BYTES : SHMB_REQUEST_BYTES;
    memcpy(bytes, data + 1, size - 1);
    if ((data[0] & REPAIR) != 0) { /* as long as it must be: with zeros behind */
        repair(bytes, answer ? SHMB_ANSWER_MAGIC : SHMB_REQUEST_MAGIC);
        size = most + 1;
    }
    if (answer)
        read_answer(bytes, size - 1);
    else
        read_request(bytes, size - 1);
    return 0;
}
