/*
 * desired.h - a configuration from its files to the inventory that is served,
 * with all that must live as long.
 */
#ifndef CORE_DESIRED_H
#define CORE_DESIRED_H

#include "config_files.h"
#include "exit_codes.h"
#include "inventory.h"
#include "report_lines.h"
#include "trustees.h"

/* All zero: nothing yet. */
struct desired {
    struct cfg_messages messages;
    struct config_files configuration;
    struct trustees *known;
    struct inventory *inventory;
    trustees_memory *memory; /* not NULL: accounts may be pending; see trustees.h */
    void *memory_context;
};

/*
 * Reads the main file and all it includes through the port `files`, and expands
 * it through `system`. With CONFIG_FILES_FORGIVING, an included file with an
 * error that only the system can find is left out, too. SHMB_EXIT_DONE;
 * SHMB_EXIT_NOT_SO: errors are in `messages`, or the main file cannot be read,
 * see configuration.files[0]; SHMB_EXIT_SYSTEM: no memory. `out`, all zero but
 * for the memory before, is to be ended with desired_free in any case.
 */
enum shmb_exit desired_read(const struct system *system, const struct system *files,
                            const char *file, enum config_files_policy policy, struct desired *out);
void desired_free(struct desired *desired);

/* The inventory once more, from what is known of accounts now. As inventory_build. */
enum sys_status desired_expand_again(const struct desired *desired, struct inventory **out);

/* True: the main file could not be read, its `why` says more than the messages. */
bool desired_unreadable(const struct desired *desired);

/* True: nothing was left out, and the content of no segment is unread. */
bool desired_is_whole(const struct desired *desired);

/* The messages as lines of the report. */
void desired_notes(const struct desired *desired, struct report_lines *notes);

#endif
