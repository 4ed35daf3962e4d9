/*
 * installing.h - `shmbroker install` as tests run it, and the folders it makes.
 */
#ifndef TEST_INSTALLING_H
#define TEST_INSTALLING_H

#include "service_manager.h"

#define SOURCE_KEY "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker"
#define EVERYTHING "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)"

/* Segment ShmbTest.Data of 64 bytes, with a lock. */
extern const char configuration[];

/* `install` with this text as configuration, where the service is not installed, and where it is. */
void install(const char *text);
void install_again(const char *text);

/* `install` without a configuration; this is part of what it says. */
void install_plainly(const char *part);

/* `install` with this text, and `start`. */
void install_and_start(const char *text);

/* The program that `install` has put in its place. */
const char *installed_program(void);

/*
 * What is to be added to `install`: nothing is safe where every file belongs to a user.
 * On Windows what install makes must be.
 */
const char *trying_out(void);

bool exists(const wchar_t *path);

/* Gives the path this access list, and no inherited one. */
void protect(const wchar_t *path, const char *sddl);

/* Freed with LocalFree(). */
PSECURITY_DESCRIPTOR descriptor_of(const wchar_t *sddl);

/* "%ProgramData%\..." in full; the last three that were asked for stay as they are. */
wchar_t *in_program_data(const wchar_t *path);

#endif
