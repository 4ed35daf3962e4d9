#include "pipe_clients.h"

#include <stdio.h>
#include <stdlib.h>

#include "request_message.h"

static struct child *start(const struct launch *how, const char *program, const char *steps)
{
    return child_start(how, "\"%s\" %s %s", program, SHMB_REQUEST_PIPE, steps);
}

struct child *pipe_client(const char *steps)
{
    return pipe_client_as(NULL, steps);
}

struct child *pipe_client_as(const struct launch *how, const char *steps)
{
    return start(how, support_sibling("pipe_client.exe"), steps);
}

struct child *pipe_client_other(const char *steps)
{
    const char *folder = getenv("SHMB_OTHER_BIN");
    char path[MAX_PATH * 4];

    if (folder == NULL)
        skip();
    snprintf(path, sizeof(path), "%s\\pipe_client.exe", folder);
    return start(NULL, path, steps);
}

void pipe_client_says(struct child *client, const char *line)
{
    child_expect(client, line);
    assert_int_equal(child_end(client), 0);
}

void pipe_client_is_answered(void)
{
    pipe_client_says(pipe_client(ASKS), "answer 128 0 0");
}
