/*
 * vcruntime.h - what the Windows SDK's headers take from the compiler's own.
 *
 * The SDK leaves the headers of the compiler's run-time library to Visual Studio. The
 * ones in this folder are ours: only the names that the SDK's C headers and our sources
 * use, as Microsoft documents them. clang brings the rest (intrin.h, stdint.h, limits.h).
 */
#pragma once
#define _VCRUNTIME_H

#include <sal.h>
#include <vadefs.h>

#ifdef __cplusplus
#define _CRT_BEGIN_C_HEADER extern "C" {
#define _CRT_END_C_HEADER   }
#else
#define _CRT_BEGIN_C_HEADER
#define _CRT_END_C_HEADER
#endif

#define _CRT_STRINGIZE_(x)        #x
#define _CRT_STRINGIZE(x)         _CRT_STRINGIZE_(x)
#define _CRT_WIDE_(s)             L##s
#define _CRT_WIDE(s)              _CRT_WIDE_(s)
#define _CRT_CONCATENATE_(a, b)   a##b
#define _CRT_CONCATENATE(a, b)    _CRT_CONCATENATE_(a, b)
#define _CRT_UNPARENTHESIZE_(...) __VA_ARGS__
#define _CRT_UNPARENTHESIZE(...)  _CRT_UNPARENTHESIZE_ __VA_ARGS__

#define __CRTDECL          __cdecl
#define __CLRCALL_OR_CDECL __cdecl
#define _CRTIMP
#define _VCRT_DEFINED_CRTIMP
#define _VCRTIMP
#define _VCRT_NOALIAS   __declspec(noalias)
#define _VCRT_RESTRICT  __declspec(restrict)
#define _VCRT_ALLOCATOR __declspec(allocator)
#define _CRT_ALIGN(n)   __declspec(align(n))
#define _CRT_INSECURE_DEPRECATE_MEMORY(replacement)
#define _CRT_DEPRECATE_TEXT(text) __declspec(deprecated(text))
#ifdef _CRT_SECURE_NO_WARNINGS
#define _CRT_INSECURE_DEPRECATE(replacement)
#else
#define _CRT_INSECURE_DEPRECATE(replacement)                                                       \
    _CRT_DEPRECATE_TEXT("consider using " #replacement " instead; see _CRT_SECURE_NO_WARNINGS")
#endif
#define _CRT_SECURE_CPP_NOTHROW

#ifdef __cplusplus
#define _CRT_NOEXCEPT noexcept
#else
#define _CRT_NOEXCEPT
#endif

#if __STDC_VERSION__ >= 201112L
#define _CRT_HAS_C11 1
#else
#define _CRT_HAS_C11 0
#endif
#ifndef _CRT_HAS_CXX17
#define _CRT_HAS_CXX17 0
#endif
#ifndef __STDC_WANT_SECURE_LIB__
#define __STDC_WANT_SECURE_LIB__ 1
#endif

#define _HAS_NODISCARD 0
#define _NODISCARD
#define _UNALIGNED
#ifdef _WIN64
#undef _UNALIGNED
#define _UNALIGNED __unaligned
#endif

#ifdef _WIN64
typedef unsigned __int64 size_t;
typedef __int64 ptrdiff_t;
typedef __int64 intptr_t;
#else
typedef unsigned int size_t;
typedef int ptrdiff_t;
typedef int intptr_t;
#endif
#ifndef __cplusplus
typedef unsigned short wchar_t;
#endif

#ifndef NULL
#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif
#endif

#ifdef __cplusplus
extern "C++" template <typename T, size_t N> char (*__countof_helper(__unaligned T (&array)[N]))[N];
#define _crt_countof(array) (sizeof(*__countof_helper(array)) + 0)
#else
#define _crt_countof(array) (sizeof(array) / sizeof((array)[0]))
#endif
