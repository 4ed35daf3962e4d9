#include "companion_name.h"

#include <string.h>

enum shmb_name_fault companion_name(const char *object, const char *suffix, const char *number,
                                    char name[COMPANION_BYTES], size_t *length)
{
    const char *const parts[] = {object, suffix, number};
    size_t i, used = 0;

    for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t more = strlen(parts[i]);

        if (more >= COMPANION_BYTES - used)
            return SHMB_NAME_TOO_LONG;
        memcpy(name + used, parts[i], more + 1);
        used += more;
    }
    *length = used;
    return shmb_name_check(name, *length, NULL, NULL);
}
