/* Wine 8 has no bcryptprimitives.dll, and Bun does not start without its one function. */
#include <windows.h>

#include <ntsecapi.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    return RtlGenRandom(data, (ULONG)size);
}
