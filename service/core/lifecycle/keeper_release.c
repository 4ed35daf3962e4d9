/*
 * Ends the keepers that former brokers left, for `shmbroker stop --release` while no
 * broker runs. Declared in keeper_policy.h.
 */
#include "keeper_policy.h"

#include "claim.h"

/* Ends every keeper that the state lists; goes on after a failure, and returns the first. */
static enum sys_status end_remembered(const struct system *system, struct state *state,
                                      size_t *ended, struct sys_failure *why)
{
    enum sys_status status = SYS_OK, code;
    struct sys_failure committing;
    struct sys_keeper keeper;
    size_t i = 0;

    while (state_keeper_at(state, i, &keeper)) {
        struct sys_failure one = {0};
        enum sys_status end = system->keepers.end(system->self, &keeper, &one);

        if (end == SYS_OK) {
            state_drop_keeper(state, &keeper);
            ++*ended;
            continue;
        }
        if (status == SYS_OK) {
            status = end;
            failure_copy(why, &one);
        }
        i++;
    }
    if (*ended == 0 || !state_is_loaded(state))
        return status;
    state_retire_all(state);
    code = state_commit(state, &committing);
    if (status != SYS_OK || code == SYS_OK)
        return status;
    failure_copy(why, &committing);
    return code;
}

/* If the state cannot be read, ends those that are found by their processes. */
static enum sys_status release(const struct system *system, struct state *state, size_t *ended,
                               struct sys_failure *why)
{
    struct sys_failure unread = {0};
    enum sys_status loaded = state_load(state, &unread), status;
    size_t before;

    if (loaded == SYS_NEWER) {
        failure_copy(why, &unread);
        return loaded;
    }
    /* The state lists only so many at a time. */
    do {
        before = *ended;
        status = state_find_keepers(state, why);
        if (status == SYS_OK)
            status = end_remembered(system, state, ended, why);
    } while (status == SYS_OK && *ended > before);
    if (status != SYS_OK || loaded == SYS_OK || *ended > 0)
        return status;
    failure_copy(why, &unread);
    return loaded;
}

enum sys_status keeper_release(const struct system *system, size_t *ended, struct sys_failure *why)
{
    struct sys_identity identity;
    struct state *state = NULL;
    enum sys_status status = system->identify(system->self, &identity, why);

    *ended = 0;
    if (status == SYS_OK) {
        status = claim_instance(system, identity.owner, why);
        if (status == SYS_DENIED) /* a program that is not a broker holds the name */
            status = SYS_OK;
    }
    if (status != SYS_OK)
        return status;
    state = state_new(system, identity.boot);
    if (state == NULL)
        return failure_no_memory(why);
    status = release(system, state, ended, why);
    state_free(state);
    return status;
}
