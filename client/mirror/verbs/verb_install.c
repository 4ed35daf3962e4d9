#include "verb_install.h"

#include <windows.h>

#include <stdlib.h>

#include "console.h"
#include "mirror_file.h"
#include "mirror_service.h"
#include "service_host.h"
#include "verb_run.h"
#include "wide.h"

/* The folder of a file; freed with free(). NULL: no memory. */
static wchar_t *folder_of(const char *path)
{
    wchar_t *full = wide_full_path(path), *last;

    if (full == NULL)
        return NULL;
    last = wcsrchr(full, L'\\');
    if (last != NULL)
        *last = L'\0';
    return full;
}

enum shmb_exit verb_install(const char *path)
{
    struct mirror_config *config;
    enum shmb_exit result = mirror_file_read(path, &config, NULL);
    char *status;
    wchar_t *full, *folder = NULL;

    if (result != SHMB_EXIT_DONE)
        return result;
    status = mirror_file_status(config);
    full = wide_full_path(path);
    if (status != NULL)
        folder = folder_of(status);
    /* A folder that the file names is the administrator's: its access stays as it is. */
    if (full == NULL || folder == NULL) {
        console_error("shmbmirror: out of memory");
        result = SHMB_EXIT_SYSTEM;
    } else {
        result = mirror_service_install(full, config->status == NULL ? folder : NULL);
    }
    if (result == SHMB_EXIT_DONE)
        console_line("the service ShmBrokerMirror is installed; start it with: sc start "
                     "ShmBrokerMirror\n"
                     "In the broker's configuration, give NT SERVICE\\ShmBrokerMirror read access "
                     "to what is published, and write access to what is followed.");
    free(status);
    free(full);
    free(folder);
    mirror_config_free(config);
    return result;
}

enum shmb_exit verb_uninstall(const char *config)
{
    enum shmb_exit result = mirror_service_uninstall();

    (void)config;
    if (result == SHMB_EXIT_DONE)
        console_line("the service ShmBrokerMirror is removed; the configuration stays");
    return result;
}

static enum shmb_exit work(void *config, void *stop)
{
    return verb_run_until(config, true, stop);
}

enum shmb_exit verb_service(const char *config)
{
    enum shmb_exit result = service_host_run(work, (void *)(uintptr_t)config);

    if (result == SHMB_EXIT_USAGE)
        console_error("shmbmirror: only the service manager starts this; see shmbmirror --help");
    return result;
}
