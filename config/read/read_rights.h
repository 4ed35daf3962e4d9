/*
 * read_rights.h - who may use an object, and how: access, integrity, sddl, audit, sessions.
 */
#ifndef CFG_READ_RIGHTS_H
#define CFG_READ_RIGHTS_H

#include "read_value.h"

/*
 * Reads an object's rights. `values` are those of its keys access, integrity, sddl and
 * audit, in this order; bits 0 to 3 of `meant` belong to them (read_keys). Keys that are
 * not written take the value of `defaults`. No access at all is an error, unless one of
 * the keys is probably there but misspelt.
 */
void read_rights(struct reader *reader, const struct node *key, const struct node *const *values,
                 unsigned meant, const struct path *path, struct cfg_object *object);

/*
 * Reads the rights of what is requested under a rule, in the same way. `values` are those of
 * access, integrity and audit, in this order.
 */
void read_rule_rights(struct reader *reader, const struct node *key,
                      const struct node *const *values, unsigned meant, const struct path *path,
                      struct cfg_rule *rule);

/* Reads `integrity` of the thing at `path`. After an error `*out` stays as it is. */
void read_integrity(struct reader *reader, const struct node *node, const struct path *path,
                    const struct cfg_integrity **out);

/* Reads `audit` of the thing at `path`. After an error `*out` stays as it is. */
void read_audit(struct reader *reader, const struct node *node, const struct path *path,
                const struct cfg_audit **out);

/* Reads `sessions` of an object; `node` NULL: not written. */
void read_sessions(struct reader *reader, const struct node *node, const struct path *path,
                   struct cfg_object *object);

#endif
