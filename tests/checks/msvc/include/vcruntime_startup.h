/* vcruntime_startup.h - how a program's arguments are parsed. */
#pragma once
#include <vcruntime.h>

typedef enum _crt_argv_mode {
    _crt_argv_no_arguments,
    _crt_argv_unexpanded_arguments,
    _crt_argv_expanded_arguments
} _crt_argv_mode;
