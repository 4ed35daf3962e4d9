/*
 * json_use.h - who has an object open as JSON, the same for holders, info and doctor.
 */
#ifndef CLI_JSON_USE_H
#define CLI_JSON_USE_H

#include "json.h"
#include "object_use.h"

/* The members of `shmb holders`, into the object that is open. */
void json_put_use(struct json *json, const struct object_use *use);

/* Finds who has the bare name open, and puts it into the object `key`. */
void json_find_use(struct json *json, const char *key, const char *bare);

#endif
