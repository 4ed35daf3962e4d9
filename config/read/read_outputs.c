/*
 * Such a path is absolute: the service has no current folder, and nobody else may change the
 * folders on the way (win32/files/public_file.h). The ending is fixed, so that a wrong path
 * replaces no file of another kind.
 */
#include "read_outputs.h"

#include <string.h>

#include "read_text.h"

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What is wrong with the part of a path from `at` to `end`; NULL: nothing. */
static const char *part_fault(const char *at, const char *end)
{
    if (at == end)
        return "has an empty part";
    if (end[-1] == '.' || end[-1] == ' ')
        return "has a part that ends with a dot or a space";
    for (; at < end; at++)
        if (strchr("/<>:\"|?*", *at) != NULL)
            return "has one of the characters / < > : \" | ? *";
    return NULL;
}

/* What is wrong with an absolute path; NULL: nothing. */
static const char *path_fault(const char *text)
{
    const char *at, *end, *fault = NULL;

    if (!is_letter(text[0]) || text[1] != ':' || text[2] != '\\')
        return "is not a full path on a drive";
    for (at = text + 3; fault == NULL; at = end + 1) {
        end = at + strcspn(at, "\\");
        fault = part_fault(at, end);
        if (*end == '\0')
            break;
    }
    return fault;
}

/* True: the text ends so, in upper or lower case, and has something before that. */
static bool ends_with(const struct node *node, const char *ending)
{
    size_t length = strlen(ending), i;

    if (node->length <= length || node->text[node->length - length - 1] == '\\')
        return false;
    for (i = 0; i < length; i++) {
        char c = node->text[node->length - length + i];

        if (c != ending[i] && !(is_letter(c) && (c | 0x20) == ending[i]))
            return false;
    }
    return true;
}

/* The path of a file with this ending. NULL: an error was added. `reason`: why this ending. */
static const char *read_path(struct reader *reader, const struct node *node,
                             const struct path *path, const char *ending, const char *reason)
{
    const char *fault;
    struct shown shown;

    if (node->kind != NODE_SCALAR || node_is_null(node)) {
        reader_error(reader, node, path, "expected the path of a file, found %s",
                     reader_show(node, &shown));
        return NULL;
    }
    if (!read_text_check(reader, node, path, "the path"))
        return NULL;
    fault = path_fault(node->text);
    if (fault != NULL) {
        reader_error(reader, node, path, "%s %s; write one such as 'C:\\Folder\\shmbroker%s'",
                     reader_show(node, &shown), fault, ending);
        return NULL;
    }
    if (!ends_with(node, ending)) {
        reader_error(reader, node, path, "%s must end in %s: %s", reader_show(node, &shown), ending,
                     reason);
        return NULL;
    }
    return reader_text(reader, node->text, node->length);
}

void read_metrics(struct reader *reader, const struct node *node, const struct path *path)
{
    static const char *const keys[] = {"file", "every"};
    struct path file = {path, keys[0], 0}, every = {path, keys[1], 0};
    struct cfg_metrics *metrics = &reader->cfg->metrics;
    const struct node *values[2];
    uint64_t ms;
    unsigned meant;

    metrics->place = reader_place(reader, node);
    metrics->every_ms = CFG_METRICS_MS;
    if (!read_keys(reader, node, path, keys, 2, values, &meant))
        return;
    if (values[0] != NULL)
        metrics->file = read_path(reader, values[0], &file, ".prom",
                                  "the textfile collector reads no other files");
    else if ((meant & 1u) == 0)
        reader_error(reader, node, path,
                     "metrics needs file, such as file: 'C:\\Program "
                     "Files\\windows_exporter\\textfile_inputs\\shmbroker.prom'");
    if (values[1] != NULL && read_time(reader, values[1], &every, CFG_METRICS_MIN, CFG_METRICS_MAX,
                                       "the time is 1 s to 1 h", &ms))
        metrics->every_ms = (uint32_t)ms;
}

static void read_log_size(struct reader *reader, const struct node *node, const struct path *path)
{
    static const char range[] = "the size is 64 KiB to 1 GiB";
    uint64_t size = read_size(reader, node, path, CFG_LOG_MAX, range);
    struct shown shown;

    if (size >= CFG_LOG_MIN)
        reader->cfg->log.size = size;
    else if (size > 0)
        reader_error(reader, node, path, "%s; %s", reader_show(node, &shown), range);
}

void read_log(struct reader *reader, const struct node *node, const struct path *path)
{
    static const char *const keys[] = {"file", "size", "former", "format"};
    static const char *const formats[] = {"text", "json"};
    struct path paths[4];
    struct cfg_log *out = &reader->cfg->log;
    const struct node *values[4];
    uint64_t former;
    size_t i, format;
    unsigned meant;

    out->place = reader_place(reader, node);
    out->size = CFG_LOG_SIZE;
    out->former = CFG_LOG_FORMER;
    for (i = 0; i < 4; i++)
        paths[i] = (struct path){path, keys[i], 0};
    if (!read_keys(reader, node, path, keys, 4, values, &meant))
        return;
    if (values[0] != NULL)
        out->file = read_path(reader, values[0], &paths[0], ".log",
                              "so that no file of another kind is written");
    else if ((meant & 1u) == 0)
        reader_error(reader, node, path,
                     "log needs file, such as file: "
                     "'C:\\ProgramData\\ShmBroker\\state\\shmbroker.log'");
    if (values[1] != NULL)
        read_log_size(reader, values[1], &paths[1]);
    if (values[2] != NULL && read_number(reader, values[2], &paths[2], 1, 99, &former))
        out->former = (uint32_t)former;
    if (values[3] != NULL && read_word(reader, values[3], &paths[3], formats, 2, &format))
        out->json = format == 1;
}
