#include "message_json.h"

static void put_number(struct json *json, const char *key, uint64_t number)
{
    if (number != 0)
        json_number(json, key, number);
    else
        json_null(json, key);
}

void message_json_put(struct json *json, const struct message_json *message)
{
    json_object(json, NULL);
    json_string(json, "file", message->file);
    put_number(json, "line", message->line);
    put_number(json, "column", message->column);
    json_string(json, "severity", message->severity);
    json_string(json, "object", message->object);
    json_string(json, "text", message->text);
    json_object_end(json);
}
