/*
 * hostile.h - the processes of test_hostile: an attacker, and programs that
 * have to live with it.
 *
 *   scribble SEED    "scribbling over N": random bytes over all N sections it may write,
 *                    found through the broker's directory; until killed
 *   hog              takes the lock of ATTACKED for ever; "holding"
 *   die SEED         takes it, spoils something, and dies; "dying"
 *   spoil            spoils the control section in a way that cannot be missed; "spoiled"
 *   wipe             fills the header of the control section with zeros; "wiped"
 *   neighbour WHO    uses the library until its input ends, and says "fine TICKS RESULTS" after
 * each batch of calls: the time at which that began, and the set of all results so far. At the
 * first call that takes too long, or returns what the header does not allow there, it says which,
 * and ends. WHO: writer and reader, both of ATTACKED; owner, who alone writes APART; guest, who
 * reads it
 */
#ifndef TEST_HOSTILE_H
#define TEST_HOSTILE_H

#include "support.h"

#include "shmb.h"

#define ATTACKED "ShmbTest.Attacked"
#define BESIDE   "ShmbTest.Beside" /* in the same writer set */
#define APART    "ShmbTest.Apart"  /* in another one */

#define ATTACKED_SIZE 5000u
#define APART_SIZE    1000u
#define OBJECTS       6u /* in the directory: three segments, each with its lock */

#define EXIT_DIED 7u

/* A result in a set of results. */
#define HOSTILE_RESULT(result)                                                                     \
    (1u << ((result) < 0 ? -(result) : (result) == SHMB_ABANDONED ? 31 : 0))

int hostile_scribble(int argc, char **argv);
int hostile_hog(int argc, char **argv);
int hostile_die(int argc, char **argv);
int hostile_spoil(int argc, char **argv);
int hostile_wipe(int argc, char **argv);
int hostile_neighbour(int argc, char **argv);

#endif
