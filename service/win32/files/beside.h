/*
 * beside.h - names of what `apply` puts beside a configuration file: the name of the file, and one
 * of these. No wildcard of an `include` matches them (expand.h).
 */
#ifndef BESIDE_H
#define BESIDE_H

#define BESIDE_FORMER ".former"         /* the content before */
#define BESIDE_NEW    ".shmbroker-new"  /* while the file is written */
#define BESIDE_LOCK   ".shmbroker-lock" /* while an `apply` is at work */

#endif
