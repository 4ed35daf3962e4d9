/* A service that runs may still be degraded: its report, or else its directory, says so. */
#include "lacks.h"

#include "console.h"
#include "status.h"

enum shmb_exit lacks_print(const char *first, bool administrator)
{
    struct status status = {.state_word = "running", .runs = true, .administrator = administrator};
    bool enough = status_ask_broker(&status), unknown;
    enum shmb_exit result = SHMB_EXIT_DONE;

    unknown = enough && !status.directory && !status.reported && administrator;
    if (enough && status.incomplete) {
        result = SHMB_EXIT_NOT_SO;
        enough = status_find_holders(&status);
        if (enough) {
            console_line("%s", first);
            enough = status_print_lacks(&status);
        }
    } else if (unknown) {
        result = SHMB_EXIT_NOT_SO;
        console_line("%s", first);
        console_line("degraded:      neither its directory nor its report can be read; see the "
                     "application event log");
    }
    status_free(&status);
    if (enough)
        return result;
    console_error("shmbroker: out of memory");
    return SHMB_EXIT_SYSTEM;
}
