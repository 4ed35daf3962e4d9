/*
 * help.h - what shmb says about itself: the reference of the command line.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

/* Of everything, or of one verb; all its actions have one help. */
void help_print(void);
void help_print_verb(const char *verb);

#endif
