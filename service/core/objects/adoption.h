/*
 * adoption.h - opens an existing object, and decides whether it is ours and whether it fits the
 * configuration.
 */
#ifndef CORE_ADOPTION_H
#define CORE_ADOPTION_H

#include "state.h"
#include "system.h"

#define ADOPTION_REASON 200

enum adoption_verdict {
    ADOPTION_OURS,
    ADOPTION_MISFIT,  /* ours, but it cannot become the configured object */
    ADOPTION_CONFLICT /* not proven to be ours */
};

struct adoption {
    enum adoption_verdict verdict;
    struct sys_spec live; /* what exists, with its exact size; not set for a conflict */
    uint64_t generation;  /* as recorded; 0: not known; not set for a conflict */
    bool taken;           /* ours, but a client had shut us out of it, or had changed its owner */
    bool unasked; /* conflict: a former keeper may have the object, but could not be asked */
    char reason[ADOPTION_REASON]; /* misfit: why, in words */
};

/*
 * Opens the object that has the name of `wanted`, with all rights, and judges it. Where it cannot
 * be opened by its name, or its owner does not prove it ours, uses the handle of a former keeper
 * (`facts->kept`): a client with `full` may have changed access list and owner.
 *
 * Returns the status of `inspect`, or SYS_OK for an object of a keeper. `*out` and `facts` as from
 * `inspect`: the caller closes the object, also after a conflict, and frees the sddl. On anything
 * but SYS_OK, `judged` is a conflict.
 */
enum sys_status adoption_open(const struct system *system, const struct state *state,
                              const char *owner, const struct sys_spec *wanted,
                              struct sys_facts *facts, struct adoption *judged,
                              struct sys_object **out, struct sys_failure *why);

/* The size that the system tells of a section of `size` bytes: whole pages. */
uint64_t adoption_pages(uint64_t size);

/* True: the record matches this object, its kind and the pages of a section. NULL: none does. */
bool adoption_is_recorded(const struct sys_facts *facts, const struct state_record *record);

/*
 * An object is ours if the service SID owns it, or `owner`, the account that the broker
 * sets as owner of its objects. An object of Administrators or SYSTEM is ours only with a
 * matching record (NULL: none) of this boot: other programs run as these accounts, too. An object
 * of a keeper is ours in any case: nobody else can put handles into keepers. (A DLL that has loaded
 * itself there can create objects, see keeper_fetch.h: whoever installs such a DLL is an
 * administrator.)
 *
 * The system does not tell the exact size of a section. It is the recorded size if that
 * fills the same pages, because clients were told it; else the wanted size if that does;
 * else the size of the pages.
 */
void adoption_judge(const struct sys_spec *wanted, const struct sys_facts *facts,
                    const struct state_record *record, const char *owner, struct adoption *out);

#endif
