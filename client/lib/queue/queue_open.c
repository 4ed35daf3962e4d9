/* shmb_queue_open and its variants, and shmb_queue_close. A queue is found in the directory only.
 */
#include <string.h>

#include "broker.h"
#include "lookup.h"
#include "object_name.h"
#include "open_object.h"
#include "queue_handle.h"
#include "trust.h"

/* How often the broker may publish while a queue is being opened. */
#define OPEN_TRIES 100

/* Between two looks at a generation: all tries together last longer than the broker needs. */
#define STALE_PAUSE_MS 15

static int32_t map_all(struct shmb_queue *queue, const struct shmb_entry *entry,
                       struct fault *fault)
{
    const bool writes = queue->rights == SHMB_WRITE;
    /* By the entry's spelling: the kernel distinguishes case, the directory does not. */
    int32_t result =
        open_object(SHMB_QUEUE, queue->name, writes ? SECTION_WRITE_ACCESS : SECTION_READ_ACCESS,
                    queue->owner, &queue->section, fault);

    if (result == SHMB_OK)
        result =
            open_object_map(queue->section, writes ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ,
                            0, entry->size, &queue->view, fault);
    return result == SHMB_OK ? queue_begin(queue, entry, fault) : result;
}

static int32_t open_listed(const struct lookup *lookup, const struct open_request *request,
                           struct shmb_queue **out, struct fault *fault)
{
    struct shmb_entry_view view;
    struct shmb_info info;
    int32_t result = lookup_find(lookup, request->name, &view, fault);

    if (result == SHMB_OK)
        result = open_request_judge(&view.entry, SHMB_QUEUE, fault);
    if (result != SHMB_OK)
        return result;
    lookup_info(&view, &info);
    *out = queue_new(info.name, request->rights, request->owner);
    return *out != NULL ? map_all(*out, &view.entry, fault) : fault_plain(fault, SHMB_NO_MEMORY);
}

/*
 * Another generation than the listed one: the broker is just about to give the queue other slots,
 * which takes it a second at most, or a program has damaged it.
 */
static int32_t check_generation(const struct shmb_queue *queue, struct fault *fault)
{
    return shmb_load64(&queue->ring.header->generation) == queue->ring.generation
               ? SHMB_OK
               : fault_call(fault, SHMB_STALE, REASON_QUEUE_STALE, 0);
}

/* Tries once. `*again`: the broker published meanwhile, so the caller must retry. */
static int32_t attempt(const struct open_request *request, struct shmb_queue **out, bool *again,
                       struct fault *fault)
{
    struct lookup lookup;
    int32_t result = lookup_open(&lookup, request->owner, LOOKUP_ALL, fault);

    *again = false;
    if (result == SHMB_ACCESS_DENIED)
        fault->call = REASON_DENIED_DIRECTORY;
    if (result != SHMB_OK)
        return result;
    result = open_listed(&lookup, request, out, fault);
    if (result == SHMB_OK)
        result = check_generation(*out, fault);
    /* An unchanged root proves that the opened section is the listed one (directory.h). */
    *again = lookup_changed(&lookup);
    lookup_close(&lookup);
    return result;
}

/* Each attempt starts with a new handle: its objects may be of another generation. */
static int32_t open_now(const struct open_request *request, struct shmb_queue **out,
                        struct fault *fault)
{
    int32_t result = SHMB_OK;
    bool again = true;
    int tries;

    for (tries = 0; again && tries < OPEN_TRIES; tries++) {
        queue_free(*out);
        *out = NULL;
        result = attempt(request, out, &again, fault);
        if (result == SHMB_STALE && !again) {
            again = true;
            Sleep(STALE_PAUSE_MS);
        }
    }
    if (result == SHMB_OK && again)
        result = fault_plain(fault, SHMB_NOT_FOUND);
    if (result != SHMB_OK) {
        queue_free(*out);
        *out = NULL;
    }
    return result;
}

static int32_t open_checked(const char *name, const struct shmb_options *given,
                            struct shmb_queue **out, struct fault *fault)
{
    struct open_request request;
    struct broker_wait wait;
    uint32_t wait_ms;
    int32_t result;

    if (out == NULL)
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    *out = NULL;
    result = open_request_read(name, given, &request, &wait_ms, fault);
    if (result != SHMB_OK)
        return result;
    if (request.offset != 0 || request.length != 0) /* a queue has no parts */
        return fault_plain(fault, SHMB_BAD_ARGUMENT);
    broker_wait_begin(&wait, wait_ms);
    do {
        result = open_now(&request, out, fault);
    } while (broker_wait_again(&wait, result));
    return broker_absent(result);
}

int32_t SHMB_CALL shmb_queue_open_with(const char *name, const shmb_options *options,
                                       shmb_queue **queue)
{
    struct fault fault = {CALL_NONE, 0};

    result_begin();
    return result_end(open_checked(name, options, queue, &fault), &fault);
}

int32_t SHMB_CALL shmb_queue_open_withW(const shmb_wchar *name, const shmb_options *options,
                                        shmb_queue **queue)
{
    char narrow[OBJECT_NAME_UTF8_MAX];
    int32_t result = object_name_utf8(name, narrow);

    if (result != SHMB_OK) {
        if (queue != NULL)
            *queue = NULL;
        return result_end_plain(result);
    }
    return shmb_queue_open_with(narrow, options, queue);
}

int32_t SHMB_CALL shmb_queue_open(const char *name, uint32_t rights, uint32_t wait_ms,
                                  shmb_queue **queue)
{
    const shmb_options options = {.size = sizeof(options), .rights = rights, .wait_ms = wait_ms};

    return shmb_queue_open_with(name, &options, queue);
}

int32_t SHMB_CALL shmb_queue_openW(const shmb_wchar *name, uint32_t rights, uint32_t wait_ms,
                                   shmb_queue **queue)
{
    const shmb_options options = {.size = sizeof(options), .rights = rights, .wait_ms = wait_ms};

    return shmb_queue_open_withW(name, &options, queue);
}

int32_t SHMB_CALL shmb_queue_close(shmb_queue *queue)
{
    struct queue_call call = {.queue = queue};

    if (queue != NULL)
        ring_leave(&queue->ring, &call);
    queue_free(queue);
    return SHMB_OK;
}
