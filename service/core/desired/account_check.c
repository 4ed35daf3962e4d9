#include "account_check.h"

#include "access_sets.h"

static enum sys_status look_up(const struct cfg *config, struct access_sets *sets)
{
    enum sys_status status = SYS_OK;
    size_t i, set;

    if (config->directory != NULL)
        status = access_sets_add(sets, config->directory, SHMB_SECTION, false, &set);
    for (i = 0; i < config->count && status != SYS_NO_MEMORY; i++) {
        const struct cfg_object *object = &config->objects[i];

        if (object->access != NULL) /* else it has an error that was reported */
            status = access_sets_add(sets, object->access, object->kind, cfg_is_low(object), &set);
    }
    return status;
}

bool account_check(const struct config_files *files, struct trustees *known,
                   struct cfg_messages *messages)
{
    bool memory = true;
    size_t i;

    for (i = 0; i < files->count && memory; i++) {
        const struct config_file *file = &files->files[i];
        const struct cfg *config = file->part != NULL ? file->part : file->faulty;
        struct access_sets *sets;

        if (config == NULL)
            continue;
        sets = access_sets_new(known, messages);
        memory = sets != NULL && look_up(config, sets) != SYS_NO_MEMORY;
        access_sets_free(sets);
    }
    cfg_messages_sort(messages);
    return memory;
}
