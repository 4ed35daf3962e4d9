/*
 * request_squatter.h - who has a pipe of the broker's name.
 */
#ifndef REQUEST_SQUATTER_H
#define REQUEST_SQUATTER_H

#include "system.h"

/*
 * SYS_TAKEN with what is known of the stranger: "a pipe of this name is owned by CORP\bob (process
 * 1234)". SYS_NOT_FOUND: there is no such pipe any more.
 */
enum sys_status request_squatter_ask(struct sys_failure *why);

#endif
