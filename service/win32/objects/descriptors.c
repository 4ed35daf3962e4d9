#include "descriptors.h"

#include <sddl.h>

#include <stdint.h>
#include <stdlib.h>

#include "failure.h"
#include "wide.h"

enum sys_status descriptors_make(const char *sddl, struct sys_descriptor **out,
                                 struct sys_failure *why)
{
    PSECURITY_DESCRIPTOR descriptor;
    wchar_t *wide = wide_from_utf8(sddl);
    DWORD code;

    *out = NULL;
    if (wide == NULL)
        return failure_set(why, "ConvertStringSecurityDescriptorToSecurityDescriptorW",
                           GetLastError());
    code = ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &descriptor,
                                                                NULL)
               ? ERROR_SUCCESS
               : GetLastError();
    free(wide);
    if (code != ERROR_SUCCESS)
        return failure_set(why, "ConvertStringSecurityDescriptorToSecurityDescriptorW", code);
    *out = descriptor;
    return SYS_OK;
}

void descriptors_free(struct sys_descriptor *descriptor)
{
    LocalFree(descriptor);
}

SECURITY_ATTRIBUTES descriptors_attributes(const struct sys_descriptor *descriptor)
{
    SECURITY_ATTRIBUTES attributes;

    attributes.nLength = sizeof(attributes);
    attributes.lpSecurityDescriptor = (void *)(uintptr_t)descriptor; /* only read */
    attributes.bInheritHandle = FALSE;
    return attributes;
}

PSECURITY_DESCRIPTOR descriptors_read(HANDLE object, SECURITY_INFORMATION parts)
{
    PSECURITY_DESCRIPTOR read = NULL, larger;
    DWORD size = 1024, code = ERROR_INSUFFICIENT_BUFFER; /* enough for most; else Windows says it */
    int tries;

    for (tries = 0; tries < 2 && code == ERROR_INSUFFICIENT_BUFFER; tries++) {
        larger = realloc(read, size);
        if (larger == NULL) {
            code = ERROR_NOT_ENOUGH_MEMORY;
            break;
        }
        read = larger;
        if (GetKernelObjectSecurity(object, parts, read, size, &size))
            return read;
        code = GetLastError();
    }
    free(read);
    SetLastError(code);
    return NULL;
}
