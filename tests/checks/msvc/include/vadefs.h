/* vadefs.h - variable arguments; clang's header of the same name replaces the macros. */
#pragma once
#define _INC_VADEFS

#ifdef _WIN64
typedef unsigned __int64 uintptr_t;
#else
typedef unsigned int uintptr_t;
#endif
#define _UINTPTR_T_DEFINED
typedef char *va_list;

#define __crt_va_start(list, parameter) __builtin_va_start(list, parameter)
#define __crt_va_arg(list, type)        __builtin_va_arg(list, type)
#define __crt_va_end(list)              __builtin_va_end(list)
