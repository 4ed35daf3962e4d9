/* crtdefs.h - the former name of corecrt.h. */
#pragma once
#include <corecrt.h>
