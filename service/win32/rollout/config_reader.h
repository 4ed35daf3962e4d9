/*
 * config_reader.h - the broker that reads a configuration: the installed service, or one in a
 * console.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include <stdbool.h>

/* All zero: none. */
struct config_reader {
    char *file;     /* its configuration; NULL: not known */
    char *account;  /* NULL: LocalSystem, or not known */
    char *other;    /* the program that a service of our name runs instead of ours; NULL: none */
    bool unsafe;    /* --allow-unsafe-config */
    bool console;   /* it runs in a console; no service is installed */
    bool installed; /* a service of our name */
};

/* Of a broker in a console only the file, as far as the report can be read, and the account. */
void config_reader_ask(struct config_reader *out);
void config_reader_free(struct config_reader *reader);

#endif
