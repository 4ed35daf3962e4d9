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

static uint32_t hash_of(const char *name, uint32_t known)
{
    return known != 0 ? known : shmb_name_hash(name, strlen(name));
}

/* Where the name is, or would be. */
static size_t *slot_of(const struct holdings *holdings, const char *name, uint32_t hash)
{
    size_t length = strlen(name), mask = holdings->slot_count - 1;
    size_t slot = hash & mask;

    while (holdings->slots[slot] != 0) {
        const struct holding *there = &holdings->items[holdings->slots[slot] - 1];

        if (there->hash == hash &&
            shmb_name_same(there->spec.name, strlen(there->spec.name), name, length))
            break;
        slot = (slot + 1) & mask;
    }
    return &holdings->slots[slot];
}

void holdings_add(struct holdings *holdings, const struct holding *holding)
{
    if (holdings->count < holdings->most)
        holdings->items[holdings->count++] = *holding;
}

/* Only what is not in order needs it. */
static void index_all(struct holdings *holdings)
{
    for (; holdings->indexed < holdings->count; holdings->indexed++) {
        struct holding *holding = &holdings->items[holdings->indexed];
        size_t *slot;

        holding->hash = hash_of(holding->spec.name, holding->hash);
        slot = slot_of(holdings, holding->spec.name, holding->hash);
        if (*slot == 0)
            *slot = holdings->indexed + 1;
    }
}

size_t holdings_find(struct holdings *holdings, const char *name, uint32_t hash)
{
    size_t found = holdings->next;

    if (holdings->slots == NULL)
        return HOLDINGS_NONE;
    if (found >= holdings->count || strcmp(holdings->items[found].spec.name, name) != 0) {
        index_all(holdings);
        /* An empty slot says 0, which becomes HOLDINGS_NONE. */
        found = *slot_of(holdings, name, hash_of(name, hash)) - 1;
    }
    if (found != HOLDINGS_NONE)
        holdings->next = found + 1;
    return found;
}
