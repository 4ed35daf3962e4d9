/*
 * The waiters sections (waiters.h): one beside each control section of which a segment has
 * `notify`. It has the number, the trustees and the life of the control section.
 *
 * Programs that have a segment open know from the directory whether there is one, and those that
 * wait rely on it that those that write know it, too. So a control section whose segments were
 * published without one never gets one: then writers always signal. If a start cannot adopt one,
 * programs that have the former one open write only there: so the segments that have it move to
 * another control section, and those programs open them again.
 */
#include "control_internal.h"

#include <stdlib.h>
#include <string.h>

#include "access_sets.h"
#include "waiters.h"

/* Who may read may write here: it says that it waits. The caller frees them. NULL: no memory. */
static struct access_rule *waiters_rules(const struct control_sets *sets, size_t set, size_t *count)
{
    struct access_rule *rules = control_section_rules(sets, set, count);
    size_t i;

    for (i = 0; rules != NULL && i < *count; i++)
        if (rules[i].level == SHMB_LEVEL_READ)
            rules[i].level = SHMB_LEVEL_WRITE;
    return rules;
}

char *control_waiters_access(const struct control_sets *sets, size_t set)
{
    const struct descriptor_use use = {.kind = SHMB_SECTION,
                                       .label = access_sets_label(sets->inventory->sets, set)};
    size_t count;
    struct access_rule *rules = waiters_rules(sets, set, &count);
    char *sddl = rules != NULL ? descriptor_sddl(sets->owner, &use, rules, count) : NULL;

    free(rules);
    return sddl;
}

/* Makes it; with `former`, adopts that of a former broker if there still is one. */
static enum sys_status make(const struct control_sets *sets, struct control_section *section,
                            bool former, struct sys_failure *why)
{
    char name[SHMB_WAITERS_NAME_BYTES];
    struct own_section_spec spec = {.name = name,
                                    .size = (size_t)shmb_waiters_size(section->blocks),
                                    .label =
                                        access_sets_label(sets->inventory->sets, section->set)};
    struct access_rule *rules = waiters_rules(sets, section->set, &spec.rule_count);
    enum sys_status status = SYS_TAKEN;

    if (rules == NULL)
        return failure_no_memory(why);
    spec.rules = rules;
    shmb_waiters_name(section->number, name);
    if (former)
        status = own_section_adopt(sets->system, sets->owner, &spec, sets->state, &section->waiters,
                                   why);
    if (status == SYS_TAKEN)
        status = own_section_make(sets->system, sets->owner, &spec, &section->waiters, why);
    free(rules);
    if (status != SYS_OK)
        return status;
    shmb_waiters_header(section->number, section->blocks, section->waiters.view);
    own_section_unmap(sets->system, &section->waiters);
    return SYS_OK;
}

bool control_waiters_prepare(struct control_sets *sets, struct trouble *avoided)
{
    bool made = false;
    size_t i;

    for (i = 0; i < sets->place_count && sets->inventory->notifies; i++) {
        struct control_section *section;
        struct sys_failure why = {0};
        enum sys_status status;

        if (sets->places[i].section == 0)
            continue;
        section = &sets->sections[sets->places[i].section - 1];
        if (section->waiters.section != NULL || section->without_waiters ||
            !control_notifies(sets, i))
            continue;
        status = make(sets, section, false, &why);
        if (status == SYS_OK) {
            section->waiters_new = true;
            made = true;
        } else {
            char name[SHMB_WAITERS_NAME_BYTES];

            section->without_waiters = true;
            shmb_waiters_name(section->number, name);
            trouble_begin(avoided, sets->system, name, status, &why);
        }
    }
    return made;
}

void control_waiters_restore(const struct control_sets *sets, struct control_section *section)
{
    char name[SHMB_WAITERS_NAME_BYTES];

    shmb_waiters_name(section->number, name);
    section->waiters_lost =
        state_find(sets->state, name) != NULL && make(sets, section, true, NULL) != SYS_OK;
    section->without_waiters = section->waiters.section == NULL;
}

void control_waiters_settle(struct control_sets *sets, size_t item)
{
    if (sets->sections[sets->places[item].section - 1].waiters_lost && control_notifies(sets, item))
        control_place_leave(sets, item);
}

void control_waiters_record(const struct control_section *section, struct state *state)
{
    char name[SHMB_WAITERS_NAME_BYTES];
    const struct state_record record = {.name = name,
                                        .kind = SHMB_SECTION,
                                        .size = shmb_waiters_size(section->blocks),
                                        .generation = STATE_OWN_SECTION};

    shmb_waiters_name(section->number, name);
    if (section->waiters.section != NULL)
        state_put(state, &record);
    else if (state_find(state, name) != NULL)
        state_drop(state, name);
}

bool control_waiters_repair(const struct control_sets *sets, struct control_section *section)
{
    struct shmb_waiters wanted;
    bool damaged;

    if (section->waiters.section == NULL ||
        own_section_map(sets->system, &section->waiters, (size_t)shmb_waiters_size(section->blocks),
                        NULL) != SYS_OK)
        return false;
    shmb_waiters_header(section->number, section->blocks, &wanted);
    damaged = memcmp(section->waiters.view, &wanted, sizeof(wanted)) != 0;
    if (damaged)
        memcpy(section->waiters.view, &wanted, sizeof(wanted));
    own_section_unmap(sets->system, &section->waiters);
    return damaged;
}

bool control_waiters_find(const struct control_sets *sets, size_t item)
{
    uint32_t block;

    return control_notifies(sets, item) && control_blocks_find(sets, item, &block) != 0 &&
           sets->sections[sets->places[item].section - 1].waiters.section != NULL;
}
