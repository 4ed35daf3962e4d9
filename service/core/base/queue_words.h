/*
 * queue_words.h - what a queue is like, in the words of the configuration and from the flags of the
 * directory.
 */
#ifndef CORE_QUEUE_WORDS_H
#define CORE_QUEUE_WORDS_H

#include <stdint.h>

#include "json.h"

/* "one" if the flag (SHMB_ENTRY_ONE_...) is among them, else "many". */
const char *queue_ends_word(uint32_t flags, uint32_t one);

/* "block", "refuse", "drop oldest" */
const char *queue_overflow_word(uint32_t flags);

/* The member `queue` of an object of JSON. */
void queue_words_json(struct json *json, uint32_t slots, uint32_t slot_size, uint32_t flags);

#endif
