/*
 * The plan fixes the offsets of entries, buckets and texts; the rows then fill them in order. Each
 * entry becomes the first one of its bucket. publication.c writes straight into the section.
 */
#include "directory_table.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

bool directory_table_plan(struct directory_table *out, uint32_t count, uint64_t texts)
{
    uint64_t total = sizeof(struct shmb_table);

    *out = (struct directory_table){.count = count, .buckets = 1};
    while (out->buckets < count && out->buckets < (1u << 20))
        out->buckets *= 2;
    total += (uint64_t)count * sizeof(struct shmb_entry);
    out->buckets_offset = (uint32_t)total;
    total += (uint64_t)out->buckets * sizeof(uint32_t);
    out->texts_offset = (uint32_t)total;
    out->texts_size = (uint32_t)texts;
    /* The offsets above may have been cut to 32 bits: then the total is too large, too. */
    if (texts > SHMB_TABLE_MAX || total + texts > SHMB_TABLE_MAX)
        return false;
    out->size = (uint32_t)(total + texts);
    return true;
}

void directory_table_begin(struct directory_table *table, void *bytes, struct shmb_root_slot *slot)
{
    struct shmb_table *header = bytes;

    table->bytes = bytes;
    header->magic = SHMB_TABLE_MAGIC;
    header->abi_version = SHMB_ABI_VERSION;
    header->header_size = sizeof(*header);
    header->entry_size = sizeof(struct shmb_entry);
    header->entry_count = table->count;
    header->bucket_count = table->buckets;
    header->buckets_offset = table->buckets_offset;
    header->texts_offset = table->texts_offset;
    header->texts_size = table->texts_size;
    header->total_size = table->size;
    header->revision = slot->revision;
    memcpy(header->suffix, slot->suffix, sizeof(header->suffix));
    slot->table_size = table->size;
    slot->entry_count = table->count;
}

/* Appends a text to the table; NULL: a reference without a text. */
static struct shmb_text_ref put_text(struct directory_table *table, const char *text)
{
    struct shmb_text_ref ref = {0, 0};

    if (text != NULL) {
        ref.offset = table->texts_used;
        ref.length = (uint32_t)strlen(text);
        memcpy(table->bytes + table->texts_offset + ref.offset, text, ref.length);
        table->texts_used += ref.length;
    }
    return ref;
}

uint32_t directory_shared_bytes(struct directory_shared *last, const char *text)
{
    if (text == NULL ||
        (last->text != NULL && (text == last->text || strcmp(text, last->text) == 0)))
        return 0;
    last->text = text;
    return (uint32_t)strlen(text);
}

/* The same for a text that the row before may have, too. */
static struct shmb_text_ref put_shared(struct directory_table *table, struct directory_shared *last,
                                       const char *text)
{
    static const struct shmb_text_ref none;

    if (directory_shared_bytes(last, text) != 0)
        last->ref = put_text(table, text);
    return text != NULL ? last->ref : none;
}

static uint32_t lock_kind(const struct directory_row *row)
{
    if (row->lock_name == NULL)
        return SHMB_ENTRY_LOCK_NONE;
    return row->fast ? SHMB_ENTRY_LOCK_FAST : SHMB_ENTRY_LOCK_MUTEX;
}

void directory_table_add(struct directory_table *table, const struct directory_row *row)
{
    uint32_t *buckets = (uint32_t *)(void *)(table->bytes + table->buckets_offset), *bucket;
    struct shmb_entry *entry =
        (struct shmb_entry *)(void *)(table->bytes + sizeof(struct shmb_table)) + table->added;

    entry->name = put_text(table, row->name);
    entry->kind = (uint32_t)row->kind;
    entry->state = (uint32_t)row->state;
    entry->generation = row->generation;
    entry->size = row->size;
    entry->flags = row->flags;
    entry->lock_kind = lock_kind(row);
    entry->lock_name = put_text(table, row->lock_name);
    entry->control = row->control;
    entry->control_block = row->control_block;
    entry->slots = row->slots;
    entry->slot_count = row->slot_count;
    entry->queue_slots = row->queue_slots;
    entry->queue_slot_size = row->queue_slot_size;
    entry->rule = put_shared(table, &table->rule, row->rule);
    entry->account = put_shared(table, &table->account, row->account);
    entry->initial = row->initial;
    entry->maximum = row->maximum;
    entry->hash = row->hash != 0 ? row->hash : shmb_name_hash(row->name, entry->name.length);
    bucket = &buckets[entry->hash & (table->buckets - 1)];
    entry->next = *bucket;
    *bucket = ++table->added;
}

uint8_t *directory_table_build(const struct directory_row *rows, uint32_t count,
                               struct shmb_root_slot *slot, uint32_t *size)
{
    struct directory_shared rule = {0}, account = {0};
    struct directory_table table;
    uint64_t texts = 0;
    uint8_t *image;
    uint32_t i;

    *size = 0;
    for (i = 0; i < count; i++) {
        texts += strlen(rows[i].name);
        if (rows[i].lock_name != NULL)
            texts += strlen(rows[i].lock_name);
        texts += directory_shared_bytes(&rule, rows[i].rule);
        texts += directory_shared_bytes(&account, rows[i].account);
    }
    image = directory_table_plan(&table, count, texts) ? calloc(1, table.size) : NULL;
    if (image == NULL)
        return NULL;
    directory_table_begin(&table, image, slot);
    for (i = 0; i < count; i++)
        directory_table_add(&table, &rows[i]);
    *size = table.size;
    return image;
}
