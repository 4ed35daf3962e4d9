/*
 * asking.h - programs that ask a broker on the fake port for objects.
 */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include "fake_system.h"
#include "life.h"
#include "request_message.h"

#define ALICE "S-1-5-21-1-2-3-1001" /* a member of Users */
#define BOB   "S-1-5-21-1-2-3-1002" /* the same */
#define EVE   "S-1-5-21-1-2-3-1666" /* of no group */
#define ROOT  "S-1-5-21-1-2-3-500"  /* an administrator */

/* The machine of the tests that follow: those accounts, and a broker of the service's SID. */
struct fake *asking_begin(void);

/* A request; the broker has it at the next wait. Each returns its number, for asking_answer. */
size_t asking_segment(const char *sid, const char *name, uint64_t size);
size_t asking_object(const char *sid, const char *name, enum shmb_kind kind, uint32_t flags);
size_t asking_release(const char *sid, const char *name);
/* Asks what the answer to asking_segment would be. */
size_t asking_only(const char *sid, const char *name, uint64_t size);
/* Any of them, as written. */
size_t asking_send(const char *sid, const struct shmb_request_message *message);

/* The answer; ends the test where there is none. */
struct shmb_request_answer asking_answer(size_t number);
/* Ends the test where the answer has another reason. */
void asking_expect(size_t number, enum shmb_request_reason reason);
/* Ends the test unless this request made the object, or found it. */
void asking_expect_made(size_t number, bool made);

/* True: the directory lists the name as held. */
bool asking_is_held(const char *name);

#endif
