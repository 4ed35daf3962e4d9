#include "answers.h"

#include <stdio.h>
#include <string.h>

#include "script.h"
#include "visible.h"

void answer_show(const char *text, size_t length, char *out, size_t size)
{
    if (length >= size)
        length = size - 1;
    memcpy(out, text, length);
    out[length] = '\0';
    shmb_make_visible(out, false);
}

static bool refuse(struct answer_fault *fault, const char *text)
{
    snprintf(fault->text, sizeof(fault->text), "%s", text);
    return false;
}

/* The error begins with this word. */
static bool begins(const redisReply *reply, const char *word)
{
    size_t length = strlen(word);

    return reply->len >= length && memcmp(reply->str, word, length) == 0 &&
           (reply->len == length || reply->str[length] == ' ');
}

/* MOVED 3999 host:port */
static enum answer read_place(const redisReply *reply, enum answer kind, struct answer_fault *fault)
{
    const char *at = memchr(reply->str, ' ', reply->len);
    const char *end = reply->str + reply->len;
    size_t length;

    if (at != NULL)
        at = memchr(at + 1, ' ', (size_t)(end - at - 1));
    if (at == NULL)
        return ANSWER_FAULT;
    length = (size_t)(end - at - 1);
    if (length == 0 || length >= sizeof(fault->place))
        return ANSWER_FAULT;
    memcpy(fault->place, at + 1, length);
    fault->place[length] = '\0';
    return kind;
}

/* Of a cluster, others may know more than a node that is cut off; of one slot, none does. */
static bool is_about_one_slot(const redisReply *reply)
{
    return begins(reply, "CLUSTERDOWN") && strstr(reply->str, "Hash slot not served") != NULL;
}

enum answer answer_sort(const redisReply *reply, struct answer_fault *fault)
{
    static const struct {
        const char *word;
        enum answer kind;
    } known[] = {
        {"NOSCRIPT", ANSWER_UNKNOWN}, {"READONLY", ANSWER_LEAVE},    {"LOADING", ANSWER_LEAVE},
        {"MASTERDOWN", ANSWER_LEAVE}, {"CLUSTERDOWN", ANSWER_LEAVE}, {"TRYAGAIN", ANSWER_LATER},
        {"NOREPLICAS", ANSWER_LATER}, {"BUSY", ANSWER_LATER},        {"OOM", ANSWER_LATER},
    };
    size_t i;

    *fault = (struct answer_fault){0};
    if (reply->type != REDIS_REPLY_ERROR)
        return ANSWER_GOOD;
    answer_show(reply->str, reply->len, fault->text, sizeof(fault->text));
    if (begins(reply, "MOVED"))
        return read_place(reply, ANSWER_ELSEWHERE, fault);
    if (begins(reply, "ASK"))
        return read_place(reply, ANSWER_ASK, fault);
    if (is_about_one_slot(reply))
        return ANSWER_LATER;
    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (begins(reply, known[i].word))
            return known[i].kind;
    return ANSWER_FAULT;
}

bool answer_place(const char *text, char *host, size_t size, uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    uint64_t number;

    host[0] = '\0';
    if (colon == NULL || !revision_number(colon + 1, strlen(colon + 1), 65535, &number) ||
        number == 0)
        return false;
    *port = (uint16_t)number;
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length == 0 || length >= size)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return true;
}

static bool is_text(const redisReply *reply)
{
    return reply != NULL && reply->type == REDIS_REPLY_STRING;
}

static bool number_of(const redisReply *reply, uint64_t most, uint64_t *out)
{
    *out = 0;
    return is_text(reply) && revision_number(reply->str, reply->len, most, out);
}

/* All that is not a value of shmbmirror is refused: another program may have written the key. */
static bool read_head(redisReply *const *fields, struct revision_head *head)
{
    const redisReply *origin = fields[2];

    if (!number_of(fields[0], REVISION_MOST, &head->revision.number) ||
        head->revision.number == 0 || !is_text(fields[1]) ||
        !revision_stamp(fields[1]->str, fields[1]->len, head->revision.stamp))
        return false;
    if (!is_text(origin) || origin->len > REVISION_ORIGIN)
        return false;
    answer_show(origin->str, origin->len, head->origin, sizeof(head->origin));
    return number_of(fields[3], UINT64_MAX, &head->generation) &&
           number_of(fields[4], UINT64_MAX, &head->change) &&
           number_of(fields[5], UINT64_MAX, &head->size) && head->size > 0;
}

bool answer_value(redisReply *const *fields, size_t count, struct revision_head *head,
                  const char **content, struct answer_fault *fault)
{
    static const char foreign[] = "the key has no value of shmbmirror; delete it, or use another "
                                  "bucket";

    *head = (struct revision_head){0};
    if (content != NULL)
        *content = NULL;
    if (count < SCRIPT_COUNT + (content != NULL ? 1u : 0u))
        return refuse(fault, "the answer has not as many fields as were asked for");
    if (fields[0] != NULL && fields[0]->type == REDIS_REPLY_NIL)
        return true;
    if (!read_head(fields, head)) {
        *head = (struct revision_head){0};
        return refuse(fault, foreign);
    }
    if (content == NULL)
        return true;
    if (!is_text(fields[SCRIPT_COUNT]) || fields[SCRIPT_COUNT]->len != head->size) {
        *head = (struct revision_head){0};
        return refuse(fault, foreign);
    }
    *content = fields[SCRIPT_COUNT]->str;
    return true;
}

bool answer_written(const redisReply *reply, enum answer_write *result, uint64_t *number,
                    struct revision_head *head, const char **content, struct answer_fault *fault)
{
    static const char strange[] = "the answer is not one of the script";
    redisReply *const *fields;

    *head = (struct revision_head){0};
    *number = 0;
    *content = NULL;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || reply->element[0] == NULL ||
        reply->element[0]->type != REDIS_REPLY_INTEGER)
        return refuse(fault, strange);
    fields = reply->element + 1;
    switch (reply->element[0]->integer) {
    case 1:
        *result = WRITE_DONE;
        return (number_of(fields[0], REVISION_MOST, number) && *number != 0) ||
               refuse(fault, strange);
    case 0:
        *result = WRITE_OTHER;
        return answer_value(fields, reply->elements - 1, head,
                            reply->elements - 1 > SCRIPT_COUNT ? content : NULL, fault);
    case 2:
        *result = WRITE_SIZE;
        return answer_value(fields, reply->elements - 1, head, NULL, fault);
    default:
        return refuse(fault, strange);
    }
}

/* The next word of a line that ends at `end`; `*at` goes behind it. */
static const char *next_word(const char **at, const char *end, size_t *length)
{
    const char *word = *at, *space = memchr(word, ' ', (size_t)(end - word));

    *length = (size_t)((space != NULL ? space : end) - word);
    *at = space != NULL ? space + 1 : end;
    return word;
}

static bool next_number(const char **at, const char *end, uint64_t most, uint64_t *out)
{
    size_t length;
    const char *word = next_word(at, end, &length);

    return revision_number(word, length, most, out);
}

/* All of the line of a message but the origin, which is the rest of it. */
static bool read_line(const char **at, const char *end, struct revision_head *head)
{
    size_t length;
    const char *stamp;

    if (!next_number(at, end, REVISION_MOST, &head->revision.number) || head->revision.number == 0)
        return false;
    stamp = next_word(at, end, &length);
    return revision_stamp(stamp, length, head->revision.stamp) &&
           next_number(at, end, UINT64_MAX, &head->generation) &&
           next_number(at, end, UINT64_MAX, &head->change) &&
           next_number(at, end, UINT64_MAX, &head->size) && head->size > 0;
}

bool answer_message(const redisReply *reply, struct answer_message *message)
{
    const redisReply *text;
    const char *at, *end, *line_end;

    *message = (struct answer_message){0};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 || !is_text(reply->element[0]) ||
        strcmp(reply->element[0]->str, "message") != 0 || !is_text(reply->element[1]) ||
        !is_text(reply->element[2]))
        return false;
    text = reply->element[2];
    at = text->str;
    end = at + text->len;
    line_end = memchr(at, '\n', text->len);
    if (line_end == NULL)
        line_end = end;
    if (!read_line(&at, line_end, &message->head) || line_end - at > REVISION_ORIGIN)
        return false;
    answer_show(at, (size_t)(line_end - at), message->head.origin, sizeof(message->head.origin));
    message->channel = reply->element[1]->str;
    if (line_end == end)
        return true;
    message->content = line_end + 1;
    return (uint64_t)(end - message->content) == message->head.size;
}
