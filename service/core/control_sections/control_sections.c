#include <stdlib.h>

#include "access_sets.h"
#include "control_internal.h"

/*
 * Numbers count up until one of them is taken. From then on they are random, of
 * the upper half: nobody can be there first, and none is both.
 */
#define NUMBER_TRIES 16

/* To be freed with free(). NULL: no memory. */
struct access_rule *control_section_rules(const struct control_sets *sets, size_t set,
                                          size_t *count)
{
    const struct access_rule *rules = access_sets_rules(sets->inventory->sets, set, count);
    struct access_rule *lesser = calloc(*count + 1, sizeof(*lesser));
    size_t i;

    for (i = 0; lesser != NULL && i < *count; i++) {
        lesser[i] = rules[i];
        if (lesser[i].level == SHMB_LEVEL_FULL)
            lesser[i].level = SHMB_LEVEL_WRITE;
    }
    return lesser;
}

/* The access of a set's sections as text, to be freed with free(). NULL: no memory. */
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
    return status == SYS_TAKEN ? SYS_FAILED : status;
}

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
        control_header(section->number, section->blocks, section->shared.view);
    return status;
}

/* Room for one more; its index, or CONTROL_NO_SET: no memory. */
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

/* A section for `blocks` more segments of a set. */
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
        sets->sections[index].set = set;
        sets->sections[index].sddl = sddl;
        return SYS_OK;
    }
    free(sddl);
    if (index != CONTROL_NO_SET)
        sets->section_count--;
    return status;
}
