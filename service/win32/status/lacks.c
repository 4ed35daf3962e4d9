/* A service that runs may still be degraded: its report, or else its directory, says so. */
#include "lacks.h"

#include "answer.h"
#include "console.h"
#include "out_of_memory.h"
#include "status.h"

/* A document has what is printed here as warnings. */
static void note_reasons(const struct status *status)
{
    size_t i;

    for (i = 0; i < status->reasons.count; i++)
        answer_note(status->reasons.text[i], true);
}

enum shmb_exit lacks_print(const char *first, bool administrator)
{
    struct status status = {.state_word = "running", .runs = true, .administrator = administrator};
    bool enough = status_ask_broker(&status) && status_find_holders(&status);
    enum shmb_exit result = SHMB_EXIT_DONE;

    if (enough && status.incomplete) {
        result = SHMB_EXIT_NOT_SO;
        status_find_reasons(&status);
        note_reasons(&status);
        console_lines_to_errors(true);
        console_line("%s", first);
        enough = status_print_lacks(&status);
        console_lines_to_errors(false);
    }
    status_free(&status);
    return enough ? result : out_of_memory();
}
