/*
 * probe - returns 42 where it runs as a 32-bit program on a 64-bit Windows.
 *
 * A Wine that cannot run 32-bit programs may return 0 without having done
 * anything: what such programs say counts only after this one has spoken.
 */
#include <windows.h>

int wmain(void)
{
    BOOL beside_64_bit = FALSE;

    if (!IsWow64Process(GetCurrentProcess(), &beside_64_bit))
        return 1;
    return sizeof(void *) == 4 && beside_64_bit ? 42 : 2;
}
