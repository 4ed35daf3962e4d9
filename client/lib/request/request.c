/*
 * shmb_request, shmb_request_ask, shmb_release and shmb_request_text: what a program asks the
 * broker for.
 */
#include "request_pipe.h"

#include <stddef.h>
#include <string.h>

#include "broker.h"
#include "object_name.h"
#include "request_text.h"
#include "sized.h"
#include "trust.h"

#define DEFAULT_MS 5000u

/* From the start of a broker's process until its pipe must be there. */
#define START_MS 2000u

/* A checked call. */
struct checked_call {
    struct shmb_request_message message;
    char owner[OWNER_SID_MAX];
    uint32_t timeout_ms;
};

/* ---- what the caller asks for ---- */

static int32_t read_options(const struct shmb_request_options *given, struct checked_call *out,
                            struct fault *fault)
{
    struct shmb_request_options options = {.size = sizeof(options)};

    /* Strict: what is refused today can get a meaning in a later version. */
    if (given != NULL &&
        (!sized_take(given, SHMB_REQUEST_OPTIONS_SIZE_MIN, &options, sizeof(options)) ||
         options.reserved_pointer != NULL))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    out->message.kind = (enum shmb_kind)options.kind;
    out->message.flags = options.flags;
    out->message.initial = options.initial;
    out->message.maximum = options.maximum;
    out->timeout_ms = options.timeout_ms;
    return trust_owner(options.owner, out->owner, fault);
}

/* The message as it is sent. The broker's own check decides whether it is one. */
static int32_t write_message(const struct checked_call *call, uint8_t out[SHMB_REQUEST_BYTES],
                             struct fault *fault)
{
    struct shmb_request_message read;

    shmb_request_write(&call->message, out);
    if (!shmb_request_read(out, SHMB_REQUEST_BYTES, &read))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    return SHMB_OK;
}

/* ---- what the broker answers ---- */

/* True for what a broker of this version can answer. */
static bool is_known(int32_t result)
{
    switch (result) {
    case SHMB_OK:
    case SHMB_NOT_FOUND:
    case SHMB_NO_BROKER:
    case SHMB_ACCESS_DENIED:
    case SHMB_WRONG_KIND:
    case SHMB_NOT_OURS:
    case SHMB_BAD_NAME:
    case SHMB_BAD_ARGUMENT:
    case SHMB_RANGE:
    case SHMB_BUSY:
    case SHMB_VERSION_MISMATCH:
    case SHMB_NO_MEMORY:
    case SHMB_SYSTEM:
    case SHMB_NOT_ALLOWED:
    case SHMB_QUOTA:
        return true;
    default:
        return false;
    }
}

/* Reads what the server sent. What cannot be an answer is that of another version. */
static int32_t read_answer(const uint8_t *bytes, size_t length, struct shmb_request_answer *answer,
                           struct fault *fault)
{
    if (!shmb_answer_read(bytes, length, answer) || !is_known(answer->result) ||
        (answer->result == SHMB_OK) != (answer->reason == SHMB_REASON_NONE) ||
        answer->reason == SHMB_REASON_NO_PIPE) {
        *answer = (struct shmb_request_answer){0};
        return fault_plain(fault, SHMB_VERSION_MISMATCH);
    }
    /* The reason, a message that is not valid, is told of those of another version. */
    if (answer->result == SHMB_BAD_NAME)
        return fault_plain(fault, SHMB_BAD_NAME);
    if (answer->reason == SHMB_REASON_SYSTEM)
        return fault_call(fault, answer->result, CALL_OF_BROKER, answer->win32_code);
    return fault_call(fault, answer->result, REASON_REQUEST, (uint32_t)answer->reason);
}

/* A failure that this library finds has a reason, too, as if the broker had told it. */
static int32_t refuse(struct shmb_request_answer *answer, int32_t result,
                      enum shmb_request_reason reason, struct fault *fault)
{
    answer->reason = reason;
    return fault_call(fault, result, REASON_REQUEST, (uint32_t)reason);
}

/* Nobody has the pipe. SHMB_NO_BROKER: that can change within moments. */
static int32_t judge_absent(const struct checked_call *call, struct shmb_request_answer *answer,
                            struct fault *fault)
{
    if (!broker_runs())
        return fault_plain(fault, SHMB_NO_BROKER);
    if (broker_starting(call->owner, START_MS))
        return refuse(answer, SHMB_NO_BROKER, SHMB_REASON_STOPPING, fault);
    return refuse(answer, SHMB_NOT_ALLOWED, SHMB_REASON_NO_PIPE, fault);
}

/*
 * Tries once. `*lost`: an earlier request may have been carried out, though no answer came: then a
 * release that finds nothing is done.
 */
static int32_t attempt(const struct checked_call *call, const uint8_t request[SHMB_REQUEST_BYTES],
                       const struct broker_wait *wait, bool *lost,
                       struct shmb_request_answer *answer, struct fault *fault)
{
    uint8_t bytes[SHMB_ANSWER_BYTES + 1];
    size_t length;
    bool sent;
    int32_t result =
        request_pipe_exchange(request, call->owner, wait, bytes, &length, &sent, fault);

    *answer = (struct shmb_request_answer){0};
    if (result == SHMB_NOT_FOUND)
        return judge_absent(call, answer, fault);
    if (result == SHMB_ACCESS_DENIED) /* the pipe is open to whom any rule lets ask */
        return refuse(answer, SHMB_NOT_ALLOWED, SHMB_REASON_WHO, fault);
    if (result != SHMB_OK) {
        *lost = *lost || sent;
        return result;
    }
    result = read_answer(bytes, length, answer, fault);
    if (result == SHMB_NOT_FOUND && call->message.what == SHMB_REQUEST_RELEASE && *lost) {
        *answer = (struct shmb_request_answer){0};
        return SHMB_OK;
    }
    /* The next try waits until it runs. */
    return answer->reason == SHMB_REASON_STOPPING ? SHMB_NO_BROKER : result;
}

static int32_t ask(const struct checked_call *call, struct shmb_request_answer *answer,
                   struct fault *fault)
{
    uint8_t request[SHMB_REQUEST_BYTES];
    struct broker_wait wait;
    bool lost = false;
    int32_t result = write_message(call, request, fault);

    if (result != SHMB_OK)
        return result;
    broker_wait_begin(&wait, call->timeout_ms != 0 ? call->timeout_ms : DEFAULT_MS);
    do {
        result = attempt(call, request, &wait, &lost, answer, fault);
    } while (broker_wait_again(&wait, result == SHMB_NOT_FOUND ? SHMB_OK : result));
    /* It runs, but did not come to an answer. */
    if (result == SHMB_NO_BROKER && broker_runs())
        result = SHMB_TIMEOUT;
    return result;
}

/* ---- the calls ---- */

static void give(const struct shmb_request_answer *answer, struct shmb_request_info *out)
{
    struct shmb_request_info info = {.size = sizeof(info),
                                     .made = (answer->flags & SHMB_ANSWER_MADE) != 0,
                                     .reason = (uint32_t)answer->reason,
                                     .retry_ms = answer->retry_ms,
                                     .used = answer->used,
                                     .most = answer->most,
                                     .bytes = answer->size};

    if (out == NULL)
        return;
    strcpy(info.rule, answer->rule);
    sized_give(&info, sizeof(info), out);
    sized_clear_part(out, offsetof(struct shmb_request_info, rule), sizeof(info.rule));
}

/* Clears `*info` except `size`. False: `size` is not set. */
static bool info_usable(struct shmb_request_info *info)
{
    if (info == NULL)
        return true;
    if (!sized_valid(info, SHMB_REQUEST_INFO_SIZE_MIN))
        return false;
    sized_give(NULL, 0, info);
    return true;
}

static int32_t request_checked(enum shmb_request_what what, const char *name, uint64_t bytes,
                               const struct shmb_request_options *options,
                               struct shmb_request_info *info, struct fault *fault)
{
    struct checked_call call = {.message = {.what = what, .size = bytes}};
    struct shmb_request_answer answer = {0};
    int32_t result;

    if (!info_usable(info))
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    result = object_name_check(name, call.message.name);
    if (result != SHMB_OK)
        return fault_plain(fault, result);
    result = read_options(options, &call, fault);
    if (result != SHMB_OK)
        return result;
    result = ask(&call, &answer, fault);
    give(&answer, info);
    return result;
}

static int32_t request_call(enum shmb_request_what what, const char *name, uint64_t bytes,
                            const struct shmb_request_options *options,
                            struct shmb_request_info *info)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(request_checked(what, name, bytes, options, info, &fault), &fault);
}

static int32_t request_call_wide(enum shmb_request_what what, const shmb_wchar *name,
                                 uint64_t bytes, const struct shmb_request_options *options,
                                 struct shmb_request_info *info)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = object_name_utf8(name, narrow);

    if (result != SHMB_OK)
        return result_end_plain(info_usable(info) ? result : SHMB_BAD_ARGUMENT);
    return request_call(what, narrow, bytes, options, info);
}

int32_t SHMB_CALL shmb_request(const char *name, uint64_t bytes,
                               const shmb_request_options *options, shmb_request_info *info)
{
    return request_call(SHMB_REQUEST_MAKE, name, bytes, options, info);
}

int32_t SHMB_CALL shmb_requestW(const shmb_wchar *name, uint64_t bytes,
                                const shmb_request_options *options, shmb_request_info *info)
{
    return request_call_wide(SHMB_REQUEST_MAKE, name, bytes, options, info);
}

int32_t SHMB_CALL shmb_request_ask(const char *name, uint64_t bytes,
                                   const shmb_request_options *options, shmb_request_info *info)
{
    return request_call(SHMB_REQUEST_ASK, name, bytes, options, info);
}

int32_t SHMB_CALL shmb_request_askW(const shmb_wchar *name, uint64_t bytes,
                                    const shmb_request_options *options, shmb_request_info *info)
{
    return request_call_wide(SHMB_REQUEST_ASK, name, bytes, options, info);
}

int32_t SHMB_CALL shmb_release(const char *name, uint32_t timeout_ms)
{
    struct shmb_request_options options = {.size = sizeof(options), .timeout_ms = timeout_ms};

    return request_call(SHMB_REQUEST_RELEASE, name, 0, &options, NULL);
}

int32_t SHMB_CALL shmb_releaseW(const shmb_wchar *name, uint32_t timeout_ms)
{
    struct shmb_request_options options = {.size = sizeof(options), .timeout_ms = timeout_ms};

    return request_call_wide(SHMB_REQUEST_RELEASE, name, 0, &options, NULL);
}

/* Writes the sentence, or false: the result says it all. */
static bool answer_text(int32_t result, const shmb_request_info *given,
                        char out[SHMB_REQUEST_TEXT_MAX])
{
    struct shmb_request_answer answer = {0};
    struct shmb_request_info info;

    if (result >= 0 || !sized_valid(given, SHMB_REQUEST_INFO_SIZE_MIN) ||
        !sized_take(given, SHMB_REQUEST_INFO_SIZE_MIN, &info, sizeof(info)) ||
        info.reason == SHMB_REASON_NONE || info.reason == SHMB_REASON_SYSTEM)
        return false;
    if (result == SHMB_BAD_NAME) {
        strcpy(out,
               "the broker gives nothing this name: it has a character that nobody sees, or is "
               "too long for those of a lock and the like behind it");
        return true;
    }
    answer.reason = (enum shmb_request_reason)info.reason;
    answer.used = info.used;
    answer.most = info.most;
    answer.size = result == SHMB_WRONG_KIND ? 0 : info.bytes;
    answer.retry_ms = info.retry_ms;
    info.rule[sizeof(info.rule) - 1] = '\0';
    strcpy(answer.rule, info.rule);
    shmb_request_text_answer(&answer, out, SHMB_REQUEST_TEXT_MAX);
    return true;
}

int32_t SHMB_CALL shmb_request_text(int32_t result, const shmb_request_info *info, char *buffer,
                                    uint32_t size)
{
    char text[SHMB_REQUEST_TEXT_MAX];

    return answer_text(result, info, text) ? result_text_give(text, buffer, size)
                                           : shmb_result_text(result, buffer, size);
}

int32_t SHMB_CALL shmb_request_textW(int32_t result, const shmb_request_info *info,
                                     shmb_wchar *buffer, uint32_t size)
{
    char text[SHMB_REQUEST_TEXT_MAX];

    return answer_text(result, info, text) ? result_text_give_wide(text, buffer, size)
                                           : shmb_result_textW(result, buffer, size);
}

/* What the broker says and what the caller sees have the same numbers. */
#define SAME(name) _Static_assert((int)SHMB_WHY_##name == (int)SHMB_REASON_##name, #name)
SAME(NONE);
SAME(NO_RULE);
SAME(WHO);
SAME(KIND);
SAME(SIZE);
SAME(EACH_OBJECTS);
SAME(EACH_MEMORY);
SAME(TOTAL_OBJECTS);
SAME(TOTAL_MEMORY);
SAME(LIMITS);
SAME(RATE);
SAME(TAKEN);
SAME(FOREIGN);
SAME(OTHER);
SAME(NO_ACCESS);
SAME(NOT_REQUESTED);
SAME(NOT_YOURS);
SAME(LIVES);
SAME(STOPPING);
SAME(SYSTEM);
SAME(MESSAGE);
SAME(NO_PIPE);
_Static_assert(SHMB_WHY_COUNT == 22, "each has one");

_Static_assert(sizeof(struct shmb_request_options) == 24 + 2 * sizeof(void *),
               "no padding: a later member must not lie where older programs have none");
_Static_assert(offsetof(struct shmb_request_options, owner) == SHMB_REQUEST_OPTIONS_SIZE_MIN,
               "the first version's options end here");
_Static_assert(offsetof(struct shmb_request_info, rule) == SHMB_REQUEST_INFO_SIZE_MIN,
               "the text is last");
_Static_assert(sizeof(struct shmb_request_info) == 112, "one layout in both bitnesses");
_Static_assert(SHMB_RULE_SIZE > SHMB_RULE_NAME_MAX, "every rule's name fits");
_Static_assert(SHMB_KIND_SEGMENT == SHMB_SECTION && SHMB_KIND_MUTEX == SHMB_MUTEX &&
                   SHMB_KIND_EVENT == SHMB_EVENT && SHMB_KIND_SEMAPHORE == SHMB_SEMAPHORE,
               "kinds are passed on as they are");
