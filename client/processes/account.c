/*
 * Each account is asked for in a thread of its own: the call cannot be cancelled. A thread that
 * takes too long is left alone; it ends with its answer, or with the process.
 */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "wide.h"

#define ALL_MS   3000u
#define NAME_MAX 256u /* no account or domain has a longer name */

/* A question. Thread and caller each hold it; the last one frees it. */
struct question {
    volatile LONG holders;
    account_look_up look_up;
    union {
        SID sid;
        BYTE bytes[SECURITY_MAX_SID_SIZE];
    };
    bool found;
    SID_NAME_USE use;
    wchar_t name[NAME_MAX], domain[NAME_MAX];
};

static void let_go(struct question *question)
{
    if (InterlockedDecrement(&question->holders) == 0)
        free(question);
}

static DWORD WINAPI ask(void *context)
{
    struct question *question = context;
    DWORD name_length = NAME_MAX, domain_length = NAME_MAX;

    question->found = question->look_up(NULL, &question->sid, question->name, &name_length,
                                        question->domain, &domain_length, &question->use) != 0;
    let_go(question);
    return 0;
}

/* Waits for the answer, and takes the time from what is left. True: it came. */
static bool await(struct account_patience *patience, HANDLE thread)
{
    uint32_t limit = patience->left_ms > ACCOUNT_LEAST_MS ? patience->left_ms : ACCOUNT_LEAST_MS;
    ULONGLONG begun = GetTickCount64(), passed;
    bool came = WaitForSingleObject(thread, limit) == WAIT_OBJECT_0;

    passed = GetTickCount64() - begun;
    patience->left_ms -= passed < patience->left_ms ? (uint32_t)passed : patience->left_ms;
    return came;
}

static void write_name(const struct question *question, char *out, size_t size)
{
    char name[NAME_MAX * 3], domain[NAME_MAX * 3];

    wide_to_buffer(question->name, wcslen(question->name), name, sizeof(name));
    wide_to_buffer(question->domain, wcslen(question->domain), domain, sizeof(domain));
    if (snprintf(out, size, "%s%s%s", domain, domain[0] != '\0' ? "\\" : "", name) >= (int)size)
        wide_mark_cut(out, size);
}

/* False: no name, or no answer in time. */
static bool find_name(struct account_patience *patience, PSID sid, char *out, size_t size,
                      SID_NAME_USE *use)
{
    struct question *question = calloc(1, sizeof(*question));
    bool found = false;
    HANDLE thread;

    if (question == NULL)
        return false;
    question->holders = 2;
    question->look_up = patience->look_up;
    if (!CopySid(sizeof(question->bytes), &question->sid, sid) ||
        (thread = CreateThread(NULL, 0, ask, question, 0, NULL)) == NULL) {
        free(question);
        return false;
    }
    if (await(patience, thread) && question->found) {
        write_name(question, out, size);
        *use = question->use;
        found = true;
    }
    CloseHandle(thread);
    let_go(question);
    return found;
}

SID_NAME_USE account_text_within(struct account_patience *patience, PSID sid, char *out,
                                 size_t size)
{
    char text[OWNER_SID_MAX];
    SID_NAME_USE use;

    if (find_name(patience, sid, out, size, &use))
        return use;
    owner_sid_text(sid, text);
    snprintf(out, size, "%s", text);
    return SidTypeUnknown;
}

SID_NAME_USE account_text(PSID sid, char *out, size_t size)
{
    static struct account_patience patience = {LookupAccountSidW, ALL_MS};

    return account_text_within(&patience, sid, out, size);
}
