/*
 * Any bytes as root, table and control section, through every reader of shared
 * layouts. The memory is exactly as large as the reader is told, so that the
 * sanitizer sees each byte beyond.
 *
 * First byte: what the rest is, and whether it is repaired before, so that the
 * checks behind the first one are reached as well.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "directory.h"
#include "must.h"

#define REPAIR 0x80u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

static void touch(const char *text, size_t length)
{
    size_t i;

    for (i = 0; text != NULL && i < length; i++)
        sink = (uint8_t)text[i];
}

static void read_root(uint8_t *bytes, size_t size, int repair)
{
    struct shmb_root *root = (struct shmb_root *)(void *)bytes;
    struct shmb_root_slot slot;
    char name[SHMB_TABLE_NAME_BYTES];

    if (repair && size >= sizeof(*root)) {
        root->magic = SHMB_ROOT_MAGIC;
        root->abi_version = SHMB_ABI_VERSION;
        root->size = SHMB_ROOT_SIZE;
        memset(root->reserved0, 0, sizeof(root->reserved0));
    }
    if (shmb_root_read(bytes, size, &slot) == SHMB_READ_OK) {
        must(slot.table_size <= SHMB_TABLE_MAX);
        shmb_table_name(slot.suffix, name);
        touch(name, strlen(name));
    }
}

static void repair_table(uint8_t *bytes, size_t size, struct shmb_root_slot *slot)
{
    struct shmb_table *table = (struct shmb_table *)(void *)bytes;

    table->magic = SHMB_TABLE_MAGIC;
    table->abi_version = SHMB_ABI_VERSION;
    table->header_size = sizeof(*table);
    table->entry_size = sizeof(struct shmb_entry);
    table->total_size = (uint32_t)size;
    table->bucket_count = 1u << (table->bucket_count & 15);
    table->entry_count &= 0xFF;
    table->buckets_offset &= 0xFFFC;
    table->texts_offset &= 0xFFFF;
    table->texts_size &= 0xFFFF;
    memset(table->reserved, 0, sizeof(table->reserved));
    slot->table_size = table->total_size;
    slot->entry_count = table->entry_count;
    slot->revision = table->revision;
    memcpy(slot->suffix, table->suffix, sizeof(slot->suffix));
}

static void read_table(uint8_t *bytes, size_t size, int repair)
{
    static const char *const names[] = {"a", "Prices", "\xC3\xA4"};
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    struct shmb_entry_view entry;
    uint32_t i;

    memset(&slot, 0, sizeof(slot));
    slot.table_size = (uint32_t)size;
    if (repair && size >= sizeof(struct shmb_table))
        repair_table(bytes, size, &slot);
    if (shmb_table_check(bytes, size, &slot, &view) != SHMB_READ_OK)
        return;
    for (i = 0; i < view.entry_count + 2; i++)
        if (shmb_table_entry(&view, i, &entry) == SHMB_READ_OK) {
            touch(entry.name, entry.entry.name.length);
            touch(entry.lock_name, entry.entry.lock_name.length);
            touch(entry.rule, entry.entry.rule.length);
            touch(entry.account, entry.entry.account.length);
            must(entry.entry.rule.length <= SHMB_RULE_NAME_MAX);
            must(entry.entry.account.length <= SHMB_ACCOUNT_MAX);
            must((entry.rule != NULL) == ((entry.entry.flags & SHMB_ENTRY_REQUESTED) != 0));
            must(i < view.entry_count);
            if (shmb_table_find(&view, entry.name, entry.entry.name.length, &entry) == SHMB_READ_OK)
                touch(entry.name, entry.entry.name.length);
        }
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        shmb_table_find(&view, names[i], strlen(names[i]), &entry);
}

static void read_control(uint8_t *bytes, size_t size, int repair)
{
    struct shmb_control *header = (struct shmb_control *)(void *)bytes;
    struct shmb_block *block;
    uint32_t index = 0;

    if (size >= sizeof(*header))
        index = header->total_size; /* any number will do */
    if (repair && size >= sizeof(*header)) {
        index &= 7;
        shmb_control_header(1, index + 1, header);
        if (!shmb_control_is_sound(bytes, size, 1, index))
            abort();
    }
    (void)shmb_control_is_sound(bytes, size, 1, index);
    block = shmb_control_block(bytes, size, index);
    if (block != NULL)
        memset(block, 1, sizeof(*block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes;

    if (size < 1)
        return 0;
    bytes = malloc(size > 1 ? size - 1 : 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        read_root(bytes, size - 1, data[0] & REPAIR);
        break;
    case 1:
        read_table(bytes, size - 1, data[0] & REPAIR);
        break;
    default:
        read_control(bytes, size - 1, data[0] & REPAIR);
        break;
    }
    free(bytes);
    return 0;
}
