#include "queue_words.h"

#include "directory.h"

const char *queue_ends_word(uint32_t flags, uint32_t one)
{
    return (flags & one) != 0 ? "one" : "many";
}

const char *queue_overflow_word(uint32_t flags)
{
    return (flags & SHMB_ENTRY_REFUSE) != 0        ? "refuse"
           : (flags & SHMB_ENTRY_DROP_OLDEST) != 0 ? "drop oldest"
                                                   : "block";
}

void queue_words_json(struct json *json, uint32_t slots, uint32_t slot_size, uint32_t flags)
{
    json_object(json, "queue");
    json_number(json, "slots", slots);
    json_number(json, "slot_size", slot_size);
    json_string(json, "producers", queue_ends_word(flags, SHMB_ENTRY_ONE_PRODUCER));
    json_string(json, "consumers", queue_ends_word(flags, SHMB_ENTRY_ONE_CONSUMER));
    json_string(json, "overflow", queue_overflow_word(flags));
    json_object_end(json);
}
