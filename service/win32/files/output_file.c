#include "output_file.h"

#include <windows.h>

#include <string.h>

#include "failure.h"
#include "file_check.h"
#include "identity.h"
#include "names.h"
#include "own_files.h"

#define TAIL L".new"

bool output_file_trusted(const char *sid)
{
    char self[SYS_SID_MAX];

    if (strcmp(sid, SHMB_SERVICE_SID) == 0)
        return true;
    return identity_user(self) && strcmp(sid, self) == 0 && !own_files_shared_account(self);
}

/* Opens the folder and checks the way to it. Call own_files_leave in any case. */
static enum sys_status enter(const char *path, bool check, struct own_files *out,
                             struct sys_failure *why)
{
    enum sys_status status = own_files_beside(path, TAIL, out, why);

    if (status == SYS_OK && check)
        status = file_check_way_of(path, output_file_trusted, why);
    return status;
}

enum sys_status output_file_write(const char *path, bool check, const void *bytes, size_t length,
                                  bool wait, struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = enter(path, check, &own, why);

    if (status == SYS_OK)
        status = own_files_replace(&own, bytes, length, wait, why);
    own_files_leave(&own);
    return status;
}

enum sys_status output_file_remove(const char *path, bool check, struct sys_failure *why)
{
    struct own_files own;
    enum sys_status status = enter(path, check, &own, why);

    if (status == SYS_OK && !DeleteFileW(own.path))
        status = failure_set(why, "DeleteFileW", GetLastError());
    own_files_leave(&own);
    return status;
}
