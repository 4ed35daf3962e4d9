/*
 * objects.h - the held objects: system_objects.h's create, fill, peek, examine, protect,
 * signal, map, unmap and close. system_objects.h is the reference.
 *
 * A struct sys_object is the handle itself.
 */
#ifndef OBJECTS_H
#define OBJECTS_H

#include <windows.h>

#include <stdbool.h>

#include "system.h"

enum sys_status objects_create(const struct sys_spec *spec, const struct sys_descriptor *descriptor,
                               struct sys_object **out, struct sys_failure *why);
/* `wanted` is asked now and then whether to go on; without `stoppable` it only shows progress. */
enum sys_status objects_fill(struct sys_object *section, const struct sys_content *content,
                             bool (*wanted)(void *context), void *context, struct sys_failure *why);
enum sys_status objects_peek(struct sys_object *section, uint64_t offset, void *bytes,
                             size_t length, struct sys_failure *why);
enum sys_status objects_examine(struct sys_object *object, char **sddl, struct sys_failure *why);
enum sys_status objects_protect(struct sys_object *object, const struct sys_descriptor *descriptor,
                                struct sys_failure *why);
void objects_signal(struct sys_object *event, bool on);
enum sys_status objects_map(struct sys_object *section, size_t size, void **view,
                            struct sys_failure *why);
void objects_unmap(void *view);
void objects_close(struct sys_object *object);

#endif
