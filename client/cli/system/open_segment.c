#include "open_segment.h"

#include <string.h>

int32_t segment_open(const char *name, uint32_t rights, uint64_t offset, uint64_t length,
                     shmb_segment **segment, shmb_info *info)
{
    shmb_options options;
    int32_t result;

    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.rights = rights;
    options.offset = offset;
    options.length = length;
    result = shmb_open_with(name, &options, segment);
    if (result == SHMB_OK && info != NULL) {
        memset(info, 0, sizeof(*info));
        info->size = sizeof(*info);
        shmb_state(*segment, info); /* fills it in, whatever its result */
    }
    return result;
}
