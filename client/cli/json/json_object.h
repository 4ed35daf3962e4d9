/*
 * json_object.h - objects of the directory as JSON, the same for list and info.
 */
#ifndef CLI_JSON_OBJECT_H
#define CLI_JSON_OBJECT_H

#include "json.h"
#include "shmb.h"

/*
 * The members of an object, the same for each kind: null where the kind has no such thing, or
 * where it is not known. Ends with the object left open.
 */
void json_put_object(struct json *json, const shmb_info *info);

/* The members of an object that the directory does not give. */
struct json_rights {
    bool read, write;     /* the caller may open it so */
    bool counted;         /* `count` is known */
    int32_t count;        /* of a semaphore */
    const char *may;      /* all rights of the caller, in words */
    bool readable_access; /* the caller may read its access list */
};
void json_put_rights(struct json *json, const shmb_info *info, const struct json_rights *rights);

#endif
