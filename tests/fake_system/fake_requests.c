/*
 * Requests of programs: a queue of messages, and AccessCheck on what the descriptors say, for an
 * account and the groups that it is a member of.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_internal.h"

struct sys_request {
    struct sys_asker asker;
    uint8_t *bytes;
    size_t length;
    uint8_t answer[256];
    size_t answer_length;
    bool ended;
};

static struct sys_request *request_at(const struct fake *fake, size_t index)
{
    return ((struct sys_request **)fake->asked.at)[index];
}

size_t fake_send(struct fake *fake, const char *sid, const void *bytes, size_t length)
{
    struct sys_request *request = calloc(1, sizeof(*request));

    assert_non_null(request);
    assert_non_null(fake->pipe);
    (void)snprintf(request->asker.sid, sizeof(request->asker.sid), "%s", sid);
    request->asker.process = 100;
    request->bytes = malloc(length + 1);
    assert_non_null(request->bytes);
    memcpy(request->bytes, bytes, length);
    request->length = length;
    *(struct sys_request **)fake_add(&fake->asked, sizeof(request)) = request;
    fake_wake(fake, SYS_WAKE_REQUESTS);
    return fake->asked.count;
}

void fake_member(struct fake *fake, const char *sid, const char *group)
{
    fake_add_pair(&fake->members, sid, group);
}

void fake_low(struct fake *fake, const char *sid)
{
    fake_add_pair(&fake->members, sid, "low");
}

const uint8_t *fake_answer(const struct fake *fake, size_t number, size_t *length)
{
    const struct sys_request *request = request_at(fake, number - 1);

    *length = request->answer_length;
    return request->answer_length > 0 ? request->answer : NULL;
}

size_t fake_unanswered(const struct fake *fake)
{
    size_t i, count = 0;

    for (i = 0; i < fake->asked.count; i++)
        count += !request_at(fake, i)->ended;
    return count;
}

const char *fake_pipe(const struct fake *fake)
{
    return fake->pipe;
}

/* Whoever waits is disconnected. */
void fake_break_pipe(struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->asked.count; i++)
        request_at(fake, i)->ended = true;
    fake->taken = fake->asked.count;
    free(fake->pipe);
    fake->pipe = NULL;
}

void fake_free_requests(struct fake *fake)
{
    size_t i;

    for (i = 0; i < fake->asked.count; i++) {
        free(request_at(fake, i)->bytes);
        free(request_at(fake, i));
    }
    free(fake->asked.at);
    fake_free_pairs(&fake->members);
    free(fake->pipe);
}

static enum sys_status listen_to(void *self, const char *sddl, struct sys_failure *why)
{
    struct fake *fake = self;
    enum sys_status status;

    fake_busy++;
    status = fake_called(fake, FAKE_LISTEN, sddl != NULL ? sddl : "");
    if (sddl == NULL) {
        fake_break_pipe(fake);
        return fake_done();
    }
    assert_int_equal(strncmp(sddl, "O:S-1-", 6), 0);
    assert_non_null(strstr(sddl, "D:P("));
    if (status != SYS_OK)
        return fake_refuse(fake, status, "CreateNamedPipeW", why);
    free(fake->pipe);
    fake->pipe = fake_text(sddl);
    return fake_done();
}

static enum sys_status next(void *self, struct sys_request **out, struct sys_asker *asker,
                            const void **bytes, size_t *length)
{
    struct fake *fake = self;
    struct sys_request *request;

    *out = NULL;
    if (fake->taken == fake->asked.count)
        return SYS_NOT_FOUND;
    request = request_at(fake, fake->taken++);
    *asker = request->asker;
    *bytes = request->bytes;
    *length = request->length;
    *out = request;
    return SYS_OK;
}

static bool is_one_of(const struct fake *fake, const char *account, const char *sid, size_t length)
{
    const struct pair *pairs = fake->members.at;
    size_t i;

    if (strlen(account) == length && strncmp(account, sid, length) == 0)
        return true;
    for (i = 0; i < fake->members.count; i++)
        if (strcmp(pairs[i].key, account) == 0 && strlen(pairs[i].value) == length &&
            strncmp(pairs[i].value, sid, length) == 0)
            return true;
    return false;
}

/* In the order of the entries, as AccessCheck: a right that is allowed is not denied later. */
static bool check(const struct fake *fake, const char *account, const char *sddl, uint32_t mask)
{
    const char *at = strstr(sddl, "D:"), *end = strstr(sddl, "S:(ML");

    while (mask != 0 && (at = strchr(at, '(')) != NULL && (end == NULL || at < end)) {
        const char *rights = strstr(at, ";;0x"), *sid = strstr(at, ";;;"), *close = strchr(at, ')');
        uint32_t right;

        assert_true(rights != NULL && sid != NULL && close != NULL && sid < close);
        right = (uint32_t)strtoul(rights + 4, NULL, 16);
        if (is_one_of(fake, account, sid + 3, (size_t)(close - sid - 3))) {
            if (at[1] == 'D' && (right & mask) != 0)
                return false;
            mask &= ~right;
        }
        at = close;
    }
    return mask == 0;
}

static enum sys_status allowed(void *self, struct sys_request *request,
                               const struct sys_descriptor *descriptor, uint32_t mask, bool write,
                               bool *out, struct sys_failure *why)
{
    struct fake *fake = self;
    const char *account = request->asker.sid;
    enum sys_status status;

    fake_busy++;
    *out = false;
    assert_false(request->ended);
    fake_check_descriptor(fake, descriptor);
    assert_non_null(strstr(descriptor->sddl, "G:"));
    status = fake_called(fake, FAKE_ALLOWED, descriptor->sddl);
    if (status != SYS_OK)
        return fake_refuse(fake, status, "AccessCheck", why);
    *out =
        check(fake, account, descriptor->sddl, mask) &&
        !(write && is_one_of(fake, account, "low", 3) && strstr(descriptor->sddl, "S:(ML") == NULL);
    return fake_done();
}

static void end(struct sys_request *request)
{
    assert_false(request->ended);
    request->ended = true;
}

static void answer(void *self, struct sys_request *request, const void *bytes, size_t length)
{
    struct fake *fake = self;

    fake_busy++;
    (void)fake_called(fake, FAKE_ANSWER, request->asker.sid);
    if (!fake->crashed) {
        end(request);
        assert_true(length <= sizeof(request->answer));
        memcpy(request->answer, bytes, length);
        request->answer_length = length;
    }
    fake_busy--;
}

static void drop(void *self, struct sys_request *request)
{
    (void)self;
    end(request);
}

void fake_requests_port(struct system *port)
{
    port->requests.listen = listen_to;
    port->requests.next = next;
    port->requests.allowed = allowed;
    port->requests.answer = answer;
    port->requests.drop = drop;
}
