/*
 * requester.h - who has asked for an object, and which rule allows it, for all verbs that show
 * objects.
 */
#ifndef CLI_REQUESTER_H
#define CLI_REQUESTER_H

#include <stdbool.h>

#include "json.h"
#include "shmb.h"

/* Finds what the directory says of a bare name. False: nothing, or nobody has requested it. */
bool requester_find(const char *name, shmb_info *info);

/*
 * Writes `before`, then "requested by CORP\anna, rule MyApp", then `after`. Nothing if nobody has
 * requested the object.
 */
void requester_print(const char *before, const shmb_info *info, const char *after);

/* The member `request`: an object of rule, account and sid. NULL, or not requested: null. */
void requester_json(struct json *json, const shmb_info *info);

#endif
