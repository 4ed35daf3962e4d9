/*
 * compiler.h - everything that differs between compilers.
 *
 * All other files are plain C17. Add here only what more than one file needs and
 * every supported compiler (MSVC, gcc, clang) has in some form.
 *
 * Atomics on shared memory: the few operations that the shared layouts need. MSVC's
 * <stdatomic.h> is experimental, and compilers do not promise each other the layout of
 * _Atomic types. Addresses must be naturally aligned.
 *
 * On 32-bit x86, 64-bit loads go through an SSE register. The usual instruction,
 * cmpxchg8b, writes to memory even for a load and faults on a read-only view. A plain
 * or volatile access is two accesses of 32 bits; with gcc 12, so is _mm_loadl_epi64.
 * MSVC's __iso_volatile_load64 is one access, on x86, too; clang-cl's not always.
 *
 * On ARM64, MSVC's volatile accesses are plain ones, and the barriers are instructions:
 * ISHLD orders earlier loads before all that follows, ISH everything.
 */
#ifndef SHMB_COMPILER_H
#define SHMB_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* clang-cl defines _MSC_VER as well, and has clang's own operations. */
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define SHMB_MSVC 1
#if defined(_M_ARM64EC) || !(defined(_M_IX86) || defined(_M_X64) || defined(_M_ARM64))
#error "the fences are for x86, x64 and ARM64"
#endif
#endif
#if defined(_M_IX86) || defined(__i386__)
#define SHMB_X86_32 1
#endif
#if defined(__SSE2__) || defined(_M_X64) || defined(_M_IX86)
#include <emmintrin.h>
#define SHMB_SSE2 1
#endif

/* SHMB_PRINTF(f, a): parameter f is a printf format, its values start at parameter a. */
#if defined(__MINGW32__) && !defined(__clang__)
#define SHMB_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#elif defined(__GNUC__)
#define SHMB_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SHMB_PRINTF(f, a)
#endif

/* For a short function on a path where a call takes as long as its work. */
#if defined(_MSC_VER) && !defined(__clang__)
#define SHMB_ALWAYS_INLINE __forceinline
#else
#define SHMB_ALWAYS_INLINE inline __attribute__((always_inline))
#endif

/* For what a path that must be short leaves to others: inlined, it would lengthen the frame. */
#if defined(_MSC_VER) && !defined(__clang__)
#define SHMB_NEVER_INLINE __declspec(noinline)
#else
#define SHMB_NEVER_INLINE __attribute__((noinline))
#endif

/*
 * For what is built with MinGW alone. A function that runs before main, or as the DLL is loaded;
 * and MSVC's __fastfail, which the headers of MinGW do not have: Windows ends the process at once,
 * calls no handler, and writes a crash report.
 */
#ifdef __MINGW32__
#define SHMB_BEFORE_MAIN __attribute__((constructor))
#if defined(__i386__) || defined(__x86_64__)
#define SHMB_FAST_FAIL(code) __asm__ volatile("int $0x29" : : "c"(code) : "memory")
#else
#define SHMB_FAST_FAIL(code) ((void)(code)) /* what follows ends the process */
#endif
#endif

/* Fences: later accesses stay after an acquire, earlier ones stay before a release. */
static inline void shmb_fence_acquire(void)
{
#if !defined(SHMB_MSVC)
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
#elif defined(_M_ARM64)
    __dmb(_ARM64_BARRIER_ISHLD);
#else
    _ReadWriteBarrier();
#endif
}

static inline void shmb_fence_release(void)
{
#if !defined(SHMB_MSVC)
    __atomic_thread_fence(__ATOMIC_RELEASE);
#elif defined(_M_ARM64)
    __dmb(_ARM64_BARRIER_ISH);
#else
    _ReadWriteBarrier();
#endif
}

/* Full: no access moves across it, in particular no later load before an earlier store. */
static inline void shmb_fence_full(void)
{
#if !defined(SHMB_MSVC)
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#elif defined(_M_ARM64)
    __dmb(_ARM64_BARRIER_ISH);
#else
    _ReadWriteBarrier();
    _mm_mfence();
    _ReadWriteBarrier();
#endif
}

static inline uint32_t shmb_load32(const volatile uint32_t *at)
{
#if defined(SHMB_MSVC)
    uint32_t value = (uint32_t)__iso_volatile_load32((const volatile __int32 *)at);

    shmb_fence_acquire();
    return value;
#else
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
#endif
}

static inline void shmb_store32(volatile uint32_t *at, uint32_t value)
{
#if defined(SHMB_MSVC)
    shmb_fence_release();
    __iso_volatile_store32((volatile __int32 *)at, (__int32)value);
#else
    __atomic_store_n(at, value, __ATOMIC_RELEASE);
#endif
}

static inline void *shmb_load_pointer(void *const volatile *at)
{
#if defined(SHMB_MSVC)
    void *value = *at;

    shmb_fence_acquire();
    return value;
#else
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
#endif
}

static inline uint64_t shmb_load64(const volatile uint64_t *at)
{
#if defined(SHMB_X86_32) && (defined(__GNUC__) || defined(__clang__))
    __m128i lane;

    __asm__ volatile("movq %1, %0" : "=x"(lane) : "m"(*at));
    shmb_fence_acquire();
    /* Both halves from the register: through memory it takes longer. */
    return (uint32_t)_mm_cvtsi128_si32(lane) |
           (uint64_t)(uint32_t)_mm_cvtsi128_si32(_mm_srli_epi64(lane, 32)) << 32;
#elif defined(SHMB_MSVC)
    uint64_t value = (uint64_t)__iso_volatile_load64((const volatile __int64 *)at);

    shmb_fence_acquire();
    return value;
#else
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
#endif
}

/* Is what shmb_load64 would return this value? Cheaper on 32-bit x86: nothing leaves the register.
 */
static inline bool shmb_is64(const volatile uint64_t *at, uint64_t value)
{
#if defined(SHMB_X86_32) && (defined(__GNUC__) || defined(__clang__))
    __m128i lane;

    __asm__ volatile("movq %1, %0" : "=x"(lane) : "m"(*at));
    shmb_fence_acquire();
    /* Not as one load from memory: that waits where the halves were stored one by one. */
    lane = _mm_cmpeq_epi32(lane, _mm_unpacklo_epi32(_mm_cvtsi32_si128((int)value),
                                                    _mm_cvtsi32_si128((int)(value >> 32))));
    return (_mm_movemask_epi8(lane) & 0xFF) == 0xFF;
#else
    return shmb_load64(at) == value;
#endif
}

static inline void shmb_store64(volatile uint64_t *at, uint64_t value)
{
    shmb_fence_release();
#if defined(SHMB_X86_32) && (defined(__GNUC__) || defined(__clang__))
    {
        /* Not as one load from memory: that waits where the halves were stored one by one. */
        __m128i lane = _mm_unpacklo_epi32(_mm_cvtsi32_si128((int)value),
                                          _mm_cvtsi32_si128((int)(value >> 32)));

        __asm__ volatile("movq %1, %0" : "=m"(*at) : "x"(lane));
    }
#elif defined(SHMB_MSVC)
    __iso_volatile_store64((volatile __int64 *)at, (__int64)value);
#else
    __atomic_store_n(at, value, __ATOMIC_RELEASE); /* ThreadSanitizer does not know the fence */
#endif
}

/*
 * Stores `value` if `*at` is still `*expected`; else writes what it found to `*expected` and
 * returns false. Acquire and release.
 */
static inline bool shmb_swap64(volatile uint64_t *at, uint64_t *expected, uint64_t value)
{
#if defined(SHMB_MSVC)
    const uint64_t found = (uint64_t)_InterlockedCompareExchange64(
        (volatile __int64 *)at, (__int64)value, (__int64)*expected);
    const bool swapped = found == *expected;

    *expected = found;
    return swapped;
#else
    return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
#endif
}

/* As shmb_fence_full, after a shmb_swap64 that swapped: on x86, that is a full fence itself. */
static inline void shmb_fence_after_swap(void)
{
#if !defined(SHMB_MSVC) && (defined(__i386__) || defined(__x86_64__))
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* for the compiler */
#elif defined(_M_IX86) || defined(_M_X64)
    _ReadWriteBarrier();
#else
    shmb_fence_full();
#endif
}

/* Stores `value` and returns what was there. A full fence. */
static inline uint32_t shmb_exchange32(volatile uint32_t *at, uint32_t value)
{
#if defined(SHMB_MSVC)
    return (uint32_t)_InterlockedExchange((volatile long *)at, (long)value);
#else
    return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
#endif
}

/*
 * ThreadSanitizer takes bytes that two threads use for a mistake, unless each is an atomic. For
 * builds with it, SHMB_COPY_ATOMIC copies so.
 */
#if defined(__SANITIZE_THREAD__)
#define SHMB_COPY_ATOMIC 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHMB_COPY_ATOMIC 1
#endif
#endif
#ifdef SHMB_COPY_ATOMIC
static inline void shmb_copy_atomic(void *to, const void *from, size_t length)
{
    uint8_t *target = (uint8_t *)to;
    const uint8_t *source = (const uint8_t *)from;
    size_t i;

    for (i = 0; i < length; i++)
        __atomic_store_n(&target[i], __atomic_load_n(&source[i], __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
}
#endif

/* 16 bytes that go through one register, at any address. */
#ifdef SHMB_SSE2
typedef __m128i shmb_piece;

static inline shmb_piece shmb_load_piece(const void *from)
{
    return _mm_loadu_si128((const __m128i *)from);
}

static inline void shmb_store_piece(void *to, shmb_piece piece)
{
    _mm_storeu_si128((__m128i *)to, piece);
}
#else
typedef struct {
    uint64_t low, high;
} shmb_piece;

static inline shmb_piece shmb_load_piece(const void *from)
{
    shmb_piece piece;

    memcpy(&piece, from, sizeof(piece));
    return piece;
}

static inline void shmb_store_piece(void *to, shmb_piece piece)
{
    memcpy(to, &piece, sizeof(piece));
}
#endif

/* Tells the processor that this thread spins. */
static inline void shmb_pause(void)
{
#if defined(_M_ARM64) && defined(SHMB_MSVC)
    __yield();
#elif defined(SHMB_MSVC)
    _mm_pause();
#elif defined(__i386__) || defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
