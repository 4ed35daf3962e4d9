/*
 * SharedMemory.h - the interface of CSharedMemory (Microsoft Systems Journal,
 * November 1998) on top of shmb.h: a program that used that class includes this
 * header instead, and is compiled again.
 *
 * Which memory it is, the name decides:
 *
 *   Global\X   the broker's segment X, for all sessions
 *   X          the broker's, where it holds one of that name; else private memory
 *              of this user in this session, which was all the old class had
 *   none       private memory of a name that nobody has; GetName tells it
 *
 * A program that was started before the broker goes on with private memory under
 * a plain name: write Global\ where that must not be.
 *
 * Of the broker's memory the size is that of the configuration: Create fails where it
 * is smaller than what was asked for. MeFirst is true for one program until the
 * segment is made anew. Where the program may only read, Write fails and `p` must
 * not be written.
 */
#ifndef SHMB_SHAREDMEMORY_H
#define SHMB_SHAREDMEMORY_H

#include <windows.h>

#include <new>
#include <string>
#include <type_traits>

#include "shmb.h"

class CSharedMemory
{
  public:
#ifdef __AFX_H__
    using name_type = CString;
#else
    using name_type = std::basic_string<TCHAR>;
#endif

    void *p = nullptr; /* the memory; NULL: there is none */

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

    /* Throws CMemoryException (without MFC: std::bad_alloc) where it cannot be had. */
    void Create(UINT nSize, LPCTSTR pszName = nullptr)
    {
        Delete();
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
        shmb_close(m_segment);
        m_segment = nullptr;
        m_first = FALSE;
        m_size = 0;
        p = nullptr;
    }

    name_type GetName() const
    {
        wchar_t name[SHMB_NAME_SIZE];

        shmb_nameW(m_segment, name, SHMB_NAME_SIZE);
        return Narrow(name);
    }

    BOOL MeFirst() const
    {
        return m_first;
    }

    /* FALSE: the offset lies beyond the end, or the program may not; nothing was moved. */
    BOOL Read(void *pBuffer, DWORD dwBytes, DWORD *pdwBytesRead, DWORD dwOffset)
    {
        ULONGLONG done = 0;

        m_result = shmb_read(m_segment, dwOffset, pBuffer, dwBytes, &done);
        return Told(done, pdwBytesRead);
    }
    BOOL Write(const void *pBuffer, DWORD dwBytes, DWORD *pdwBytesWritten, DWORD dwOffset)
    {
        ULONGLONG done = 0;

        /* Under Lock as it is, else for itself: the old class did not ask for the lock. */
        m_result = shmb_write(m_segment, dwOffset, pBuffer, dwBytes, &done);
        if (m_result == SHMB_NOT_OWNER)
            m_result = shmb_update(m_segment, dwOffset, pBuffer, dwBytes, SHMB_INFINITE, &done);
        return Told(done, pdwBytesWritten);
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

    /* New: the result of the last call that failed or not, one of SHMB_... */
    LONG GetResult() const
    {
        return m_result;
    }

  private:
    /* As good as they were: 5 s for one who is just filling it. */
    static constexpr DWORD FIRST_WAIT_MS = 5000;

    static std::wstring Widen(const wchar_t *text)
    {
        return text;
    }
    static std::wstring Widen(const char *text)
    {
        wchar_t wide[SHMB_NAME_SIZE];

        /* What does not fit is no name: the call that gets it says so. */
        return MultiByteToWideChar(CP_ACP, MB_ERR_INVALID_CHARS, text, -1, wide, SHMB_NAME_SIZE) > 0
                   ? wide
                   : L"\\";
    }
    static name_type Narrow(const wchar_t *text)
    {
        if constexpr (std::is_same_v<TCHAR, wchar_t>) {
            return name_type(reinterpret_cast<const TCHAR *>(text));
        } else {
            char narrow[2 * SHMB_NAME_SIZE];

            if (WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, sizeof(narrow), nullptr,
                                    nullptr) == 0)
                narrow[0] = '\0';
            return name_type(reinterpret_cast<const TCHAR *>(narrow));
        }
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
        /* There is no later word by which the first one says that it is done. */
        if (result == SHMB_OK) {
            if (shmb_first(m_segment, FIRST_WAIT_MS, first) >= 0 && *first != 0)
                shmb_init_done(m_segment);
            return result;
        }
        if ((result == SHMB_NOT_FOUND || result == SHMB_NO_BROKER) &&
            name.compare(0, 7, L"Global\\") != 0)
            return shmb_private_createW(name.c_str(), nSize, &m_segment, first);
        /* Local\X was never the broker's. */
        if (result == SHMB_BAD_NAME && name.compare(0, 6, L"Local\\") == 0)
            return shmb_private_createW(name.c_str(), nSize, &m_segment, first);
        return result;
    }

    BOOL Told(ULONGLONG done, DWORD *pdwBytes) const
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
