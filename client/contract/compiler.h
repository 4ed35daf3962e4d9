/*
 * compiler.h - the one place where compilers differ.
 *
 * Everything else in the tree is plain C17. Add here only what more than one
 * file needs and every supported compiler (MSVC, gcc, clang) has in some form.
 */
#ifndef SHMB_COMPILER_H
#define SHMB_COMPILER_H

/* SHMB_PRINTF(f, a): argument f is a printf format, its values start at argument a. */
#if defined(__MINGW32__) && !defined(__clang__)
#define SHMB_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#elif defined(__GNUC__)
#define SHMB_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SHMB_PRINTF(f, a)
#endif

#endif
