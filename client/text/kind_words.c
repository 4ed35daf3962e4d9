#include "kind_words.h"

const char *const shmb_kind_one[SHMB_KIND_COUNT] = {"segment", "mutex", "event", "semaphore",
                                                    "queue"};
const char *const shmb_kind_many[SHMB_KIND_COUNT] = {"segments", "mutexes", "events", "semaphores",
                                                     "queues"};
