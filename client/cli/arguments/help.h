/*
 * help.h - the help texts: the reference of the command line.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

/* Prints the general help, or the help of a verb with all its actions. */
void help_print(void);
void help_print_verb(const char *verb);

#endif
