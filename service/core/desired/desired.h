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
struct setup {
    struct cfg_messages messages;
    struct configuration configuration;
    struct trustees *known;
    struct inventory *inventory;
    trustees_memory *memory; /* not NULL: accounts may be pending; see trustees.h */
    void *memory_context;
};

/*
 * Reads the main file and all it includes through the port `files`, and expands
 * it through `system`. With CONFIGURATION_FORGIVING, an included file with an
 * error that only the system can find is left out, too. SHMB_EXIT_DONE;
 * SHMB_EXIT_NOT_SO: errors are in `messages`, or the main file cannot be read,
 * see configuration.files[0]; SHMB_EXIT_SYSTEM: no memory. `out`, all zero but
 * for the memory before, is to be ended with setup_free in any case.
 */
enum shmb_exit setup_read(const struct system *system, const struct system *files, const char *file,
                          enum configuration_policy policy, struct setup *out);
void setup_free(struct setup *setup);

/* The inventory once more, from what is known of accounts now. As inventory_build. */
enum sys_status setup_expand_again(const struct setup *setup, struct inventory **out);

/* True: the main file could not be read, its `why` says more than the messages. */
bool setup_unreadable(const struct setup *setup);

/* True: nothing was left out, and the content of no segment is unread. */
bool setup_is_whole(const struct setup *setup);

/* The messages as lines of the report. */
void setup_notes(const struct setup *setup, struct notes *notes);

#endif
