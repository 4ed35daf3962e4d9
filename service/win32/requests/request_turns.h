/*
 * request_turns.h - how long a client may keep an instance of the pipe, and how many of them one
 * process or account may have. Only the rules, over a table; the caller tells the time.
 *
 * There is a fixed number of instances, so whoever keeps one keeps others out. No client can keep
 * one for long, and none all of them:
 *
 *   sending    REQUEST_TURNS_SEND_MS for the whole message
 *   waiting    for the broker's thread, which no client can hold up; a quarter for one account
 *   answered   REQUEST_TURNS_LEAVE_MS to take the answer and to close
 *
 * While no instance is free, the client that has been sending or leaving for the longest time, and
 * for REQUEST_TURNS_LEAST_MS at least, must go.
 */
#ifndef REQUEST_TURNS_H
#define REQUEST_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system.h"

#define REQUEST_TURNS       32u /* instances of the pipe */
#define REQUEST_TURNS_SHARE 8u  /* of one process that sends, or of one account that waits */
#define REQUEST_TURNS_PROCESS                                                                      \
    16u /* of one process that sends or leaves; others are not answered                            \
         */
#define REQUEST_TURNS_SEND_MS  2000u
#define REQUEST_TURNS_LEAVE_MS 1000u
#define REQUEST_TURNS_LEAST_MS 100u

enum request_turn_step {
    REQUEST_TURN_FREE,     /* no client has it */
    REQUEST_TURN_SENDING,  /* connected; the message is not complete */
    REQUEST_TURN_WAITING,  /* for the broker's thread */
    REQUEST_TURN_ANSWERED, /* the answer is on its way, or the client has to close */
};

struct request_turn {
    enum request_turn_step step;
    uint64_t since;            /* milliseconds, when the step began */
    uint32_t process;          /* the client's, as the pipe says; 0: not known */
    char account[SYS_SID_MAX]; /* waiting: its SID */
};

/* What becomes of a client that has connected. */
enum request_turns_admission { REQUEST_TURNS_ADMIT, REQUEST_TURNS_BUSY, REQUEST_TURNS_DROP };

/* For a client of this process that has just connected; its own instance is still FREE. */
enum request_turns_admission request_turns_admit(const struct request_turn turns[REQUEST_TURNS],
                                                 uint32_t process);

/* True: the account has its share of those who wait. */
bool request_turns_account_full(const struct request_turn turns[REQUEST_TURNS],
                                const char *account);

/* The instance whose client must go now; REQUEST_TURNS: none. Ask again after each. */
size_t request_turns_expired(const struct request_turn turns[REQUEST_TURNS], uint64_t now);

/* Milliseconds until a client may have to go; UINT32_MAX: none has to. */
uint32_t request_turns_delay(const struct request_turn turns[REQUEST_TURNS], uint64_t now);

#endif
