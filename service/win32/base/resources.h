/*
 * resources.h - numbers of the resources in the executable. Only defines, since the
 * resource compiler reads it, too.
 */
#ifndef RESOURCES_H
#define RESOURCES_H

#define RESOURCE_RAW_DATA      10 /* RT_RCDATA, whose macro is no wide string everywhere */
#define RESOURCE_CONFIGURATION 1  /* config/shmbroker.yaml */

#endif
