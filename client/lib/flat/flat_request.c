/* Objects on request, for languages without structures. */
#include "shmb_flat.h"

#include "flat_table.h"
#include "result.h"

/* What a caller asks for; shmb_request has the rest of the checks. */
static int32_t request(const shmb_wchar *name, int32_t size,
                       const struct shmb_request_options *options, bool only_ask)
{
    shmb_request_info info = {.size = sizeof(info)};
    int32_t result;

    if (size < 0)
        return result_end_plain(SHMB_BAD_ARGUMENT);
    result = only_ask ? shmb_request_askW(name, (uint32_t)size, options, &info)
                      : shmb_requestW(name, (uint32_t)size, options, &info);
    return result == SHMB_OK ? (int32_t)info.made : result;
}

static shmb_request_options options_for(int32_t kind, int32_t wait_ms)
{
    shmb_request_options options = {
        .size = sizeof(options), .kind = (uint32_t)kind, .timeout_ms = flat_time(wait_ms)};

    return options;
}

int32_t SHMB_CALL shmbf_requestW(const shmb_wchar *name, int32_t kind, int32_t size,
                                 int32_t wait_ms)
{
    shmb_request_options options = options_for(kind, wait_ms);

    return request(name, size, &options, false);
}

int32_t SHMB_CALL shmbf_request(const char *name, int32_t kind, int32_t size, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_requestW(flat_widen(name, wide), kind, size, wait_ms);
}

int32_t SHMB_CALL shmbf_request_askW(const shmb_wchar *name, int32_t kind, int32_t size,
                                     int32_t wait_ms)
{
    shmb_request_options options = options_for(kind, wait_ms);

    return request(name, size, &options, true);
}

int32_t SHMB_CALL shmbf_request_ask(const char *name, int32_t kind, int32_t size, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_request_askW(flat_widen(name, wide), kind, size, wait_ms);
}

int32_t SHMB_CALL shmbf_request_eventW(const shmb_wchar *name, int32_t flags, int32_t wait_ms)
{
    shmb_request_options options = options_for(SHMB_KIND_EVENT, wait_ms);

    options.flags = (uint32_t)flags;
    return request(name, 0, &options, false);
}

int32_t SHMB_CALL shmbf_request_event(const char *name, int32_t flags, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_request_eventW(flat_widen(name, wide), flags, wait_ms);
}

int32_t SHMB_CALL shmbf_request_semaphoreW(const shmb_wchar *name, int32_t initial, int32_t maximum,
                                           int32_t wait_ms)
{
    shmb_request_options options = options_for(SHMB_KIND_SEMAPHORE, wait_ms);

    options.initial = initial;
    options.maximum = maximum;
    return request(name, 0, &options, false);
}

int32_t SHMB_CALL shmbf_request_semaphore(const char *name, int32_t initial, int32_t maximum,
                                          int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_request_semaphoreW(flat_widen(name, wide), initial, maximum, wait_ms);
}

int32_t SHMB_CALL shmbf_request_reason(void)
{
    return (int32_t)result_request_reason();
}

int32_t SHMB_CALL shmbf_releaseW(const shmb_wchar *name, int32_t wait_ms)
{
    return shmb_releaseW(name, flat_time(wait_ms));
}

int32_t SHMB_CALL shmbf_release(const char *name, int32_t wait_ms)
{
    shmb_wchar wide[OBJECT_NAME_WIDE_MAX + 1];

    return shmbf_releaseW(flat_widen(name, wide), wait_ms);
}
