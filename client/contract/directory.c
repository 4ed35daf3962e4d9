/*
 * The reading side of the directory. Every shared value is read once, into a local copy,
 * and then checked: it can change at any time. Only names stay where they are, with a
 * length from the copy.
 */
#include "directory.h"

#include <string.h>

#include "access.h"
#include "compiler.h"
#include "names.h"

static bool all_zero(const uint8_t *bytes, size_t length)
{
    static const uint8_t zeros[64];

    return length <= sizeof(zeros) && memcmp(bytes, zeros, length) == 0;
}

/* Does the part [offset, offset + length) lie within `size`? */
static bool within(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

/* The fixed part of the root. Reserved bytes count: a later version may give them a meaning. */
static enum shmb_read root_header(const struct shmb_root *root)
{
    if (root->magic != SHMB_ROOT_MAGIC || root->size != SHMB_ROOT_SIZE)
        return SHMB_READ_CORRUPT;
    if (root->abi_version != SHMB_ABI_VERSION)
        return SHMB_READ_VERSION;
    if (!all_zero(root->reserved0, sizeof(root->reserved0)))
        return SHMB_READ_CORRUPT;
    return SHMB_READ_OK;
}

enum shmb_read shmb_root_read(const void *bytes, size_t size, struct shmb_root_slot *out)
{
    const struct shmb_root *root = bytes;
    enum shmb_read verdict;
    uint32_t publication;

    memset(out, 0, sizeof(*out));
    if (size < sizeof(*root))
        return SHMB_READ_CORRUPT;
    publication = shmb_load32(&root->publication);
    if (publication == 0 && shmb_load32(&root->magic) == 0)
        return SHMB_READ_EMPTY; /* the header is not complete: its magic is written last */
    verdict = root_header(root);
    if (verdict != SHMB_READ_OK)
        return verdict;
    if (publication == 0)
        return SHMB_READ_EMPTY;
    /*
     * The broker may refill this slot meanwhile: only the second load of the count shows
     * whether the copy is whole.
     */
    memcpy(out, &root->slot[publication & 1], sizeof(*out));
    shmb_fence_acquire();
    if (shmb_load32(&root->publication) != publication)
        verdict = SHMB_READ_AGAIN;
    else if (out->table_size < sizeof(struct shmb_table) || out->table_size > SHMB_TABLE_MAX ||
             !all_zero(out->reserved, sizeof(out->reserved)))
        verdict = SHMB_READ_CORRUPT;
    if (verdict != SHMB_READ_OK)
        memset(out, 0, sizeof(*out));
    return verdict;
}

void shmb_root_version(const void *bytes, char out[SHMB_ROOT_VERSION])
{
    const struct shmb_root *root = bytes;
    size_t i;

    memcpy(out, root->version, SHMB_ROOT_VERSION);
    out[SHMB_ROOT_VERSION - 1] = '\0';
    for (i = 0; out[i] != '\0'; i++)
        if (out[i] < '!' || out[i] > '~') {
            out[0] = '\0';
            return;
        }
}

static const char digits[] = "0123456789abcdef";

static void write_suffix(const uint8_t suffix[SHMB_SUFFIX_BYTES], char *out)
{
    size_t i;

    for (i = 0; i < SHMB_SUFFIX_BYTES; i++) {
        *out++ = digits[suffix[i] >> 4];
        *out++ = digits[suffix[i] & 15];
    }
    *out = '\0';
}

void shmb_table_name(const uint8_t suffix[SHMB_SUFFIX_BYTES], char out[SHMB_TABLE_NAME_BYTES])
{
    memcpy(out, SHMB_TABLE_PREFIX, strlen(SHMB_TABLE_PREFIX));
    write_suffix(suffix, out + strlen(SHMB_TABLE_PREFIX));
}

void shmb_stand_in_name(const char *name, const uint8_t suffix[SHMB_SUFFIX_BYTES],
                        char out[SHMB_STAND_IN_BYTES])
{
    size_t length = strlen(name);

    memcpy(out, name, length);
    out[length] = '.';
    write_suffix(suffix, out + length + 1);
}

bool shmb_is_stand_in(const char *text, const char *name)
{
    size_t length = strlen(name);

    return strncmp(text, name, length) == 0 && text[length] == '.' &&
           strlen(text + length + 1) == 2 * SHMB_SUFFIX_BYTES &&
           strspn(text + length + 1, digits) == 2 * SHMB_SUFFIX_BYTES;
}

/* Is `count` a power of two? */
static bool power_of_two(uint32_t count)
{
    return count != 0 && (count & (count - 1)) == 0;
}

enum shmb_read shmb_table_check(const void *bytes, size_t size, const struct shmb_root_slot *slot,
                                struct shmb_table_view *out)
{
    struct shmb_table table;

    memset(out, 0, sizeof(*out));
    if (size < sizeof(table) || size < slot->table_size || slot->table_size < sizeof(table))
        return SHMB_READ_CORRUPT;
    memcpy(&table, bytes, sizeof(table));
    if (table.magic != SHMB_TABLE_MAGIC)
        return SHMB_READ_CORRUPT;
    if (table.abi_version != SHMB_ABI_VERSION)
        return SHMB_READ_VERSION;
    /* Slot and table must agree: a section of this name need not be the table. */
    if (table.header_size != sizeof(table) || table.entry_size != sizeof(struct shmb_entry) ||
        table.total_size != slot->table_size || table.entry_count != slot->entry_count ||
        table.revision != slot->revision ||
        memcmp(table.suffix, slot->suffix, sizeof(table.suffix)) != 0 ||
        !all_zero(table.reserved, sizeof(table.reserved)))
        return SHMB_READ_CORRUPT;
    /* Entries, buckets and texts must each lie within the table; they need not be apart. */
    if (!within(sizeof(table), (uint64_t)table.entry_count * sizeof(struct shmb_entry),
                table.total_size) ||
        !power_of_two(table.bucket_count) || table.buckets_offset % sizeof(uint32_t) != 0 ||
        !within(table.buckets_offset, (uint64_t)table.bucket_count * sizeof(uint32_t),
                table.total_size) ||
        !within(table.texts_offset, table.texts_size, table.total_size))
        return SHMB_READ_CORRUPT;
    out->bytes = bytes;
    out->entry_count = table.entry_count;
    out->bucket_count = table.bucket_count;
    out->buckets_offset = table.buckets_offset;
    out->texts_offset = table.texts_offset;
    out->texts_size = table.texts_size;
    out->revision = table.revision;
    return SHMB_READ_OK;
}

/*
 * The text of a name. NULL: outside the texts, or not a valid name.
 *
 * Only the broker writes a table, so the rules of the configuration are not checked again: words
 * and prefixes that are reserved. What a caller relies on is: the text is mapped, it fits
 * SHMB_NAME_BYTES, it has no NUL (it would name another object) and no other control character
 * (it goes to screens), and no backslash leads out of Global\ (a lock is opened by this name).
 */
static const char *name_text(const struct shmb_table_view *view, struct shmb_text_ref ref)
{
    const char *text;

    if (ref.length == 0 || !within(ref.offset, ref.length, view->texts_size))
        return NULL;
    text = (const char *)view->bytes + view->texts_offset + ref.offset;
    if (ref.length <= SHMB_NAME_MAX && shmb_name_is_plain(text, ref.length))
        return text; /* nearly every name */
    return shmb_name_check(text, ref.length, NULL, NULL) == SHMB_NAME_OK ? text : NULL;
}

/* Checks kind, state, flags and link. name_text checks the texts, control.c the block. */
static bool entry_is_sound(const struct shmb_entry *entry, const struct shmb_table_view *view)
{
    bool has_lock = entry->lock_kind != SHMB_ENTRY_LOCK_NONE;
    bool is_queue = entry->kind == SHMB_QUEUE;

    return entry->kind < SHMB_KIND_COUNT && entry->state >= SHMB_ENTRY_HELD &&
           entry->state <= SHMB_ENTRY_FAILED && (entry->flags & ~SHMB_ENTRY_FLAGS) == 0 &&
           entry->lock_kind <= SHMB_ENTRY_LOCK_FAST && (!has_lock || entry->kind == SHMB_SECTION) &&
           (entry->slots != 0) == (entry->slot_count != 0) &&
           entry->slot_count <= SHMB_SLOTS_MOST && entry->next <= view->entry_count &&
           ((entry->kind != SHMB_SECTION && !is_queue) || entry->size != 0) &&
           (entry->queue_slots != 0) == is_queue && (entry->queue_slot_size != 0) == is_queue &&
           all_zero(entry->reserved, sizeof(entry->reserved));
}

/* Reads who has asked for the object. False: it is marked as requested, but the texts are not
 * sound. */
static bool read_request(const struct shmb_table_view *view, struct shmb_entry_view *out)
{
    const struct shmb_entry *entry = &out->entry;

    out->rule = out->account = NULL;
    if ((entry->flags & SHMB_ENTRY_REQUESTED) == 0)
        return entry->rule.length == 0 && entry->account.length == 0;
    if (entry->rule.length > SHMB_RULE_NAME_MAX || entry->account.length > SHMB_ACCOUNT_MAX)
        return false;
    /* Both go to screens, as names do. */
    out->rule = name_text(view, entry->rule);
    out->account = name_text(view, entry->account);
    return out->rule != NULL && out->account != NULL;
}

enum shmb_read shmb_table_entry(const struct shmb_table_view *view, uint32_t index,
                                struct shmb_entry_view *out)
{
    struct shmb_entry *entry = &out->entry;

    if (index >= view->entry_count) {
        memset(out, 0, sizeof(*out));
        return SHMB_READ_CORRUPT;
    }
    out->lock_name = NULL;
    memcpy(entry, view->bytes + sizeof(struct shmb_table) + (size_t)index * sizeof(*entry),
           sizeof(*entry));
    out->name = name_text(view, entry->name);
    if (out->name == NULL || !entry_is_sound(entry, view))
        return SHMB_READ_CORRUPT;
    if (entry->lock_kind != SHMB_ENTRY_LOCK_NONE) {
        out->lock_name = name_text(view, entry->lock_name);
        if (out->lock_name == NULL)
            return SHMB_READ_CORRUPT;
    }
    return read_request(view, out) ? SHMB_READ_OK : SHMB_READ_CORRUPT;
}

enum shmb_read shmb_table_find(const struct shmb_table_view *view, const char *name, size_t length,
                               struct shmb_entry_view *out)
{
    uint32_t hash = shmb_name_hash(name, length), next, followed;

    memset(out, 0, sizeof(*out));
    /* The bucket count is a power of two, so the mask keeps the index within the buckets. */
    memcpy(&next,
           view->bytes + view->buckets_offset +
               (size_t)(hash & (view->bucket_count - 1)) * sizeof(next),
           sizeof(next));
    for (followed = 0; next != 0; followed++) {
        enum shmb_read verdict;

        if (followed >= view->entry_count)
            return SHMB_READ_CORRUPT; /* the links form a circle */
        verdict = shmb_table_entry(view, next - 1, out);
        if (verdict != SHMB_READ_OK)
            return verdict;
        if (out->entry.hash == hash &&
            shmb_name_same(out->name, out->entry.name.length, name, length))
            return SHMB_READ_OK;
        next = out->entry.next;
    }
    memset(out, 0, sizeof(*out));
    return SHMB_READ_EMPTY;
}
