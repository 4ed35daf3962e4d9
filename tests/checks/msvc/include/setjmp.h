/* setjmp.h - the compiler knows setjmp; a jmp_buf has the documented size. */
#pragma once
#include <vcruntime.h>

_CRT_BEGIN_C_HEADER

#if defined(_M_IX86)
typedef int jmp_buf[16];
#elif defined(_M_X64)
typedef struct _CRT_ALIGN(16) _SETJMP_FLOAT128 {
    unsigned __int64 Part[2];
} _JBTYPE;
typedef _JBTYPE jmp_buf[16];
#elif defined(_M_ARM64)
typedef unsigned __int64 jmp_buf[24];
#endif

int __cdecl _setjmp(jmp_buf state);
#define setjmp _setjmp
__declspec(noreturn) void __cdecl longjmp(jmp_buf state, int value);

_CRT_END_C_HEADER
