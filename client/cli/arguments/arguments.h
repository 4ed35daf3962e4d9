/*
 * arguments.h - the command line of a verb: name and options, read and checked.
 */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "exit_codes.h"
#include "words.h"

/* Options, as bits. */
#define OPTION_JSON      0x01u      /* --json */
#define OPTION_OFFSET    0x02u      /* --offset N */
#define OPTION_COUNT     0x04u      /* --count N */
#define OPTION_TEXT      0x08u      /* --text T */
#define OPTION_TIMEOUT   0x10u      /* --timeout MS */
#define OPTION_RAW       0x20u      /* --raw */
#define OPTION_AS        0x40u      /* --as LEVEL */
#define OPTION_DLL       0x80u      /* --dll PATH */
#define OPTION_YAML      0x100u     /* --yaml */
#define OPTION_TIMES     0x200u     /* --times N */
#define OPTION_EVERY     0x400u     /* --every MS */
#define OPTION_NAMES     0x800u     /* --names */
#define OPTION_OUTPUT    0x1000u    /* --output FILE */
#define OPTION_INPUT     0x2000u    /* --input FILE */
#define OPTION_ZERO      0x4000u    /* --zero */
#define OPTION_PAD       0x8000u    /* --pad N */
#define OPTION_ENCODING  0x10000u   /* --encoding E */
#define OPTION_AS_TEXT   0x20000u   /* --text, without a value */
#define OPTION_ALL       0x40000u   /* --all */
#define OPTION_QUIET     0x80000u   /* --quiet */
#define OPTION_HEX       0x100000u  /* --hex BYTES */
#define OPTION_AS_HEX    0x200000u  /* --hex, without a value */
#define OPTION_FOLLOW    0x400000u  /* --follow */
#define OPTION_RESTORE   0x800000u  /* --restore */
#define OPTION_REQUESTED 0x1000000u /* --requested */

/* Of an object that is to be made. */
#define OPTION_SIZE         0x2000000u  /* --size S */
#define OPTION_KIND         0x4000000u  /* --kind K */
#define OPTION_MANUAL_RESET 0x8000000u  /* --manual-reset */
#define OPTION_SET          0x10000000u /* --set */
#define OPTION_INITIAL      0x20000000u /* --initial N */
#define OPTION_MAXIMUM      0x40000000u /* --maximum N */
#define OPTION_ASK          0x80000000u /* --ask */

/* More names than anybody types. */
#define ARGUMENTS_NAMES_MAX 256u

struct verb;

struct arguments {
    unsigned given;   /* OPTION_... */
    const char *name; /* the first one; NULL for a verb without one */
    const char *names[ARGUMENTS_NAMES_MAX];
    size_t name_count;
    const char *text;         /* NULL: not given */
    const char *hex;          /* NULL: not given */
    const char *level;        /* of --as; NULL: not given */
    const char *dll;          /* NULL: not given */
    const char *output;       /* NULL: not given */
    const char *input;        /* NULL: not given */
    const char *encoding;     /* NULL: not given */
    const char *kind;         /* NULL: not given */
    uint64_t size;            /* 0: not given */
    uint64_t initial;         /* 0: not given; at most INT32_MAX, as maximum */
    uint64_t maximum;         /* 0: not given */
    uint64_t offset;          /* 0: not given */
    uint64_t count;           /* UINT64_MAX: not given */
    uint64_t times;           /* UINT64_MAX: not given */
    uint64_t pad;             /* 0: not given */
    uint32_t timeout_ms;      /* SHMB_INFINITE: not given */
    uint32_t every_ms;        /* 0: not given */
    const wchar_t *command;   /* the text after `--`, as typed */
    uint32_t command_code;    /* set by a verb that ran the command: its exit code */
    const struct verb *verbs; /* the table of all verbs; actions of one verb are together */
    size_t verb_count;
};

/* Does a verb take the name of an object? NAME_SEVERAL: one or more. */
enum arguments_name { NAME_NONE, NAME_NEEDED, NAME_OPTIONAL, NAME_SEVERAL };

/* A verb, or one action of a verb, such as `event set`. */
struct verb {
    const char *verb, *action; /* action NULL: the verb has none */
    unsigned options;          /* those it takes */
    enum arguments_name name;
    bool runs_command;
    enum shmb_exit (*run)(struct arguments *arguments);
};

/*
 * Reads the words from `first` on, options and name in any order. `*help`: the wish for
 * help is among them; the words after it are then ignored. False: an error was printed. The
 * texts in `arguments` are those of `words`.
 */
bool arguments_read(const struct verb *verb, const struct words *words, size_t first,
                    struct arguments *arguments, bool *help);

/*
 * True: --json is among the words as an option, whether or not the rest is right. `allowed`: the
 * options of the verb, which tell whether a word is an option's value; all where it is not known.
 */
bool arguments_wants_json(const struct words *words, unsigned allowed);

/* The next option among `allowed`, as "--name"; start with `*at` 0. NULL: no more. */
const char *arguments_next_option(unsigned allowed, size_t *at);

#endif
