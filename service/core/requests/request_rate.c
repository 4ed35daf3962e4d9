/*
 * Instead of what is left, a bucket has the time at which it will be full: one number that needs no
 * update while nobody asks.
 */
#include "request_rate.h"

#include <string.h>

#include "hash.h"

#define MICROSECONDS 1000u
#define BURST        ((uint64_t)REQUEST_BURST_MS * MICROSECONDS)
#define PROBES       8u /* buckets that an account may be in */

static size_t bucket_at(const char *account, size_t probe)
{
    return (shmb_hash_text(SHMB_HASH_START, account) + probe) % REQUEST_RATE_BUCKETS;
}

/* NULL: it has none, which is a full one. */
static struct request_bucket *find(const struct request_rate *rate, const char *account)
{
    size_t i;

    for (i = 0; i < PROBES; i++) {
        const struct request_bucket *bucket = &rate->buckets[bucket_at(account, i)];

        if (strcmp(bucket->account, account) == 0)
            return (struct request_bucket *)(uintptr_t)bucket;
    }
    return NULL;
}

/* The bucket of an account; else one that is full or, if there is none, the one that is next. */
static struct request_bucket *find_or_take(struct request_rate *rate, const char *account)
{
    struct request_bucket *bucket = find(rate, account);
    size_t i;

    if (bucket != NULL)
        return bucket;
    bucket = &rate->buckets[bucket_at(account, 0)];
    for (i = 1; i < PROBES; i++)
        if (rate->buckets[bucket_at(account, i)].full < bucket->full)
            bucket = &rate->buckets[bucket_at(account, i)];
    *bucket = (struct request_bucket){0};
    memcpy(bucket->account, account, strlen(account) + 1);
    return bucket;
}

/* Whole milliseconds, rounded up. */
static uint32_t until(uint64_t then, uint64_t now)
{
    return (uint32_t)((then - now + MICROSECONDS - 1) / MICROSECONDS);
}

bool request_rate_empty(const struct request_rate *rate, const char *account, uint64_t now,
                        uint32_t *retry_ms)
{
    const struct request_bucket *bucket = find(rate, account);

    now *= MICROSECONDS;
    *retry_ms = 0;
    if (bucket == NULL || bucket->full < now + BURST)
        return false;
    *retry_ms = until(bucket->full - BURST + 1, now);
    return true;
}

bool request_rate_take(struct request_rate *rate, const char *account, uint32_t most, uint64_t now,
                       uint32_t *retry_ms)
{
    struct request_bucket *bucket;
    const uint64_t cost = UINT64_C(1000000) / (most > 0 ? most : 1);
    uint64_t full;

    *retry_ms = 0;
    if (strlen(account) >= SYS_SID_MAX)
        return false;
    bucket = find_or_take(rate, account);
    now *= MICROSECONDS;
    full = (bucket->full > now ? bucket->full : now) + cost;
    if (full > now + BURST) {
        *retry_ms = until(full - BURST, now);
        return false;
    }
    bucket->full = full;
    return true;
}
