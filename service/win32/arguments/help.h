/*
 * help.h - the help texts of shmbroker.exe.
 */
#ifndef HELP_H
#define HELP_H

/* Prints all verbs with their options; or one verb, with examples. */
void help_print(void);
void help_print_verb(const char *verb);

#endif
