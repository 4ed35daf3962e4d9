#include "holdings.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

bool holdings_init(struct holdings *out, size_t most)
{
    *out = (struct holdings){.most = most};
    for (out->slot_count = 16; out->slot_count < (most + 1) * 2; out->slot_count *= 2)
        continue;
    out->items = calloc(most + 1, sizeof(struct holding));
    out->slots = calloc(out->slot_count, sizeof(size_t));
    if (out->items != NULL && out->slots != NULL)
        return true;
    holdings_free(out);
    return false;
}

void holdings_free(struct holdings *holdings)
{
    free(holdings->items);
    free(holdings->slots);
    *holdings = (struct holdings){0};
}

/* Where the name is, or would be. */
static size_t *slot_of(const struct holdings *holdings, const char *name)
{
    size_t length = strlen(name), mask = holdings->slot_count - 1;
    size_t slot = shmb_name_hash(name, length) & mask;

    while (holdings->slots[slot] != 0) {
        const char *there = holdings->items[holdings->slots[slot] - 1].spec.name;

        if (shmb_name_same(there, strlen(there), name, length))
            break;
        slot = (slot + 1) & mask;
    }
    return &holdings->slots[slot];
}

void holdings_add(struct holdings *holdings, const struct holding *holding)
{
    size_t *slot = slot_of(holdings, holding->spec.name);

    if (*slot != 0 || holdings->count == holdings->most)
        return;
    holdings->items[holdings->count++] = *holding;
    *slot = holdings->count;
}

size_t holdings_find(const struct holdings *holdings, const char *name)
{
    if (holdings->slots == NULL)
        return HOLDINGS_NONE;
    /* An empty slot says 0, which becomes HOLDINGS_NONE. */
    return *slot_of(holdings, name) - 1;
}
