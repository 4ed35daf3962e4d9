/*
 * Comparison, hash and prefixes all go through next_folded, so that they agree on case. The
 * hash is shared with clients in the directory: neither it nor the fold table may change.
 */
#include "names.h"

#include <string.h>

#include "fold_table.h"
#include "hash.h"
#include "suggest.h"
#include "utf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const shmb_queue_suffixes[SHMB_QUEUE_EVENTS] = {
    SHMB_LOCK_SUFFIX, SHMB_QUEUE_ITEMS_SUFFIX, SHMB_QUEUE_ROOM_SUFFIX};

uint32_t shmb_name_fold(uint32_t point)
{
    /* Searches the sorted runs for the one that contains the point. */
    size_t low = 0, high = COUNT(fold_runs);

    if (point < 0x80u)
        return point >= 'a' && point <= 'z' ? point - ('a' - 'A') : point;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct fold_run *run = &fold_runs[middle];

        if (point < run->first)
            high = middle;
        else if (point > run->last)
            low = middle + 1;
        else if ((point - run->first) % run->step != 0)
            return point; /* in runs with step 2, upper-case letters are in between */
        else
            return (uint32_t)((int32_t)point + run->distance);
    }
    return point;
}

/* Reads the next code point in upper case. An ill-formed byte gets a value beyond Unicode. */
static uint32_t next_folded(const char **at, const char *end)
{
    uint32_t point = (unsigned char)**at;

    if (point < 0x80u) { /* nearly every character: no need to decode it */
        *at += 1;
        return shmb_name_fold(point);
    }
    point = shmb_utf8_next(at, end);
    if (point != UINT32_MAX)
        return shmb_name_fold(point);
    point = 0x80000000u | (unsigned char)**at;
    *at += 1;
    return point;
}

bool shmb_name_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const char *a_end = a + a_length, *b_end = b + b_length;

    /* Most names are spelled alike, and equal bytes need no decoding. */
    if (a_length == b_length && memcmp(a, b, a_length) == 0)
        return true;
    while (a < a_end && b < b_end)
        if (next_folded(&a, a_end) != next_folded(&b, b_end))
            return false;
    return a == a_end && b == b_end;
}

/* Over code points, not bytes. */
uint32_t shmb_name_hash_more(uint32_t hash, const char *text, size_t length)
{
    const char *end = text + length;

    while (text < end)
        hash = shmb_hash_add(hash, next_folded(&text, end));
    return hash;
}

uint32_t shmb_name_hash(const char *text, size_t length)
{
    return shmb_name_hash_more(SHMB_HASH_START, text, length);
}

/* The rest of the text after the prefix. NULL: the text does not start with it. */
static const char *behind_prefix(const char *text, const char *end, const char *prefix)
{
    const char *prefix_end = prefix + strlen(prefix);

    while (prefix < prefix_end)
        if (text == end || next_folded(&text, end) != next_folded(&prefix, prefix_end))
            return NULL;
    return text;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
    return behind_prefix(text, text + length, prefix) != NULL;
}

static bool is_reserved_word(const char *text, size_t length, bool plain)
{
    static const char *const words[] = {"Global", "Local", "Session", "Restricted",
                                        "AppContainerNamedObjects"};
    size_t i;

    for (i = 0; i < COUNT(words); i++)
        if ((!plain || length == strlen(words[i])) &&
            shmb_name_same(text, length, words[i], strlen(words[i])))
            return true;
    return false;
}

static bool has_control(const char *text, size_t length)
{
    const char *end = text + length;

    while (text < end) {
        uint32_t point;

        text += shmb_plain_run(text, (size_t)(end - text));
        if (text == end)
            break;
        point = shmb_utf8_next(&text, end);
        if (point < 0x20u || (point >= 0x7Fu && point <= 0x9Fu))
            return true;
    }
    return false;
}

const char *shmb_name_behind_mistyped(const char *text, size_t length)
{
    static const char *const words[] = {"Global", "Local", "Session"};
    const char *end = text + length, *at = text;

    while (at < end && *at != '\\' && *at != '/')
        at++;
    if (at == text || at == end || behind_prefix(text, end, SHMB_GLOBAL_PREFIX) != NULL ||
        suggest_word(text, (size_t)(at - text), words, COUNT(words)) == NULL)
        return NULL;
    while (at < end && (*at == '\\' || *at == '/'))
        at++;
    return at;
}

/* Eight bytes of a plain name, as shmb_plain_run tests them; the last part finds a backslash. */
static bool is_plain_part(const char *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80u;
    uint64_t bytes, differ;

    memcpy(&bytes, text, sizeof(bytes));
    differ = bytes ^ (ones * '\\');
    return (((bytes - ones * 0x20u) | (bytes + ones) | bytes | ((differ - ones) & ~differ)) &
            high) == 0;
}

bool shmb_name_is_plain(const char *text, size_t length)
{
    size_t i;

    if (length < 8) {
        for (i = 0; i < length; i++)
            if (text[i] < ' ' || text[i] >= 0x7F || text[i] == '\\')
                return false;
        return true;
    }
    for (i = 0; i + 8 <= length; i += 8)
        if (!is_plain_part(text + i))
            return false;
    return is_plain_part(text + length - 8);
}

enum shmb_name_fault shmb_name_check(const char *text, size_t length, const char **bare,
                                     size_t *bare_length)
{
    const char *behind = behind_prefix(text, text + length, SHMB_GLOBAL_PREFIX);
    size_t units;
    bool plain;

    /*
     * From here on the text is the bare name. The order of the checks decides which fault is
     * reported.
     */
    if (behind != NULL) {
        length -= (size_t)(behind - text);
        text = behind;
    }
    if (length == 0)
        return SHMB_NAME_EMPTY;
    plain = shmb_name_is_plain(text, length);
    units = plain ? length : shmb_utf8_to_utf16(text, length, NULL, 0);
    if (units == SHMB_UTF_BAD)
        return SHMB_NAME_NOT_UTF8;
    if (units > SHMB_NAME_MAX)
        return SHMB_NAME_TOO_LONG;
    if (!plain && has_control(text, length))
        return SHMB_NAME_CONTROL;
    if (!plain && memchr(text, '\\', length) != NULL)
        return starts_with(text, length, "Local\\") || starts_with(text, length, "Session\\")
                   ? SHMB_NAME_OTHER_PREFIX
                   : SHMB_NAME_BACKSLASH;
    if (is_reserved_word(text, length, plain))
        return SHMB_NAME_RESERVED_WORD;
    if (starts_with(text, length, SHMB_RESERVED_PREFIX))
        return SHMB_NAME_RESERVED;
    if (bare != NULL)
        *bare = text;
    if (bare_length != NULL)
        *bare_length = length;
    return SHMB_NAME_OK;
}

static bool is_plain(const char *name)
{
    for (; *name != '\0'; name++) {
        const unsigned char byte = (unsigned char)*name;
        const uint32_t upper = shmb_name_fold(byte);

        if (byte < 0x80 && (upper < 'A' || upper > 'Z') && (byte < '0' || byte > '9') &&
            strchr(".-_", byte) == NULL)
            return false;
    }
    return true;
}

const char *shmb_name_word(const char *name, char out[SHMB_NAME_WORD])
{
    const char *prefix = name[0] == '-' ? SHMB_GLOBAL_PREFIX : "";
    const char *quote = prefix[0] == '\0' && is_plain(name) ? "" : "\"";
    size_t used = strlen(quote) + strlen(prefix), i;

    memcpy(out, quote, strlen(quote));
    memcpy(out + strlen(quote), prefix, strlen(prefix));
    for (i = 0; name[i] != '\0' && used + 4 < SHMB_NAME_WORD; i++) {
        out[used++] = name[i];
        if (name[i] == '"') /* in pairs: so cmd takes nothing behind it for a command */
            out[used++] = '"';
    }
    memcpy(out + used, quote, strlen(quote) + 1);
    return out;
}

const char *shmb_name_fault_text(enum shmb_name_fault fault)
{
    switch (fault) {
    case SHMB_NAME_OK:
        return "the name is valid";
    case SHMB_NAME_EMPTY:
        return "the name is empty; write 1 to 200 characters";
    case SHMB_NAME_TOO_LONG:
        return "the name is longer than 200 UTF-16 units; shorten it";
    case SHMB_NAME_NOT_UTF8:
        return "the name is not valid UTF-8; save the file as UTF-8";
    case SHMB_NAME_CONTROL:
        return "the name contains a control character; remove it";
    case SHMB_NAME_OTHER_PREFIX:
        return "the name is private to one session; remove the prefix, all names are Global\\ here";
    case SHMB_NAME_BACKSLASH:
        return "the name contains a backslash, which is reserved for the object manager; remove it";
    case SHMB_NAME_RESERVED_WORD:
        return "the name is a word of the object manager; choose another";
    case SHMB_NAME_RESERVED:
        return "names that start with ShmBroker. belong to the broker; choose another";
    }
    return "the name is not allowed";
}
