#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Where the parts of a table lie. */
struct plan {
    uint32_t buckets, buckets_offset, texts_offset, texts_size, total;
};

static int plan_table(const struct table_row *rows, uint32_t count, struct plan *plan)
{
    uint64_t texts = 0, total = sizeof(struct shmb_table);
    uint32_t i;

    for (i = 0; i < count; i++) {
        texts += strlen(rows[i].name);
        if (rows[i].lock_name != NULL)
            texts += strlen(rows[i].lock_name);
    }
    plan->buckets = 1;
    while (plan->buckets < count && plan->buckets < (1u << 20))
        plan->buckets *= 2;
    total += (uint64_t)count * sizeof(struct shmb_entry);
    plan->buckets_offset = (uint32_t)total;
    total += (uint64_t)plan->buckets * sizeof(uint32_t);
    plan->texts_offset = (uint32_t)total;
    plan->texts_size = (uint32_t)texts;
    total += texts;
    plan->total = (uint32_t)total;
    return total <= SHMB_TABLE_MAX;
}

static struct shmb_text_ref put_text(uint8_t *texts, uint32_t *used, const char *text)
{
    struct shmb_text_ref ref = {0, 0};

    if (text != NULL) {
        ref.offset = *used;
        ref.length = (uint32_t)strlen(text);
        memcpy(texts + *used, text, ref.length);
        *used += ref.length;
    }
    return ref;
}

static void put_entry(uint8_t *image, const struct plan *plan, uint32_t index,
                      const struct table_row *row, uint32_t *texts_used)
{
    uint32_t *buckets = (uint32_t *)(void *)(image + plan->buckets_offset), *bucket;
    struct shmb_entry *entry =
        (struct shmb_entry *)(void *)(image + sizeof(struct shmb_table)) + index;
    uint8_t *texts = image + plan->texts_offset;

    entry->name = put_text(texts, texts_used, row->name);
    entry->kind = (uint32_t)row->kind;
    entry->state = (uint32_t)row->state;
    entry->generation = row->generation;
    entry->size = row->size;
    entry->flags = row->flags;
    entry->lock_kind = row->lock_name != NULL ? SHMB_ENTRY_LOCK_MUTEX : SHMB_ENTRY_LOCK_NONE;
    entry->lock_name = put_text(texts, texts_used, row->lock_name);
    entry->control = row->control;
    entry->control_block = row->control_block;
    entry->initial = row->initial;
    entry->maximum = row->maximum;
    entry->hash = shmb_name_hash(row->name, entry->name.length);
    bucket = &buckets[entry->hash & (plan->buckets - 1)];
    entry->next = *bucket;
    *bucket = index + 1;
}

uint8_t *table_build(const struct table_row *rows, uint32_t count, struct shmb_root_slot *slot,
                     uint32_t *size)
{
    struct shmb_table *table;
    struct plan plan;
    uint32_t i, texts_used = 0;
    uint8_t *image;

    *size = 0;
    if (!plan_table(rows, count, &plan))
        return NULL;
    image = calloc(1, plan.total);
    if (image == NULL)
        return NULL;
    table = (struct shmb_table *)(void *)image;
    table->magic = SHMB_TABLE_MAGIC;
    table->abi_version = SHMB_ABI_VERSION;
    table->header_size = sizeof(*table);
    table->entry_size = sizeof(struct shmb_entry);
    table->entry_count = count;
    table->bucket_count = plan.buckets;
    table->buckets_offset = plan.buckets_offset;
    table->texts_offset = plan.texts_offset;
    table->texts_size = plan.texts_size;
    table->total_size = plan.total;
    table->revision = slot->revision;
    memcpy(table->suffix, slot->suffix, sizeof(table->suffix));
    for (i = 0; i < count; i++)
        put_entry(image, &plan, i, &rows[i], &texts_used);
    slot->table_size = plan.total;
    slot->entry_count = count;
    *size = plan.total;
    return image;
}

uint32_t control_size(uint32_t blocks)
{
    return (uint32_t)sizeof(struct shmb_control) + blocks * (uint32_t)sizeof(struct shmb_block);
}

void control_header(uint32_t number, uint32_t blocks, struct shmb_control *out)
{
    memset(out, 0, sizeof(*out));
    out->magic = SHMB_CONTROL_MAGIC;
    out->abi_version = SHMB_ABI_VERSION;
    out->header_size = sizeof(*out);
    out->block_size = sizeof(struct shmb_block);
    out->block_count = blocks;
    out->total_size = control_size(blocks);
    out->number = number;
}
