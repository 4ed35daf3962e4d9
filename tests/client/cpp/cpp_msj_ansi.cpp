/* The same as a program of the code page is compiled. */
#undef UNICODE
#undef _UNICODE
#include "cpp_msj.cpp"
