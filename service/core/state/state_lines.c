/*
 * A writer adds its line with dots in place of the sum, and finish() then puts in the sum. A reader
 * takes the line apart in place: word() and number() move through it and terminate each part.
 */
#include "state_lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "names.h"

#define HEAD       "shmbroker-state "
#define VERSION    1
#define SUM_DIGITS 8

static uint32_t sum_of(const char *text)
{
    return shmb_hash_bytes(SHMB_HASH_START, text, strcspn(text, "\n"));
}

/* Puts the sum in the place of the 8 dots at the start of the line. */
static void finish(struct text *out, size_t start)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t sum;
    int i;

    if (out->failed)
        return;
    sum = sum_of(out->at + start + SUM_DIGITS + 1);
    for (i = SUM_DIGITS; i-- > 0; sum >>= 4)
        out->at[start + (size_t)i] = digits[sum & 15];
}

void state_line_head(struct text *out, const char *boot)
{
    size_t start;

    text_add(out, HEAD "%d\n", VERSION);
    start = out->length;
    text_add(out, "........ boot %s\n", boot);
    finish(out, start);
}

void state_line_stamp(struct text *out, uint64_t stamp)
{
    size_t start = out->length;

    text_add(out, "........ stamp %" PRIu64 "\n", stamp);
    finish(out, start);
}

void state_line_object(struct text *out, const struct state_record *record)
{
    size_t start = out->length;

    text_add(out, "........ object %s %" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu32 " %s %s\n",
             shmb_kind_word(shmb_kernel_kind(record->kind)), record->size, record->generation,
             record->control, record->block, record->retired ? "retired" : "held", record->name);
    finish(out, start);
    if (record->kind == SHMB_QUEUE) {
        start = out->length;
        text_add(out, "........ queue %" PRIu64 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %s\n",
                 record->generation, record->queue.slots, record->queue.slot_size,
                 record->queue.flags, record->name);
        finish(out, start);
    }
    if (record->lock != NULL) {
        start = out->length;
        text_add(out, "........ lock %" PRIu64 " %s\\%s\n", record->generation, record->name,
                 record->lock);
        finish(out, start);
    }
    if (!record->fast || (record->lock == NULL && record->kind != SHMB_QUEUE))
        return;
    start = out->length;
    text_add(out, "........ fast %" PRIu64 " %" PRIu32 " %s\n", record->generation, record->slots,
             record->name);
    finish(out, start);
}

void state_line_sid(struct text *out, const char *account, const char *sid)
{
    size_t start = out->length;

    text_add(out, "........ sid %s %s\n", sid, account);
    finish(out, start);
}

void state_line_grant(struct text *out, const struct state_grant *grant)
{
    size_t start = out->length;

    text_add(out,
             "........ grant %s %" PRIu64 " %" PRId32 " %" PRId32 " %" PRIu32 " %" PRIu32
             " %" PRIu64 " %s %s\\%s\n",
             shmb_kind_word(grant->kind), grant->size, grant->initial, grant->maximum, grant->flags,
             grant->life, grant->made, grant->account, grant->rule, grant->name);
    finish(out, start);
}

void state_line_copy(struct text *out, const char *name, uint64_t saved)
{
    size_t start = out->length;

    text_add(out, "........ copy %" PRIu64 " %s\n", saved, name);
    finish(out, start);
}

void state_line_keeper(struct text *out, const struct sys_keeper *keeper, bool ended)
{
    size_t start = out->length;

    text_add(out, "........ keeper %" PRIu32 " %" PRIu64 " %s\n", keeper->process, keeper->started,
             ended ? "ended" : "lives");
    finish(out, start);
}

bool state_line_newer(const char *file)
{
    if (strncmp(file, HEAD, sizeof(HEAD) - 1) != 0)
        return false;
    return strtol(file + sizeof(HEAD) - 1, NULL, 10) > VERSION;
}

/* The word at `*at`, terminated in place; `*at` moves past the blank. */
static char *word(char **at)
{
    char *start = *at;

    *at += strcspn(*at, " ");
    if (**at == ' ')
        *(*at)++ = '\0';
    return start;
}

/* A decimal number of at most `most`. */
static bool number(char **at, uint64_t most, uint64_t *out)
{
    const char *text = word(at);

    *out = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(unsigned char)*text - '0';

        if (*text < '0' || *text > '9' || *out > (most - digit) / 10)
            return false;
        *out = *out * 10 + digit;
    }
    return true;
}

static bool kind_of(const char *text, enum shmb_kind *kind)
{
    int i;

    for (i = 0; i < SHMB_KIND_COUNT; i++) {
        *kind = (enum shmb_kind)i;
        if (strcmp(text, shmb_kind_word(*kind)) == 0)
            return true;
    }
    return false;
}

static bool read_object(char *at, struct state_record *out)
{
    uint64_t control, block;
    const char *held;

    if (!kind_of(word(&at), &out->kind) || !number(&at, UINT64_MAX, &out->size) ||
        !number(&at, UINT64_MAX, &out->generation) || !number(&at, UINT32_MAX, &control) ||
        !number(&at, UINT32_MAX, &block))
        return false;
    out->control = (uint32_t)control;
    out->block = (uint32_t)block;
    held = word(&at);
    out->retired = strcmp(held, "retired") == 0;
    out->name = at;
    /* The broker's own sections have reserved names, which shmb_name_check refuses. */
    return shmb_name_check(at, strlen(at), NULL, NULL) == SHMB_NAME_OK ||
           strncmp(at, SHMB_RESERVED_PREFIX, strlen(SHMB_RESERVED_PREFIX)) == 0;
}

/* No name contains a backslash. */
static bool read_lock(char *at, struct state_record *out)
{
    char *lock;

    if (!number(&at, UINT64_MAX, &out->generation))
        return false;
    lock = strchr(at, '\\');
    if (lock == NULL)
        return false;
    *lock++ = '\0';
    out->name = at;
    out->lock = lock;
    return shmb_name_check(at, strlen(at), NULL, NULL) == SHMB_NAME_OK &&
           (*lock == '\0' || shmb_name_check(lock, strlen(lock), NULL, NULL) == SHMB_NAME_OK);
}

static bool read_fast(char *at, struct state_record *out)
{
    uint64_t slots;

    if (!number(&at, UINT64_MAX, &out->generation) || !number(&at, UINT32_MAX, &slots))
        return false;
    out->slots = (uint32_t)slots;
    out->name = at;
    return shmb_name_check(at, strlen(at), NULL, NULL) == SHMB_NAME_OK;
}

static bool read_queue(char *at, struct state_record *out)
{
    uint64_t slots, slot_size, flags;

    if (!number(&at, UINT64_MAX, &out->generation) || !number(&at, UINT32_MAX, &slots) ||
        !number(&at, UINT32_MAX, &slot_size) || !number(&at, UINT32_MAX, &flags))
        return false;
    out->queue = (struct sys_queue){(uint32_t)slots, (uint32_t)slot_size, (uint32_t)flags};
    out->name = at;
    return shmb_name_check(at, strlen(at), NULL, NULL) == SHMB_NAME_OK;
}

/* No name contains a backslash, nor does that of a rule. */
static bool read_grant(char *at, struct state_grant *out)
{
    uint64_t initial, maximum, flags, life;
    char *name;

    if (!kind_of(word(&at), &out->kind) || !number(&at, UINT64_MAX, &out->size) ||
        !number(&at, INT32_MAX, &initial) || !number(&at, INT32_MAX, &maximum) ||
        !number(&at, UINT32_MAX, &flags) || !number(&at, UINT32_MAX, &life) ||
        !number(&at, UINT64_MAX, &out->made))
        return false;
    out->initial = (int32_t)initial;
    out->maximum = (int32_t)maximum;
    out->flags = (uint32_t)flags;
    out->life = (uint32_t)life;
    out->account = word(&at);
    out->rule = at;
    name = strchr(at, '\\');
    if (name == NULL)
        return false;
    *name++ = '\0';
    out->name = name;
    return *out->account != '\0' && strlen(out->account) < SYS_SID_MAX &&
           shmb_name_check(name, strlen(name), NULL, NULL) == SHMB_NAME_OK;
}

static bool read_keeper(char *at, struct state_line *out)
{
    uint64_t process;

    if (!number(&at, UINT32_MAX, &process) || !number(&at, UINT64_MAX, &out->keeper.started))
        return false;
    out->keeper.process = (uint32_t)process;
    out->ended = strcmp(at, "ended") == 0;
    return true;
}

bool state_line_read(char *line, struct state_line *out)
{
    char *at = line, *end;
    const char *what;

    *out = (struct state_line){0};
    if (strncmp(line, HEAD, sizeof(HEAD) - 1) == 0) {
        out->what = STATE_LINE_HEAD;
        return true;
    }
    if (strlen(line) <= SUM_DIGITS || strtoul(word(&at), &end, 16) != sum_of(at) ||
        end != line + SUM_DIGITS)
        return false;
    what = word(&at);
    out->text = at;
    if (strcmp(what, "boot") == 0) {
        out->what = STATE_LINE_BOOT;
    } else if (strcmp(what, "stamp") == 0) {
        out->what = STATE_LINE_STAMP;
        return number(&at, UINT64_MAX, &out->number);
    } else if (strcmp(what, "object") == 0) {
        out->what = STATE_LINE_OBJECT;
        return read_object(at, &out->record);
    } else if (strcmp(what, "lock") == 0) {
        out->what = STATE_LINE_LOCK;
        return read_lock(at, &out->record);
    } else if (strcmp(what, "fast") == 0) {
        out->what = STATE_LINE_FAST;
        return read_fast(at, &out->record);
    } else if (strcmp(what, "queue") == 0) {
        out->what = STATE_LINE_QUEUE;
        return read_queue(at, &out->record);
    } else if (strcmp(what, "grant") == 0) {
        out->what = STATE_LINE_GRANT;
        return read_grant(at, &out->grant);
    } else if (strcmp(what, "keeper") == 0) {
        out->what = STATE_LINE_KEEPER;
        return read_keeper(at, out);
    } else if (strcmp(what, "copy") == 0) {
        out->what = STATE_LINE_COPY;
        if (!number(&at, UINT64_MAX, &out->number))
            return false;
        out->text = at;
        return shmb_name_check(at, strlen(at), NULL, NULL) == SHMB_NAME_OK;
    } else if (strcmp(what, "sid") == 0) {
        out->what = STATE_LINE_SID;
        out->sid = word(&at);
        out->text = at;
        return strlen(out->sid) < SYS_SID_MAX && *at != '\0';
    }
    return true;
}
