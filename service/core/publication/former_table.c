#include "former_table.h"

#include <stdlib.h>

#include "own_section.h"

static int by_number(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

/* Sorts the numbers, and drops those that are there twice. Returns how many are left. */
static size_t make_unique(uint32_t *numbers, size_t count)
{
    size_t i, unique = 0;

    qsort(numbers, count, sizeof(*numbers), by_number);
    for (i = 0; i < count; i++)
        if (unique == 0 || numbers[i] != numbers[unique - 1])
            numbers[unique++] = numbers[i];
    return unique;
}

static uint32_t *list_controls(const struct shmb_table_view *view, size_t *count)
{
    uint32_t *numbers = calloc((size_t)view->entry_count + 1, sizeof(*numbers));
    uint32_t i;

    for (i = 0; numbers != NULL && i < view->entry_count; i++) {
        struct shmb_entry_view entry;

        if (shmb_table_entry(view, i, &entry) == SHMB_READ_OK && entry.entry.control != 0)
            numbers[(*count)++] = entry.entry.control;
    }
    if (*count > 0) {
        *count = make_unique(numbers, *count);
        return numbers;
    }
    free(numbers);
    return NULL;
}

uint32_t *former_table_controls(const struct system *system, const char *owner,
                                const struct state *state, const struct shmb_root *root,
                                size_t *count)
{
    char name[SHMB_TABLE_NAME_BYTES];
    struct own_section_spec spec = {.name = name};
    struct own_section table;
    struct shmb_root_slot slot;
    struct shmb_table_view view;
    uint32_t *numbers = NULL;

    *count = 0;
    if (root == NULL || shmb_root_read(root, SHMB_ROOT_SIZE, &slot) != SHMB_READ_OK ||
        slot.table_size == 0 || slot.table_size > SHMB_TABLE_MAX)
        return NULL;
    shmb_table_name(slot.suffix, name);
    spec.size = slot.table_size;
    if (own_section_open(system, owner, &spec, state, &table, NULL) != SYS_OK)
        return NULL;
    if (shmb_table_check(table.view, slot.table_size, &slot, &view) == SHMB_READ_OK)
        numbers = list_controls(&view, count);
    own_section_end(system, &table);
    return numbers;
}
