/*
 * resources.h - numbers of what the executable carries; for the resource
 * compiler too, hence only defines.
 */
#ifndef RESOURCES_H
#define RESOURCES_H

#define RESOURCE_RAW_DATA      10 /* RT_RCDATA, whose macro is no wide string everywhere */
#define RESOURCE_CONFIGURATION 1  /* config/shmbroker.yaml */

#endif
