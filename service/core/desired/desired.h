/*
 * desired.h - all that the configuration wants: from its files to the inventory, with
 * everything that the inventory refers to.
 */
#ifndef CORE_DESIRED_H
#define CORE_DESIRED_H

#include "config_digest.h"
#include "config_files.h"
#include "exit_codes.h"
#include "inventory.h"
#include "report_lines.h"
#include "trustees.h"

/*
 * Says what is wanted besides the objects of a configuration (inventory.h): what programs have asked
 * for and `config` allows; `known` has its accounts. The objects must live as long as the desired
 * that asks. False: no memory.
 */
typedef bool desired_more(void *context, const struct cfg *config, struct trustees *known,
                          struct inventory_more *out);

/* All zero: empty. */
struct desired {
    struct cfg_messages messages;
    struct config_files configuration;
    struct trustees *known;
    struct inventory *inventory;
    char digest[SHA256_TEXT]; /* config_digest; empty unless desired_read was done */
    trustees_memory *memory; /* set: accounts may be pending, see trustees_allow_pending */
    void *memory_context;
    desired_more *more; /* NULL: nothing */
    void *more_context;
};

/*
 * Reads the main file and its includes through the port `files`, and builds the inventory
 * through `system`. With CONFIG_FILES_FORGIVING, an included file with an unknown account
 * is left out, too. `patience` as config_files_read. `out` is all zero before, except for `memory`,
 * `more` and their contexts. Free it with desired_free in any case.
 *
 * SHMB_EXIT_DONE. SHMB_EXIT_NOT_SO: `messages` has errors, or the main file cannot be read
 * (see desired_unreadable). SHMB_EXIT_SYSTEM: no memory.
 */
enum shmb_exit desired_read(const struct system *system, const struct system *files,
                            const char *file, enum config_files_policy policy, uint32_t patience,
                            struct desired *out);
void desired_free(struct desired *desired);

/*
 * Builds another inventory, with the accounts as they are known now, and with what programs have
 * asked for now. As inventory_build.
 */
enum sys_status desired_expand_again(const struct desired *desired, struct inventory **out);

/* True: the main file cannot be read; `why` of configuration.files[0] says the reason. */
bool desired_unreadable(const struct desired *desired);

/*
 * True: another program held files of it, so nothing can be said of what they contain. Then
 * configuration.held says which, and other errors may come from that.
 */
bool desired_is_held(const struct desired *desired);

/* True: no file was left out, and no content is unread. */
bool desired_is_whole(const struct desired *desired);

/* Adds the messages as lines of the report. */
void desired_notes(const struct desired *desired, struct report_lines *notes);

#endif
