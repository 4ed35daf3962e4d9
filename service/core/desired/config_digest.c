#include "config_digest.h"

void config_digest(const struct config_files *configuration, char out[SHA256_TEXT])
{
    unsigned char one[SHA256_BYTES] = {0};
    struct sha256 file, all;
    size_t i, used = 0;

    sha256_begin(&all);
    for (i = 0; i < configuration->count; i++) {
        if (configuration->files[i].left_out || configuration->files[i].bytes == NULL)
            continue;
        sha256_begin(&file);
        sha256_add(&file, configuration->files[i].bytes, configuration->files[i].length);
        sha256_end(&file, one);
        sha256_add(&all, one, sizeof(one));
        used++;
    }
    if (used > 1)
        sha256_end(&all, one);
    sha256_text(one, out);
}
