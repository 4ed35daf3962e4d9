/* Makes control sections with their access. control_sets.c decides which are needed. */
#include "control_internal.h"

#include <stdlib.h>

#include "access_sets.h"

struct access_rule *control_section_rules(const struct control_sets *sets, size_t set,
                                          size_t *count)
{
    return access_sets_shared_rules(sets->inventory->sets, set, count);
}

char *control_section_access(const struct control_sets *sets, size_t set)
{
    return access_sets_shared_text(sets->inventory->sets, set, SHMB_SECTION, sets->owner);
}

/* A section to be made under a number. */
struct making {
    const struct control_sets *sets;
    struct control_section *section;
    struct own_section_spec *spec;
    char name[SHMB_CONTROL_NAME_BYTES];
};

static enum sys_status make_under_number(void *context, uint32_t number, const char **name,
                                         struct sys_failure *why)
{
    struct making *making = context;

    making->section->number = number;
    shmb_control_name(number, making->name);
    *name = making->spec->name = making->name;
    return own_section_make(making->sets->system, making->sets->owner, making->spec,
                            &making->section->shared, why);
}

static enum sys_status make_section(struct control_sets *sets, struct control_section *section,
                                    struct own_section_spec *spec, struct trouble *avoided,
                                    struct sys_failure *why)
{
    struct making making = {.sets = sets, .section = section, .spec = spec};
    enum sys_status status;

    spec->size = control_size(section->blocks);
    status = numbers_try(&sets->numbers, sets->system, make_under_number, &making, avoided, why);
    if (status == SYS_OK)
        shmb_control_header(section->number, section->blocks, section->shared.view);
    return status;
}

size_t control_section_add(struct control_sets *sets)
{
    struct control_section *sections =
        realloc(sets->sections, (sets->section_count + 1) * sizeof(*sections));

    if (sections == NULL)
        return CONTROL_NO_SET;
    sets->sections = sections;
    sections[sets->section_count] = (struct control_section){0};
    return sets->section_count++;
}

enum sys_status control_section_make(struct control_sets *sets, size_t set, uint32_t blocks,
                                     struct trouble *avoided, struct sys_failure *why)
{
    size_t index = control_section_add(sets);
    struct own_section_spec spec = {.label = access_sets_label(sets->inventory->sets, set)};
    struct access_rule *rules = control_section_rules(sets, set, &spec.rule_count);
    char *sddl = control_section_access(sets, set);
    enum sys_status status = SYS_NO_MEMORY;

    if (index == CONTROL_NO_SET || rules == NULL || sddl == NULL) {
        (void)failure_no_memory(why);
    } else {
        sets->sections[index].blocks = blocks;
        spec.rules = rules;
        status = make_section(sets, &sets->sections[index], &spec, avoided, why);
    }
    free(rules);
    if (status == SYS_OK) {
        sets->sections[index].made = true;
        sets->sections[index].set = set;
        sets->sections[index].sddl = sddl;
        return SYS_OK;
    }
    free(sddl);
    /* Removes the section that control_section_add has added: it is still the last one. */
    if (index != CONTROL_NO_SET)
        sets->section_count--;
    return status;
}
