/*
 * verify.h - compares the installed service, point by point, with what `install`
 * would make it.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>

#include "exit_codes.h"

/*
 * Prints each point with its verdict, as text or JSON: points (point, verdict:
 * ok, differs, unknown; found, remedy), differs and unknown (counts). 0: nothing
 * differs; 1: something differs; 5: not installed.
 */
enum shmb_exit verify_show(bool json);

#endif
