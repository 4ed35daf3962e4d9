/*
 * CSharedMemory of SharedMemory.h, used as the article of its class uses it.
 * Compiled twice: cpp_msj_ansi.cpp is the same in the code page.
 */
#include "SharedMemory.h"

#include <tchar.h>

#include <cstring>
#include <memory>

#include "cpp_checks.h"

#ifdef UNICODE
#define MSJ(name) name##_wide
#else
#define MSJ(name) name##_ansi
#endif

namespace
{

struct DATASTRUCT {
    DWORD first, second;
};

/* What a program does that was written for the old class. */
int put_and_get(LPCTSTR name, UINT size, BOOL fresh)
{
    std::unique_ptr<CSharedMemory> one(new CSharedMemory(size, name));
    CSharedMemory two;
    DATASTRUCT data = {1, 2};
    DWORD moved = 99;

    two.Create(size, name);
    CHECK(one->MeFirst() == fresh && !two.MeFirst());
    one->Lock();
    *static_cast<DATASTRUCT *>(one->p) = data;
    one->Unlock();
    data = {0, 0};
    CHECK(two.Read(&data, sizeof(data), &moved, 0) && moved == sizeof(data));
    CHECK(data.first == 1 && data.second == 2);

    CHECK(two.Write("0123456789", 10, &moved, size - 2) && moved == 2); /* cut */
    CHECK(std::memcmp(static_cast<char *>(one->p) + size - 2, "01", 2) == 0);
    CHECK(!two.Write("0", 1, &moved, size + 1) && moved == 0);
    CHECK(two.GetResult() == SHMB_RANGE);
    CHECK(!two.Read(&data, 1, &moved, size + 1) && moved == 0);
    CHECK(two.Read(&data, 1, nullptr, 0));

    CHECK(one->Lock() && one->Lock()); /* may be taken again */
    CHECK(one->Write("ab", 2, &moved, 0) && moved == 2);
    CHECK(one->Unlock() && one->Unlock() && !one->Unlock());
    return 0;
}

/* A thread that holds the lock of the memory until it may leave. */
struct holder {
    CSharedMemory *memory;
    HANDLE holds, leave;
};

DWORD WINAPI hold(void *context)
{
    auto *self = static_cast<holder *>(context);

    self->memory->Lock();
    SetEvent(self->holds);
    WaitForSingleObject(self->leave, INFINITE);
    self->memory->Unlock();
    return 0;
}

/* The memory that another thread has locked stays; nothing leaks, and it can be used on. */
int create_while_locked(CSharedMemory &memory, void *before)
{
    try {
        memory.Create(8, _T("Local\\ShmbTest.Other"));
        return __LINE__;
    } catch (const std::bad_alloc &) {
        CHECK(memory.GetResult() == SHMB_NOT_OWNER && memory.p == before);
    }
    return 0;
}

int create_in_place_of_locked(LPCTSTR name)
{
    CSharedMemory memory(8, name);
    holder other = {&memory, CreateEvent(nullptr, FALSE, FALSE, nullptr),
                    CreateEvent(nullptr, FALSE, FALSE, nullptr)};
    HANDLE thread = CreateThread(nullptr, 0, hold, &other, 0, nullptr);
    WaitForSingleObject(other.holds, INFINITE);
    int line = create_while_locked(memory, memory.p);

    SetEvent(other.leave);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(other.holds);
    CloseHandle(other.leave);
    CHECK(line == 0);
    const CSharedMemory::name_type kept = memory.GetName();
    CHECK(memory.Lock() && memory.Unlock() && kept == name);
    memory.Create(8, _T("Local\\ShmbTest.Other"));
    CHECK(memory.MeFirst());
    return 0;
}

} // namespace

int MSJ(cpp_msj_private)(void)
{
    static const TCHAR name[] = _T("394D15E1-2481-11D2-BA24-ShmbTest");
    int line = put_and_get(name, 256, TRUE);

    if (line != 0)
        return line;
    CHECK(put_and_get(name, 256, TRUE) == 0); /* it went with the last one */
    CHECK(put_and_get(_T("Local\\ShmbTest.Msj"), 64, TRUE) == 0);

    CSharedMemory memory(16), other; /* no name */
    const CSharedMemory::name_type given = memory.GetName();
    CHECK(memory.MeFirst() && memory.p != nullptr);
    other.Create(16, given.c_str());
    const CSharedMemory::name_type found = other.GetName();
    CHECK(!other.MeFirst() && found == given);
    memory.Delete();
    CHECK(memory.p == nullptr && !memory.MeFirst() && !memory.Lock());
    CHECK(!memory.Read(&line, 1, nullptr, 0));
    memory.Create(16, name); /* used again */
    const CSharedMemory::name_type again = memory.GetName();
    CHECK(memory.MeFirst() && again == name);
    try {
        other.Create(0, _T("a"));
        return __LINE__;
    } catch (const std::bad_alloc &) {
        CHECK(other.p == nullptr && other.GetResult() == SHMB_BAD_ARGUMENT);
    }
    return 0;
}

int MSJ(cpp_msj_broker)(void)
{
    int line = put_and_get(_T("Global\\ShmbTest.Cpp"), 100, TRUE);

    if (line != 0)
        return line;
    CHECK(put_and_get(_T("ShmbTest.Cpp"), 100, FALSE) == 0); /* a plain name is the same one */

    CSharedMemory memory;
    char byte;
    try {
        memory.Create(101, _T("ShmbTest.Cpp"));
        return __LINE__;
    } catch (const std::bad_alloc &) {
        CHECK(memory.GetResult() == SHMB_RANGE && memory.p == nullptr);
    }
    try {
        memory.Create(8, _T("Global\\ShmbTest.None"));
        return __LINE__;
    } catch (const std::bad_alloc &) {
        CHECK(memory.GetResult() == SHMB_NOT_FOUND);
    }
    memory.Create(8, _T("ShmbTest.Cpp"));
    CHECK(memory.Read(&byte, 1, nullptr, 0) && !memory.MeFirst());
    return create_in_place_of_locked(_T("ShmbTest.Cpp"));
}
