#include "stand_in.h"

#include <stdlib.h>

#include "directory.h"
#include "listing.h"

struct search {
    const char *name;
    stand_in_look *look;
    void *context;
};

/* Sections only: a user without a privilege cannot create one, and so cannot fill the list. */
static uint32_t take(void *context, const UNICODE_STRING *name, const UNICODE_STRING *type)
{
    const struct search *search = context;
    enum shmb_kind kind;
    bool more = true;
    char *bare;

    if (name->Length >= SHMB_STAND_IN_BYTES * sizeof(wchar_t) || !listing_kind(type, &kind) ||
        kind != SHMB_SECTION)
        return 0;
    bare = listing_name(name);
    if (bare != NULL && shmb_is_stand_in(bare, search->name))
        more = search->look(search->context, bare);
    free(bare);
    return more ? 0 : ERROR_NO_MORE_ITEMS;
}

void stand_in_each(const char *name, stand_in_look *look, void *context)
{
    struct search search = {name, look, context};

    (void)listing_walk(LISTING_GLOBAL, take, &search);
}
