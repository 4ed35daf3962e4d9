/*
 * audit_rules.h - who may ask for objects, by the rules of the configuration that the running
 * broker reads.
 */
#ifndef AUDIT_RULES_H
#define AUDIT_RULES_H

#include "access_by_account.h"

/*
 * Adds the rules to the listing. Prints why they are not known, where they are not, and whether the
 * configuration is no longer the one that the broker has read (`digest`; NULL: not known). False:
 * no memory.
 */
bool audit_rules_add(const char *digest, access_by_account_name *name,
                     struct access_by_account *listing);

#endif
