/*
 * cpp_checks.h - the tests of the C++ headers, for a test program in C.
 *
 * Each returns 0, or the line that was not so. They expect segments
 * "ShmbTest.Cpp" of 100 bytes with a lock and change events, and
 * "ShmbTest.ReadOnly".
 */
#ifndef CPP_CHECKS_H
#define CPP_CHECKS_H

#ifdef __cplusplus
extern "C" {
#endif

int cpp_segments(void);
int cpp_results(void);
int cpp_locks(void);
int cpp_views(void);
int cpp_first_and_changes(void);
int cpp_private(void);
int cpp_queues(void);
/* With a pipe that says: created, 4096 bytes, by the rule "App"; and with one that says: the
   account uses 3 of 3 objects, by the same rule. */
int cpp_requests(void);
int cpp_refusals(void);

/* CSharedMemory, compiled for UTF-16 and for the code page. */
int cpp_msj_private_wide(void);
int cpp_msj_private_ansi(void);
int cpp_msj_broker_wide(void);
int cpp_msj_broker_ansi(void);

#ifdef __cplusplus
}
#endif

/* In a function that returns an int. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

#endif
