/*
 * stand_in.h - finds the sections that the broker makes while another object has the name of
 * its root or its report (directory.h).
 */
#ifndef SHMB_STAND_IN_H
#define SHMB_STAND_IN_H

#include <stdbool.h>

/* `bare`: without Global\. False ends the search. */
typedef bool stand_in_look(void *context, const char *bare);

/*
 * Calls `look` with the name of each section that has the form of a stand-in for `name`. Any
 * process with the privilege to create global sections can create one: the caller checks the
 * owner. A failure counts as the end of the list.
 */
void stand_in_each(const char *name, stand_in_look *look, void *context);

#endif
