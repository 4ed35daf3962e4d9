#include "misfit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

static const char *article(enum shmb_kind kind)
{
    return kind == SHMB_EVENT ? "an" : "a";
}

bool misfit_of_object(const struct sys_spec *live, const struct sys_spec *wanted, char *out,
                      size_t size)
{
    if (size > 0)
        out[0] = '\0';
    if (live->kind != wanted->kind)
        (void)snprintf(out, size, "it is %s %s and cannot become %s %s", article(live->kind),
                       shmb_kind_word(live->kind), article(wanted->kind),
                       shmb_kind_word(wanted->kind));
    else if (live->kind == SHMB_SECTION && live->size != wanted->size)
        (void)snprintf(out, size, "the size cannot change from %" PRIu64 " to %" PRIu64 " bytes",
                       live->size, wanted->size);
    else if (live->kind == SHMB_EVENT && live->manual_reset != wanted->manual_reset)
        (void)snprintf(out, size, "the reset cannot change from %s to %s",
                       live->manual_reset ? "manual" : "auto",
                       wanted->manual_reset ? "manual" : "auto");
    else if (live->kind == SHMB_SEMAPHORE && live->maximum != wanted->maximum)
        (void)snprintf(out, size, "the maximum cannot change from %" PRId32 " to %" PRId32,
                       live->maximum, wanted->maximum);
    else
        return false;
    return true;
}

static bool same_lock(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0 || shmb_name_same(a, strlen(a), b, strlen(b));
}

bool misfit_of_lock(const char *live, const char *wanted, char *out, size_t size)
{
    if (size > 0)
        out[0] = '\0';
    if (same_lock(live, wanted))
        return false;
    (void)snprintf(out, size, "the lock cannot change from %s to %s", live != NULL ? live : "none",
                   wanted != NULL ? wanted : "none");
    return true;
}
