/*
 * light_port.h - a port on which every call works and that remembers nothing: for lives with very
 * many requests, where the fake system would remember every call. Names are free, unless the broker
 * holds them.
 */
#ifndef TESTS_LIGHT_PORT_H
#define TESTS_LIGHT_PORT_H

#include "system.h"

/* What the light port asks the test. */
struct light {
    const char *configuration; /* the main file */
    /* At a wait: the next message for the broker; false: none, the wait is over. */
    bool (*next)(struct sys_asker *asker, uint8_t *bytes);
    void (*answered)(const uint8_t *bytes);
    enum sys_wake (*wait)(uint32_t ms);
    bool (*stopping)(void);
};

/* The port; `light` is borrowed. There is one at a time. */
const struct system *light_port(const struct light *light);

/* Not 0 while the port allocates for itself. */
extern unsigned light_busy;

/* Objects that are held now; and bytes of the state file since it was last written as a whole. */
size_t light_held(void);
uint64_t light_appended(void);

#endif
