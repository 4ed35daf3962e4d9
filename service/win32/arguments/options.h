/*
 * options.h - the options of a verb on the command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Options a verb takes; a sum of these. */
enum {
    OPTION_CONFIG = 1,         /* --config FILE */
    OPTION_STATE = 2,          /* --state FOLDER */
    OPTION_MERGED = 4,         /* --merged */
    OPTION_JSON = 8,           /* --json */
    OPTION_RECREATE = 16,      /* --recreate WORD... */
    OPTION_UNSAFE = 64,        /* --allow-unsafe-config */
    OPTION_ACCOUNT = 128,      /* --account NAME */
    OPTION_TO = 256,           /* --to FOLDER */
    OPTION_VERIFY = 512,       /* --verify */
    OPTION_CSV = 1024,         /* --csv */
    OPTION_RELEASE = 2048,     /* --release */
    OPTION_AUDIT = 4096,       /* --audit */
    OPTION_NO_AUDIT = 8192,    /* --no-audit */
    OPTION_QUIET = 16384,      /* --quiet */
    OPTION_ALL = 32768,        /* --all */
    OPTION_START_TYPE = 65536, /* --start-type TYPE */
    OPTION_IF_AUTO = 131072,   /* --if-auto */
    OPTION_PATH = 262144,      /* --path */
    OPTION_NO_PATH = 524288,   /* --no-path */
    OPTION_DRY_RUN = 1048576,  /* --dry-run */
    OPTION_TIMEOUT = 2097152,  /* --timeout MS */
    OPTION_WORDS = 32          /* words that belong to no option */
};

struct options {
    const char *config, *state, *account, *to, *start_type, *timeout; /* NULL: not given */
    bool merged, json, csv, recreate, unsafe, verify, release, audit, no_audit, quiet, all, if_auto,
        path, no_path, dry_run;
    bool help; /* --help, -h or /?; what comes after it is not read */
    char **words;
    size_t count;
};

/*
 * Reads the arguments after `verb`, and moves the words to the front of
 * `arguments`; after `--`, all are words. False: the error has been printed.
 */
bool options_read(const char *verb, unsigned takes, char **arguments, size_t count,
                  struct options *out);

/* True: --json is among the arguments as an option, whether or not the rest is right. */
bool options_want_json(char *const *arguments, size_t count);

#endif
