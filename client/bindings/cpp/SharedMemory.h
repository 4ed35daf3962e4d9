/*
 * SharedMemory.h - the interface of CSharedMemory (Microsoft Systems Journal,
 * November 1998) on top of shmb.h. To move a program to it, include this header in
 * place of the old one and compile the program again.
 *
 * The name decides which memory it uses:
 *
 *   Global\X   the broker's segment X, for all sessions
 *   X          the broker's segment X if there is one; otherwise private memory of
 *              this user in this session, as with the old class
 *   none       private memory of a name that no object has; see GetName
 *
 * With a plain name, a program that starts before the broker uses private memory until
 * it closes it. Write Global\ to prevent that.
 *
 * The broker's segment has its configured size: Create fails if that is smaller than the
 * requested size. MeFirst is true for one program until the segment is recreated. If the
 * program may only read, Write fails, and writing through `p` is an access violation.
 */
#ifndef SHMB_SHAREDMEMORY_H
#define SHMB_SHAREDMEMORY_H

#include <windows.h>

#include <new>
#include <string>

#include "shmb.h"

class CSharedMemory
{
  public:
#ifdef __AFX_H__
    using name_type = CString;
#else
    using name_type = std::basic_string<TCHAR>;
#endif

    void *p = nullptr; /* the memory; NULL: none */

    CSharedMemory() = default;
    CSharedMemory(UINT nSize, LPCTSTR pszName = nullptr)
    {
        Create(nSize, pszName);
    }
    CSharedMemory(const CSharedMemory &) = delete;
    CSharedMemory &operator=(const CSharedMemory &) = delete;
    virtual ~CSharedMemory()
    {
        Delete();
    }

    /*
     * Opens or creates the memory. On failure throws CMemoryException (without MFC: bad_alloc).
     * While another thread holds the lock of the memory so far, this fails, and that stays.
     */
    void Create(UINT nSize, LPCTSTR pszName = nullptr)
    {
        Delete();
        if (m_result < 0)
            Refuse();
        m_result = Obtain(nSize, pszName);
        if (m_result < 0)
            Refuse();
        shmb_data(m_segment, &p);
        shmb_size(m_segment, &m_size);
        if (m_size >= nSize)
            return;
        Delete();
        m_result = SHMB_RANGE;
        Refuse();
    }

    void Delete()
    {
        /* While another thread holds the lock, the memory stays: see GetResult. */
        m_result = shmb_close(m_segment);
        if (m_result < 0)
            return;
        m_segment = nullptr;
        m_first = FALSE;
        m_size = 0;
        p = nullptr;
    }

    name_type GetName() const
    {
        wchar_t name[SHMB_NAME_SIZE];
        TCHAR narrow[2 * SHMB_NAME_SIZE];

        shmb_nameW(m_segment, name, SHMB_NAME_SIZE);
        return name_type(Narrow(name, narrow, 2 * SHMB_NAME_SIZE));
    }

    BOOL MeFirst() const
    {
        return m_first;
    }

    /* FALSE: the offset is beyond the end, or access is denied; no bytes were copied. */
    BOOL Read(void *pBuffer, DWORD dwBytes, DWORD *pdwBytesRead, DWORD dwOffset)
    {
        ULONGLONG done = 0;

        m_result = shmb_read(m_segment, dwOffset, pBuffer, dwBytes, &done);
        return Moved(done, pdwBytesRead);
    }
    BOOL Write(const void *pBuffer, DWORD dwBytes, DWORD *pdwBytesWritten, DWORD dwOffset)
    {
        ULONGLONG done = 0;

        /* Without Lock, lock for this write: the old class did not require the lock. */
        m_result = shmb_write(m_segment, dwOffset, pBuffer, dwBytes, &done);
        if (m_result == SHMB_NOT_OWNER)
            m_result = shmb_update(m_segment, dwOffset, pBuffer, dwBytes, SHMB_INFINITE, &done);
        return Moved(done, pdwBytesWritten);
    }

    BOOL Lock()
    {
        m_result = shmb_lock(m_segment, SHMB_INFINITE);
        return m_result >= 0;
    }
    BOOL Unlock()
    {
        m_result = shmb_unlock(m_segment);
        return m_result >= 0;
    }

    /* Not in the old class: the result of the last call, one of SHMB_... */
    LONG GetResult() const
    {
        return m_result;
    }

  private:
    /* As the old class: 5 s for a program that is filling the memory. */
    static constexpr DWORD FIRST_WAIT_MS = 5000;

    static std::wstring Widen(const wchar_t *text)
    {
        return text;
    }
    static std::wstring Widen(const char *text)
    {
        wchar_t wide[SHMB_NAME_SIZE];

        /* If the name does not fit, the call that gets L"\\" fails with SHMB_BAD_NAME. */
        return MultiByteToWideChar(CP_ACP, MB_ERR_INVALID_CHARS, text, -1, wide, SHMB_NAME_SIZE) > 0
                   ? wide
                   : L"\\";
    }
    /* The text as TCHARs; one of char needs the buffer. */
    static const wchar_t *Narrow(const wchar_t *text, wchar_t *, int)
    {
        return text;
    }
    static const char *Narrow(const wchar_t *text, char *narrow, int size)
    {
        if (WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, size, nullptr, nullptr) == 0)
            narrow[0] = '\0';
        return narrow;
    }

    [[noreturn]] static void Refuse()
    {
#ifdef __AFX_H__
        AfxThrowMemoryException();
#else
        throw std::bad_alloc();
#endif
    }

    LONG Obtain(UINT nSize, LPCTSTR pszName)
    {
        int32_t first = 0;
        LONG result = SHMB_NOT_FOUND;

        if (pszName == nullptr)
            result = shmb_private_createW(nullptr, nSize, &m_segment, &first);
        else
            result = ObtainNamed(nSize, Widen(pszName), &first);
        m_first = first != 0;
        return result;
    }

    LONG ObtainNamed(UINT nSize, const std::wstring &name, int32_t *first)
    {
        LONG result = shmb_openW(name.c_str(), SHMB_WRITE, 0, &m_segment);

        if (result == SHMB_ACCESS_DENIED)
            return shmb_openW(name.c_str(), SHMB_READ, 0, &m_segment);
        /* The old class has no call for the end of filling, so it is done at once. */
        if (result == SHMB_OK) {
            if (shmb_first(m_segment, FIRST_WAIT_MS, first) >= 0 && *first != 0)
                result = shmb_init_done(m_segment);
            if (result < 0) { /* retired or moved meanwhile */
                shmb_close(m_segment);
                m_segment = nullptr;
                *first = 0;
            }
            return result;
        }
        if ((result == SHMB_NOT_FOUND || result == SHMB_NO_BROKER) &&
            name.compare(0, 7, L"Global\\") != 0)
            return shmb_private_createW(name.c_str(), nSize, &m_segment, first);
        /* Local\X is always private memory. */
        if (result == SHMB_BAD_NAME && name.compare(0, 6, L"Local\\") == 0)
            return shmb_private_createW(name.c_str(), nSize, &m_segment, first);
        return result;
    }

    /* Sets `*pdwBytes`, and turns the last result into TRUE or FALSE. */
    BOOL Moved(ULONGLONG done, DWORD *pdwBytes) const
    {
        if (pdwBytes != nullptr)
            *pdwBytes = static_cast<DWORD>(done);
        return m_result >= 0;
    }

    shmb_segment *m_segment = nullptr;
    BOOL m_first = FALSE;
    LONG m_result = SHMB_OK;
    ULONGLONG m_size = 0;
};

#endif
