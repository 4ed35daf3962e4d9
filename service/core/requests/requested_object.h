/*
 * requested_object.h - the object that a rule of `requests` makes of a request, as the
 * configuration would have it.
 */
#ifndef CORE_REQUESTED_OBJECT_H
#define CORE_REQUESTED_OBJECT_H

#include "clash.h"
#include "model.h"
#include "names.h"
#include "request_message.h"

struct requested_object {
    struct cfg_object object; /* its `request` is borrowed */
    struct cfg_notify notify;
    struct cfg_snapshots pair;
    struct cfg_request request;
    /* Its texts follow. */
};

/*
 * The object for what `message` asks for under a rule, with this access; `account` is a SID. Rule,
 * access and account are borrowed. NULL: no memory, or `*fault` says what is wrong with the name of
 * a companion. Free it with free().
 */
struct requested_object *requested_object_make(const struct shmb_request_message *message,
                                               const struct cfg_rule *rule, const char *account,
                                               const struct cfg_access *access,
                                               enum shmb_name_fault *fault);

/*
 * The access of a rule with the account in the place of Requester. The texts of the rule and the
 * account are borrowed. NULL: no memory. Free it with free().
 */
struct cfg_access *requested_access_make(const struct cfg_rule *rule, const char *account);

#endif
