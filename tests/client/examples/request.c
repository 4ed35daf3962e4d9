/*
 * An object that the configuration does not name: shmb_request, shmb_request_ask, shmb_release,
 * shmb_request_text; and for programs with UTF-16 shmb_requestW, shmb_request_askW, shmb_releaseW,
 * shmb_request_textW.
 */
#include <stdio.h>

#include "examples.h"
#include "shmb.h"

int example_request(void)
{
    shmb_request_info info = {.size = sizeof(info)};
    char text[256];
    int32_t result = shmb_request("MyApp.4711", 4096, NULL, &info);

    if (result != SHMB_OK) {
        shmb_request_text(result, &info, text, sizeof(text));
        printf("    no memory: %s\n", text); /* such as a quota, with its numbers */
        return 1;
    }
    printf("    MyApp.4711 %s\n", info.made ? "is new, and all zero" : "was there already");
    /* shmb_open and all else, as with any object */
    return shmb_release("MyApp.4711", 0) == SHMB_OK ? 0 : 1;
}

/* A semaphore; and would it be allowed? */
int example_request_semaphore(void)
{
    shmb_request_options options = {
        .size = sizeof(options), .kind = SHMB_KIND_SEMAPHORE, .initial = 2, .maximum = 2};

    if (shmb_request_ask("MyApp.Seats", 0, &options, NULL) != SHMB_OK)
        return 1;
    return shmb_request("MyApp.Seats", 0, &options, NULL) == SHMB_OK ? 0 : 1;
}

int example_request_wide(void)
{
    shmb_request_info info = {.size = sizeof(info)};
    wchar_t text[256];
    int32_t result = shmb_request_askW(L"MyApp.4711", 4096, NULL, &info);

    if (result == SHMB_OK)
        result = shmb_requestW(L"MyApp.4711", 4096, NULL, NULL);
    if (result != SHMB_OK) {
        shmb_request_textW(result, &info, text, 256);
        return 1;
    }
    return shmb_releaseW(L"MyApp.4711", 0) == SHMB_OK ? 0 : 1;
}
