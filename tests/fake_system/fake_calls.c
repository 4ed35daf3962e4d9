/*
 * Records each call, and makes fail what is to fail.
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

void *fake_add(struct list *list, size_t size)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->at = realloc(list->at, list->capacity * size);
        assert_non_null(list->at);
    }
    memset((char *)list->at + list->count * size, 0, size);
    return (char *)list->at + list->count++ * size;
}

char *fake_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *made = malloc(size);

    assert_non_null(made);
    memcpy(made, text, size);
    return made;
}

const char *fake_value(const struct list *list, const char *key)
{
    const struct pair *pairs = list->at;
    size_t i;

    for (i = list->count; i-- > 0;)
        if (strcmp(pairs[i].key, key) == 0)
            return pairs[i].value;
    return NULL;
}

void fake_add_pair(struct list *list, const char *key, const char *value)
{
    struct pair *pair = fake_add(list, sizeof(*pair));

    pair->key = fake_text(key);
    pair->value = fake_text(value);
}

void fake_free_pairs(struct list *list)
{
    struct pair *pairs = list->at;
    size_t i;

    for (i = 0; i < list->count; i++) {
        free(pairs[i].key);
        free(pairs[i].value);
    }
    free(list->at);
}

/*
 * What a call may say where a test wants SYS_TAKEN of it: only create and link find foreign
 * objects and listen a foreign pipe, the claim finds another broker.
 */
static enum sys_status allowed(enum fake_call call, enum sys_status status)
{
    if (status != SYS_TAKEN || call == FAKE_CREATE || call == FAKE_LINK || call == FAKE_LISTEN)
        return status;
    return call == FAKE_CLAIM ? SYS_SECOND_BROKER : SYS_FAILED;
}

/* Records a call and decides whether it is to fail. */
enum sys_status fake_called(struct fake *fake, enum fake_call call, const char *name)
{
    struct fake_record *made = fake_add(&fake->records, sizeof(*made));

    made->call = call;
    made->name = fake_text(name);
    fake->counts[call]++;
    if (call >= FAKE_CAN_FAIL)
        return SYS_OK;
    fake->can_fail++;
    fake->crashed |= fake->can_fail == fake->crash_nth;
    if (fake->crashed)
        fake_break_ties(fake);
    if (fake->crashed)
        made->status = SYS_FAILED;
    else if (fake->can_fail == fake->fail_nth)
        made->status = fake->fail_nth_status;
    else if (call == fake->fail_call &&
             (fake->fail_name == NULL || strcmp(fake->fail_name, name) == 0))
        made->status = fake->fail_status;
    made->status = allowed(call, made->status);
    if (made->status != SYS_OK)
        fake->failed = call;
    return made->status;
}

enum sys_status fake_refuse(struct fake *fake, enum sys_status status, const char *call,
                            struct sys_failure *why)
{
    struct fake_record *last = (struct fake_record *)fake->records.at + fake->records.count - 1;

    last->status = status;
    (void)failure_reason(why, status, "made to fail");
    if (why != NULL) {
        why->code = FAKE_CODE;
        why->call = call;
    }
    fake_busy--;
    return status;
}

enum sys_status fake_done(void)
{
    fake_busy--;
    return SYS_OK;
}

/* The same, where others can see that something has changed. */
enum sys_status fake_effected(struct fake *fake)
{
    if (fake->on_effect != NULL)
        fake->on_effect(fake);
    return fake_done();
}

void fake_fail_nth(struct fake *fake, size_t n, enum sys_status status)
{
    fake->fail_nth = n;
    fake->fail_nth_status = status;
}

void fake_crash_nth(struct fake *fake, size_t n)
{
    fake->crashed = false;
    fake->crash_nth = n == 0 ? 0 : fake->can_fail + n;
}

void fake_fail(struct fake *fake, enum fake_call call, const char *name, enum sys_status status)
{
    fake_mend(fake);
    fake->fail_call = call;
    fake->fail_name = name != NULL ? fake_text(name) : NULL;
    fake->fail_status = status;
}

void fake_mend(struct fake *fake)
{
    fake->fail_call = FAKE_CALL_COUNT;
    free(fake->fail_name);
    fake->fail_name = NULL;
}

void fake_on_effect(struct fake *fake, void (*on_effect)(struct fake *fake))
{
    fake->on_effect = on_effect;
}

size_t fake_calls(const struct fake *fake, enum fake_call call)
{
    return fake->counts[call];
}

size_t fake_can_fail_calls(const struct fake *fake)
{
    return fake->can_fail;
}

const struct fake_record *fake_records(const struct fake *fake, size_t *count)
{
    *count = fake->records.count;
    return fake->records.at;
}

enum fake_call fake_failed(const struct fake *fake)
{
    return fake->failed;
}
