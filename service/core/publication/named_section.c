#include "named_section.h"

#include "directory.h"

/* Not recorded in the state: the next broker makes another one. */
static bool make_stand_in(const struct system *system, const char *owner,
                          const struct own_section_spec *spec, struct own_section *out)
{
    struct own_section_spec stand_in = *spec;
    uint8_t suffix[SHMB_SUFFIX_BYTES];
    char name[SHMB_STAND_IN_BYTES];

    if (system->random(system->self, suffix, sizeof(suffix), NULL) != SYS_OK)
        return false;
    shmb_stand_in_name(spec->name, suffix, name);
    stand_in.name = name;
    return own_section_make(system, owner, &stand_in, out, NULL) == SYS_OK;
}

enum sys_status named_section_make(const struct system *system, const char *owner,
                                   const struct own_section_spec *spec, struct state *state,
                                   struct named_section *section, bool *made,
                                   struct sys_failure *why)
{
    enum sys_status status;
    bool adopted;

    *made = false;
    if (section->own.section != NULL)
        return SYS_OK;
    status = own_section_make_or_adopt(system, owner, spec, state, &section->own, &adopted, why);
    if (status == SYS_OK)
        *made = true;
    else if (status == SYS_TAKEN && section->stand_in.section == NULL)
        *made = make_stand_in(system, owner, spec, &section->stand_in);
    return status;
}

bool named_section_exists(const struct named_section *section)
{
    return section->own.section != NULL || section->stand_in.section != NULL;
}

void named_section_end(const struct system *system, struct named_section *section)
{
    own_section_end(system, &section->own);
    own_section_end(system, &section->stand_in);
}
