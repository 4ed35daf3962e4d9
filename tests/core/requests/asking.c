#include "asking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "names.h"

static struct fake *fake;

struct fake *asking_begin(void)
{
    fake = life_begin(SHMB_SERVICE_SID);
    fake_member(fake, ALICE, "S-1-5-32-545");
    fake_member(fake, BOB, "S-1-5-32-545");
    fake_member(fake, ROOT, "S-1-5-32-544");
    return fake;
}

size_t asking_send(const char *sid, const struct shmb_request_message *message)
{
    uint8_t bytes[SHMB_REQUEST_BYTES];

    shmb_request_write(message, bytes);
    return fake_send(fake, sid, bytes, sizeof(bytes));
}

static struct shmb_request_message begin(enum shmb_request_what what, const char *name)
{
    struct shmb_request_message message = {.what = what};

    assert_true(strlen(name) < sizeof(message.name));
    memcpy(message.name, name, strlen(name) + 1);
    return message;
}

size_t asking_segment(const char *sid, const char *name, uint64_t size)
{
    struct shmb_request_message message = begin(SHMB_REQUEST_MAKE, name);

    message.kind = SHMB_SECTION;
    message.size = size;
    return asking_send(sid, &message);
}

size_t asking_object(const char *sid, const char *name, enum shmb_kind kind, uint32_t flags)
{
    struct shmb_request_message message = begin(SHMB_REQUEST_MAKE, name);

    message.kind = kind;
    message.flags = flags;
    message.maximum = kind == SHMB_SEMAPHORE ? 3 : 0;
    return asking_send(sid, &message);
}

size_t asking_release(const char *sid, const char *name)
{
    const struct shmb_request_message message = begin(SHMB_REQUEST_RELEASE, name);

    return asking_send(sid, &message);
}

size_t asking_only(const char *sid, const char *name, uint64_t size)
{
    struct shmb_request_message message = begin(SHMB_REQUEST_ASK, name);

    message.kind = SHMB_SECTION;
    message.size = size;
    return asking_send(sid, &message);
}

struct shmb_request_answer asking_answer(size_t number)
{
    struct shmb_request_answer answer;
    size_t length;
    const uint8_t *bytes = fake_answer(fake, number, &length);

    assert_non_null(bytes);
    assert_true(shmb_answer_read(bytes, length, &answer));
    return answer;
}

void asking_expect(size_t number, enum shmb_request_reason reason)
{
    assert_int_equal(asking_answer(number).reason, reason);
}

void asking_expect_made(size_t number, bool made)
{
    const struct shmb_request_answer answer = asking_answer(number);

    assert_int_equal(answer.reason, SHMB_WHY_NONE);
    assert_int_equal(answer.result, 0);
    assert_int_equal((answer.flags & SHMB_ANSWER_MADE) != 0, made);
}

bool asking_is_held(const char *name)
{
    const struct fake_object *object = fake_find(fake, name);

    return object != NULL && object->handles > 0;
}
