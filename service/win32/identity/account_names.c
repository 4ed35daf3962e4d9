#include "account_names.h"

#include <string.h>

#include "access.h"

const char *account_names_get(void *names, const char *sid)
{
    struct account_names *all = names;
    const char *word = shmb_sid_word(sid);
    size_t i;

    if (word != NULL)
        return word;
    for (i = 0; i < all->count; i++)
        if (strcmp(all->known[i].sid, sid) == 0)
            return all->known[i].name;
    i = all->next;
    all->next = (i + 1) % ACCOUNT_NAMES_KEPT;
    if (all->count < ACCOUNT_NAMES_KEPT)
        all->count++;
    memcpy(all->known[i].sid, sid, strlen(sid) + 1);
    accounts_name(sid, all->known[i].name);
    return all->known[i].name;
}
