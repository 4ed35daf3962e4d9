/*
 * idle - waits until its standard input ends.
 *
 * Wine's service manager ends with the last ordinary process, and kills every
 * service without a word; one idle program keeps it. Because it ends with its
 * input, it does not outlive a script that was killed.
 */
#include <windows.h>

int wmain(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char ignored[64];
    DWORD done = 0;

    while (ReadFile(input, ignored, sizeof(ignored), &done, NULL) && done > 0) {
    }
    return 0;
}
