/*
 * Makes control sections with their access. control_sets.c decides which are needed. Their names
 * are known, so another program may hold one: then another number is tried.
 */
#include "control_internal.h"

#include <stdlib.h>

#include "access_sets.h"

/*
 * Section numbers count up until a name is in use. From then on they are random, from
 * CONTROL_NUMBER_RANDOM up: a foreign process cannot guess and occupy the name, and the two
 * kinds of numbers do not collide.
 */
#define NUMBER_TRIES 16

struct access_rule *control_section_rules(const struct control_sets *sets, size_t set,
                                          size_t *count)
{
    return access_sets_shared_rules(sets->inventory->sets, set, count);
}

char *control_section_access(const struct control_sets *sets, size_t set)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION,
                                       .label = access_sets_label(sets->inventory->sets, set)};
    size_t count;
    struct access_rule *rules = control_section_rules(sets, set, &count);
    char *sddl = rules != NULL ? descriptor_sddl(sets->owner, &use, rules, count) : NULL;

    free(rules);
    return sddl;
}

static enum sys_status choose_number(struct control_sets *sets, uint32_t *number,
                                     struct sys_failure *why)
{
    const struct system *system = sets->system;
    enum sys_status status;

    if (!sets->random) {
        *number = ++sets->last_number;
        return SYS_OK;
    }
    status = system->random(system->self, number, sizeof(*number), why);
    *number |= CONTROL_NUMBER_RANDOM;
    return status;
}

/* Tries numbers until a name is free. A name that is in use is reported in `avoided`. */
static enum sys_status make_section(struct control_sets *sets, struct control_section *section,
                                    struct own_section_spec *spec, struct trouble *avoided,
                                    struct sys_failure *why)
{
    char name[SHMB_CONTROL_NAME_BYTES];
    enum sys_status status = SYS_TAKEN;
    int tries;

    spec->name = name;
    spec->size = control_size(section->blocks);
    for (tries = 0; status == SYS_TAKEN && tries < NUMBER_TRIES; tries++) {
        status = choose_number(sets, &section->number, why);
        if (status != SYS_OK)
            break;
        shmb_control_name(section->number, name);
        status = own_section_make(sets->system, sets->owner, spec, &section->shared, why);
        if (status != SYS_TAKEN)
            break;
        trouble_begin(avoided, sets->system, name, status, why);
        sets->random = true;
    }
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
