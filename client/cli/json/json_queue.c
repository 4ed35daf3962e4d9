#include "json_queue.h"

#include <stdlib.h>
#include <string.h>

void queue_facts_find(const shmb_info *info, struct queue_facts *out)
{
    shmb_queue *queue;

    memset(out, 0, sizeof(*out));
    if (info->kind != SHMB_KIND_QUEUE || shmb_queue_open(info->name, SHMB_READ, 0, &queue) < 0)
        return;
    out->level.size = sizeof(out->level);
    out->known = shmb_queue_level(queue, &out->level) == SHMB_OK;
    shmb_queue_close(queue);
}

void json_put_queue(struct json *json, const char *key, const struct queue_facts *facts)
{
    if (!facts->known) {
        json_null(json, key);
        return;
    }
    json_object(json, key);
    json_number(json, "waiting", facts->level.messages);
    json_decimal(json, "put", facts->level.put);
    json_decimal(json, "got", facts->level.got);
    json_decimal(json, "dropped", facts->level.dropped);
    json_decimal(json, "refused", facts->level.refused);
    json_object_end(json);
}

char *queue_hex(const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = malloc(2 * length + 1);
    size_t i;

    if (hex == NULL)
        return NULL;
    for (i = 0; i < length; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * length] = '\0';
    return hex;
}

bool json_put_message(struct json *json, const char *name, const uint8_t *bytes, size_t length)
{
    char *hex = queue_hex(bytes, length);

    json_names(json, name, false);
    json_number(json, "bytes", length);
    json_string(json, "hex", hex);
    free(hex);
    return hex != NULL;
}
