#include "trust.h"

#include <sddl.h>

#include <stdlib.h>
#include <string.h>

#include "wide.h"

int32_t trust_owner(const char *text, char out[OWNER_SID_MAX], struct fault *fault)
{
    wchar_t *wide;
    PSID sid = NULL;
    int32_t result = SHMB_OK;

    out[0] = '\0';
    if (text == NULL)
        return SHMB_OK;
    wide = wide_from_utf8(text);
    if (wide == NULL)
        return fault_plain(fault, GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? SHMB_NO_MEMORY
                                                                            : SHMB_BAD_ARGUMENT);
    /* There and back: trust_check compares texts, so the text must be as Windows writes it. */
    if (!ConvertStringSidToSidW(wide, &sid) || !owner_sid_text(sid, out))
        result = fault_call(fault, SHMB_BAD_ARGUMENT, CALL_SID, GetLastError());
    LocalFree(sid);
    free(wide);
    return result;
}

int32_t trust_check(HANDLE object, const char *owner, struct fault *fault)
{
    struct owner_descriptor found;
    char sid[OWNER_SID_MAX];
    uint32_t code = owner_get(object, &found);

    if (code != 0)
        return fault_call(fault, SHMB_NOT_OURS, CALL_OWNER, code);
    if (owner_sid_trusted(found.sid))
        return SHMB_OK;
    if (owner[0] != '\0' && owner_sid_text(found.sid, sid) && strcmp(sid, owner) == 0)
        return SHMB_OK;
    return fault_plain(fault, SHMB_NOT_OURS);
}
