/* What the broker says of a request, and of itself. */
#include "ask_system.h"

#include <stdio.h>
#include <string.h>

#include "shmb.h"

#define ASK_MS 3000u /* people wait */

void doctor_request(void *context, const char *name, uint64_t bytes, struct doctor_request *out)
{
    shmb_request_options options = {.size = sizeof(options), .timeout_ms = ASK_MS};
    shmb_request_info info = {.size = sizeof(info)};
    int32_t result = shmb_request_ask(name, bytes, &options, &info);

    (void)context;
    out->allowed = result == SHMB_OK;
    out->stranger = result == SHMB_NOT_OURS && info.reason == SHMB_REASON_NONE;
    out->asked = out->allowed || out->stranger || info.reason != SHMB_REASON_NONE;
    out->reason = info.reason;
    out->used = info.used;
    out->most = info.most;
    out->bytes = info.bytes;
    out->retry_ms = info.retry_ms;
    (void)snprintf(out->rule, sizeof(out->rule), "%.*s", (int)sizeof(out->rule) - 1, info.rule);
}

void doctor_broker_version(void *context, char out[DOCTOR_VERSION])
{
    shmb_broker_info info = {.size = sizeof(info)};

    (void)context;
    if (shmb_describe_broker(&info) == SHMB_OK)
        (void)snprintf(out, DOCTOR_VERSION, "%.*s", (int)DOCTOR_VERSION - 1, info.version);
}
