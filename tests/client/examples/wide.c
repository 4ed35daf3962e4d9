/*
 * The same for programs with UTF-16: shmb_openW, shmb_open_withW, shmb_nameW,
 * shmb_describeW, shmb_open_objectW, shmb_private_createW, shmb_result_textW.
 */
#include <string.h>

#include "examples.h"
#include "shmb.h"

#include <windows.h>

int example_wide(void)
{
    shmb_options options;
    shmb_segment *segment;
    shmb_info info = {.size = sizeof(info)};
    wchar_t text[256];
    void *event;

    if (shmb_openW(L"Prices", SHMB_READ, 0, &segment) != SHMB_OK)
        return 1;
    shmb_nameW(segment, text, 256);
    shmb_close(segment);
    if (wcscmp(text, L"Prices") != 0 || shmb_describeW(text, &info) != SHMB_OK)
        return 1;
    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.rights = SHMB_READ;
    if (shmb_open_withW(L"Global\\Prices", &options, &segment) != SHMB_OK)
        return 1;
    shmb_close(segment);
    if (shmb_open_objectW(L"ShutDownNow", SHMB_KIND_EVENT, SHMB_READ, 0, &event) != SHMB_OK)
        return 1;
    CloseHandle(event);
    if (shmb_private_createW(L"Mine", 64, &segment, NULL) != SHMB_OK)
        return 1;
    shmb_close(segment);
    return shmb_result_textW(SHMB_TIMEOUT, text, 256) == SHMB_OK ? 0 : 1;
}
