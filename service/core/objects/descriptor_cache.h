/*
 * descriptor_cache.h - the security descriptors of the objects of an inventory. Each is made
 * once, when it is first needed, however many objects share it.
 */
#ifndef CORE_DESCRIPTOR_CACHE_H
#define CORE_DESCRIPTOR_CACHE_H

#include "inventory.h"
#include "system.h"

struct descriptor_cache;

/* NULL: no memory. The owner's SID and the inventory must outlive it. */
struct descriptor_cache *descriptor_cache_new(const struct system *system, const char *owner,
                                              const struct inventory *inventory);
void descriptor_cache_free(struct descriptor_cache *cache); /* NULL is allowed */

/* The descriptor configured for an item; the cache owns it. Never SYS_DENIED. */
enum sys_status descriptor_cache_get(struct descriptor_cache *cache, const struct item *item,
                                     struct sys_descriptor **out, struct sys_failure *why);

/* The same as SDDL text, which the cache owns. NULL: no memory. */
const char *descriptor_cache_text(struct descriptor_cache *cache, const struct item *item);

/* The descriptor of a section that only the broker and administrators may open. */
enum sys_status descriptor_cache_own(struct descriptor_cache *cache, struct sys_descriptor **out,
                                     struct sys_failure *why);

#endif
