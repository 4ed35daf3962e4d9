/*
 * slots_world.h - what programs with fast locks find on the fake system: the directory's entry, the
 * block with the lock word, the slots and their mutexes.
 */
#ifndef TESTS_SLOTS_WORLD_H
#define TESTS_SLOTS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "directory.h"
#include "life.h"
#include "names.h"
#include "lock_word.h"
#include "slots.h"

extern struct fake *fake;

/* A new machine, whose broker runs as the service. */
int slots_world_open(void **state);

/* The entry of the published table; fails the test if there is none. */
struct shmb_entry slots_entry(const char *name);
bool slots_has_entry(const char *name);

/* The block of a held segment, in its control section. */
struct shmb_block *slots_block(const char *name);

/* The slots section of this number; fails the test if it does not exist. */
struct shmb_slots *slots_section(uint32_t number);

/* How many of the mutexes of a domain the broker holds. */
uint32_t slots_mutexes(uint32_t number);

/* A program with the library opens slots section and control section, and one mutex: it lives. */
void slots_use(const char *name, uint32_t slot);
void slots_leave(const char *name, uint32_t slot);

/* Changes the configuration, and asks for a reload. */
void slots_reload(const char *text);

/* What a thread writes into the lock word that takes the lock. */
uint64_t slots_identity(uint32_t slot, uint32_t generation);

#endif
